"""Sound that need not be in memory: its length is known, and any part can be read."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from babyslm.speech.audio import RATE, Samples, read_part, verify_stimulus_audio

__all__ = ["HeldSound", "Recording", "Sound", "read_blocks", "read_whole"]

BLOCK = 60 * RATE
"""Number of samples per block of sequential reading."""


class Sound(Protocol):
    """Mono sound at 16 kHz."""

    def __len__(self) -> int:
        """Return the number of samples."""

    def read(self, start: int, stop: int) -> Samples:
        """Return a range of samples, shape (stop - start,), float32, full scale at -1 and 1."""


@dataclass(frozen=True, eq=False)
class HeldSound:
    """Sound in memory.

    :param samples: shape (samples,).
    """

    samples: Samples

    def __len__(self) -> int:
        return len(self.samples)

    def read(self, start: int, stop: int) -> Samples:
        """Return a range of samples."""
        return self.samples[start:stop]


@dataclass(frozen=True)
class Recording:
    """A part of a sound file, read on demand.

    :param path: a mono file at 16 kHz.
    :param start: first sample.
    :param stop: sample after the last.
    """

    path: Path
    start: int
    stop: int

    @classmethod
    def whole(cls, path: Path) -> "Recording":
        """Return a whole file; its header is read and checked."""
        return cls(path, 0, round(verify_stimulus_audio(path) * RATE))

    def __len__(self) -> int:
        return self.stop - self.start

    def read(self, start: int, stop: int) -> Samples:
        """Read a range of samples, relative to the beginning of the part."""
        return read_part(self.path, self.start + start, self.start + stop)


def read_blocks(sound: Sound, size: int = BLOCK) -> Iterator[Samples]:
    """Yield a sound in consecutive blocks."""
    for start in range(0, len(sound), size):
        yield sound.read(start, min(len(sound), start + size))


def read_whole(sound: Sound) -> Samples:
    """Return all samples of a sound."""
    return sound.read(0, len(sound))
