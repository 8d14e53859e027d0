"""Long sound files that hold many utterances each: what a training corpus points into.

Tens of hours as one file an utterance are slow to copy and to read. A shard is a FLAC file of consecutive utterances
with an index beside it; it is made whole by one process and found again by the content of its utterances.
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
"""Utterances a shard: some ten minutes of child-directed speech."""


WORTHWHILE = 4
"""Shards from which other processes are started."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Where an utterance lies.

    :param audio: shard file, relative to the folder.
    :param onset: seconds from the start of the file, a whole number of frames at 16 kHz.
    :param offset: seconds at which it ends.
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
    """Speak utterances into `00000.flac`, `00001.flac` ... and return where each lies, in order.

    Shards that are there with the right content are kept: an interrupted run goes on where it stopped.

    :param utterances: what to speak.
    :param folder: where the shards are written.
    :param workers: processes; the files do not depend on it.
    :param per_shard: utterances a file.
    :param synthesizer: what speaks; default the embedded voices.
    :param description: text in front of the progress bar.
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
    """Return the lengths of a shard's utterances if file and index are there and of this content."""
    try:
        found = parse_document(_Index, read_json(index), index)
    except (NoSuchFileError, DocumentError):
        return None
    return found.frames if found.key == key and path.is_file() and read_comment(path) == key else None
