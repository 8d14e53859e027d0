"""The identity of a learner: what must be the same for a kept shard of scores to be used again."""

import json
from pathlib import Path

from babyslm.files import sha256_text
from babyslm.models.protocol import LanguageModel, describe

__all__ = ["identity"]


def identity(spec: LanguageModel | str, learner: LanguageModel, settings: str) -> str:
    """Return a key of a learner: its description, and size and time of change of the files of its folder.

    :param spec: how it was named; files are looked at where it names a folder.
    :param learner: the loaded learner.
    :param settings: what else changes the scores.
    """
    files = []
    if isinstance(spec, str):
        folder = Path(spec.removeprefix("hf:"))
        if folder.is_dir():
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    status = path.stat()
                    files.append(f"{path.relative_to(folder)} {status.st_size} {status.st_mtime_ns}")
    record = json.dumps([str(spec) if isinstance(spec, str) else "", describe(learner), settings, files], default=str)
    return sha256_text(record)
