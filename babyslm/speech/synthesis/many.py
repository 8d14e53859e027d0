"""Many utterances at once: over processes, each file written once and found again by its content."""

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
"""Utterances that a process takes at once."""

WORTHWHILE = 24
"""Chunks from which other processes are started: starting one costs as much as a dozen chunks."""

Given = TypeVar("Given")


def synthesize(
    items: Sequence[tuple[Path, Utterance]],
    *,
    workers: int = 1,
    synthesizer: Synthesizer | None = None,
    description: str = "speech",
) -> int:
    """Write one sound file an utterance and return how many had to be made.

    A file's header holds the hash of all that decides its sound; a file that is there with the right hash is kept, any
    other is replaced, each as a whole. So an interrupted run goes on where it stopped.

    :param items: file (`.wav` or `.flac`) and utterance; each file once.
    :param workers: processes; the files do not depend on it.
    :param synthesizer: what speaks; default the embedded voices.
    :param description: text in front of the progress bar.
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
    """Return how many utterances a task has, and from how many tasks other processes are worth their start."""
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
    """Yield the speech of each utterance, in order, without touching the disk.

    :param utterances: what to speak; taken as it is needed.
    :param workers: processes; the speech does not depend on it.
    :param synthesizer: what speaks; default the embedded voices.
    :param total: number of utterances, for the progress bar, if it is known.
    :param description: text in front of the progress bar.
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
