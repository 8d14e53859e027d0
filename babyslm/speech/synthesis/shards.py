"""Shards: long sound files of many utterances each, to which the table of a training corpus refers.

Tens of hours in one file per utterance are slow to copy and to read. A shard is a FLAC file of consecutive utterances
with an index file. One process writes it atomically, and it is identified by the content of its utterances.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from babyslm.engines import in_processes
from babyslm.files import sha256_text, swept, write_json
from babyslm.progress import bar
from babyslm.speech.audio import RATE, read_comment, write_audio
from babyslm.speech.synthesis.synthesizer import EspeakSynthesizer, Synthesizer, Utterance
from babyslm.verify.documents import DocumentError, NoSuchFileError, parse_document, read_json

__all__ = ["PER_SHARD", "Segment", "synthesize_shards"]

PER_SHARD = 500
"""Number of utterances per shard: about ten minutes of child-directed speech."""


WORTHWHILE = 4
"""Smallest number of shards for which worker processes are started."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Location of an utterance.

    :param audio: shard file, relative to the folder.
    :param onset: seconds from the start of the file, an integer number of samples at 16 kHz.
    :param offset: end in seconds from the start of the file.
    """

    audio: str
    onset: float
    offset: float


class _Index(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: str
    frames: list[int]


def synthesize_shards(
    utterances: Sequence[Utterance],
    folder: Path,
    *,
    workers: int = 1,
    per_shard: int = PER_SHARD,
    synthesizer: Synthesizer | None = None,
    description: str = "speech",
) -> list[Segment]:
    """Synthesise utterances into `00000.flac`, `00001.flac` ... and return the location of each, in order.

    Existing shards with the right content are kept, so an interrupted run resumes with the missing shards.

    :param utterances: the utterances.
    :param folder: folder of the shards.
    :param workers: number of processes; the files do not depend on it.
    :param per_shard: number of utterances per file.
    :param synthesizer: the synthesiser; default the embedded voices.
    :param description: label of the progress bar.
    """
    speaker = synthesizer or EspeakSynthesizer()
    starts = range(0, len(utterances), per_shard)
    tasks = [
        (speaker, utterances[start : start + per_shard], folder / f"{number:05d}.flac")
        for number, start in enumerate(starts)
    ]
    segments: list[Segment] = []
    with swept([folder]), bar(description, len(utterances)) as progress:
        for name, frames in in_processes(_write_shard, tasks, workers=workers, worthwhile=WORTHWHILE):
            ends = np.cumsum(frames)
            segments += [
                Segment(name, float(end - size) / RATE, float(end) / RATE)
                for end, size in zip(ends, frames, strict=True)
            ]
            progress.advance(len(frames))
    return segments


def _write_shard(task: tuple[Synthesizer, Sequence[Utterance], Path]) -> tuple[str, list[int]]:
    synthesizer, utterances, path = task
    key = sha256_text("\n".join(synthesizer.key(utterance) for utterance in utterances))
    index = path.with_suffix(".json")
    frames = _known(path, index, key)
    if frames is None:
        spoken = [synthesizer.speak(utterance).samples for utterance in utterances]
        frames = [len(samples) for samples in spoken]
        write_audio(path, np.concatenate(spoken), comment=key)
        write_json(index, _Index(key=key, frames=frames).model_dump())
    return path.name, frames


def _known(path: Path, index: Path, key: str) -> list[int] | None:
    """Return the lengths of a shard's utterances in samples if file and index exist and match the key, else None."""
    try:
        found = parse_document(_Index, read_json(index), index)
    except (NoSuchFileError, DocumentError):
        return None
    return found.frames if found.key == key and path.is_file() and read_comment(path) == key else None
