"""Batch synthesis over several processes; each file is identified by a content hash."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

from babyslm.engines import in_processes
from babyslm.files import swept
from babyslm.progress import bar
from babyslm.speech.audio import read_comment, write_audio
from babyslm.speech.synthesis.synthesizer import EspeakSynthesizer, Speech, Synthesizer, Utterance

__all__ = ["CHUNK", "synthesize", "synthesize_arrays"]

CHUNK = 64
"""Number of utterances per task."""

WORTHWHILE = 24
"""Smallest number of tasks for which worker processes are started: starting one costs as much as a dozen tasks."""

Given = TypeVar("Given")


def synthesize(
    items: Sequence[tuple[Path, Utterance]],
    *,
    workers: int = 1,
    synthesizer: Synthesizer | None = None,
    description: str = "speech",
) -> int:
    """Write one sound file per utterance and return the number of files that were synthesised.

    The header of a file stores the hash of everything that determines its sound. A file with the right hash is kept,
    any other is replaced atomically. An interrupted run therefore resumes with the missing files.

    :param items: file (`.wav` or `.flac`) and utterance; each file once.
    :param workers: number of processes; the files do not depend on it.
    :param synthesizer: the synthesiser; default the embedded voices.
    :param description: label of the progress bar.
    """
    speaker = synthesizer or EspeakSynthesizer()
    size, worthwhile = _tasks(speaker)
    chunks = [(speaker, chunk) for chunk in _batched(items, size)]
    made = 0
    with swept(path.parent for path, _ in items), bar(description, len(items)) as progress:
        for written, done in in_processes(_write_chunk, chunks, workers=workers, worthwhile=worthwhile):
            made += written
            progress.advance(done)
    return made


def _tasks(synthesizer: Synthesizer) -> tuple[int, int]:
    """Return the number of utterances per task, and the number of tasks from which worker processes pay off."""
    return (1, 2) if synthesizer.slow else (CHUNK, WORTHWHILE)


def _write_chunk(task: tuple[Synthesizer, Sequence[tuple[Path, Utterance]]]) -> tuple[int, int]:
    synthesizer, items = task
    written = 0
    for path, utterance in items:
        key = f"babyslm {synthesizer.key(utterance)}"
        if path.is_file() and read_comment(path) == key:
            continue
        write_audio(path, synthesizer.speak(utterance).samples, comment=key)
        written += 1
    return written, len(items)


def synthesize_arrays(
    utterances: Iterable[Utterance],
    *,
    workers: int = 1,
    synthesizer: Synthesizer | None = None,
    total: int | None = None,
    description: str = "speech",
) -> Iterator[Speech]:
    """Yield the speech of each utterance, in order, without writing files.

    :param utterances: the utterances; consumed lazily.
    :param workers: number of processes; the speech does not depend on it.
    :param synthesizer: the synthesiser; default the embedded voices.
    :param total: number of utterances for the progress bar, if known.
    :param description: label of the progress bar.
    """
    speaker = synthesizer or EspeakSynthesizer()
    size, worthwhile = _tasks(speaker)
    chunks = ((speaker, chunk) for chunk in _batched(utterances, size))
    with bar(description, total) as progress:
        for spoken in in_processes(_speak_chunk, chunks, workers=workers, worthwhile=worthwhile):
            for speech in spoken:
                yield speech
                progress.advance()


def _speak_chunk(task: tuple[Synthesizer, Sequence[Utterance]]) -> list[Speech]:
    synthesizer, utterances = task
    return [synthesizer.speak(utterance) for utterance in utterances]


def _batched(items: Iterable[Given], size: int) -> Iterator[list[Given]]:
    remaining = iter(items)
    while chunk := list(islice(remaining, size)):
        yield chunk
