"""Long sounds cut into windows that overlap, so that memory does not grow with the length of a file."""

from dataclasses import dataclass

__all__ = ["Window", "cut_windows"]


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of a sound that is encoded at once.

    :param start: first frame that is encoded.
    :param stop: frame after the last.
    :param keep: first frame that is kept.
    :param end: frame after the last that is kept.
    """

    start: int
    stop: int
    keep: int
    end: int


def cut_windows(frames: int, size: int, context: int) -> list[Window]:
    """Cut frames into windows; what is kept of them covers each frame once.

    :param frames: length of the sound.
    :param size: most frames that a window keeps.
    :param context: frames that it hears beyond on either side, where there are some.

    >>> cut_windows(10, 10, 3)
    [Window(start=0, stop=10, keep=0, end=10)]
    >>> cut_windows(7, 4, 1)
    [Window(start=0, stop=5, keep=0, end=4), Window(start=3, stop=7, keep=4, end=7)]
    """
    return [
        Window(max(0, keep - context), min(frames, keep + size + context), keep, min(frames, keep + size))
        for keep in range(0, frames, size)
    ]
