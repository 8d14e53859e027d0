"""Identity of a learner, by which a stored shard of scores is recognised as reusable."""

import json
from pathlib import Path

from babyslm.files import sha256_text
from babyslm.models.protocol import LanguageModel, describe

__all__ = ["files_of", "identity"]


def identity(spec: LanguageModel | str, learner: LanguageModel, settings: str) -> str:
    """Return a key of a learner: its description, and size and modification time of the files of its folder.

    :param spec: the learner or its specification; if it names a folder, the files in it are part of the key.
    :param learner: the loaded learner.
    :param settings: everything else that affects the scores.
    """
    record = json.dumps(
        [str(spec) if isinstance(spec, str) else "", describe(learner), settings, files_of(spec)], default=str
    )
    return sha256_text(record)


def files_of(spec: LanguageModel | str) -> list[str]:
    """Return path, size and modification time of the files of a model folder; empty if `spec` names none."""
    if not isinstance(spec, str):
        return []
    folder = Path(spec.removeprefix("hf:"))
    paths = sorted(folder.rglob("*")) if folder.is_dir() else []
    status = [(path.relative_to(folder), path.stat()) for path in paths if path.is_file()]
    return [f"{path} {each.st_size} {each.st_mtime_ns}" for path, each in status]
