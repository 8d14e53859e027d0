"""Overlapping windows of long sounds, so that memory use does not depend on the length of a file."""

from dataclasses import dataclass

__all__ = ["Window", "cut_windows"]


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a sound that is encoded at once.

    :param start: first encoded frame.
    :param stop: one past the last encoded frame.
    :param keep: first kept frame.
    :param end: one past the last kept frame.
    """

    start: int
    stop: int
    keep: int
    end: int


def cut_windows(frames: int, size: int, context: int) -> list[Window]:
    """Cut frames into windows whose kept parts cover each frame once.

    :param frames: length of the sound.
    :param size: upper limit on the kept frames of a window.
    :param context: additional frames on either side, where the sound has them.

    >>> cut_windows(10, 10, 3)
    [Window(start=0, stop=10, keep=0, end=10)]
    >>> cut_windows(7, 4, 1)
    [Window(start=0, stop=5, keep=0, end=4), Window(start=3, stop=7, keep=4, end=7)]
    """
    return [
        Window(max(0, keep - context), min(frames, keep + size + context), keep, min(frames, keep + size))
        for keep in range(0, frames, size)
    ]
