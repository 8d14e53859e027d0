"""Feature frames on disk: written as they are encoded, read back with stacked neighbours in any order."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from babyslm.files import WriteError
from babyslm.models.encoders.protocol import Features

__all__ = ["FrameStore", "Moments"]

BLOCK = 10_000
"""Number of frames read at once."""

Moments = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Mean of shape (D,) and covariance of shape (D, D)."""


class FrameStore:
    """Frames of utterances in a temporary file, which is deleted when the store is closed.

    :param dimensions: dimensions of a frame.
    :param context: offsets of the frames stacked when frames are read; beyond the ends of an utterance its first and
        last frames are repeated.
    :param folder: folder of the file; default the system's folder for temporary files.
    """

    def __init__(self, dimensions: int, context: Sequence[int] = (0,), folder: Path | None = None) -> None:
        self.dimensions = dimensions
        self.context = np.asarray(context, dtype=np.int64)
        self.folder = folder or Path(tempfile.gettempdir())
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115  # closed by __exit__
        except OSError as error:
            raise WriteError(self.folder, error.strerror or str(error)) from error
        self._starts = [0]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        """Return the number of frames."""
        return self._starts[-1]

    def add(self, blocks: Iterable[Features]) -> None:
        """Add one utterance.

        :param blocks: consecutive frames, each of shape (frames, dimensions).
        """
        count = 0
        try:
            for block in blocks:
                self._file.write(np.ascontiguousarray(block, dtype=np.float32).data)
                count += len(block)
            self._file.flush()
        except OSError as error:
            raise WriteError(self.folder, error.strerror or str(error)) from error
        if count:
            self._starts.append(self._starts[-1] + count)

    def stacked(self, rows: NDArray[np.int64]) -> Features:
        """Return the given frames with their neighbours, shape (rows, dimensions x offsets)."""
        frames = np.memmap(self._file, dtype=np.float32, mode="r", shape=(len(self), self.dimensions))
        starts = np.asarray(self._starts)
        utterances = np.searchsorted(starts, rows, side="right") - 1
        first, last = starts[utterances][:, None], starts[utterances + 1][:, None] - 1
        places = np.clip(rows[:, None] + self.context, first, last)
        found: Features = np.asarray(frames[places]).reshape(len(rows), -1)
        return found

    def blocks(self, order: NDArray[np.int64] | None = None, size: int = BLOCK) -> Iterator[Features]:
        """Yield all frames with their neighbours, block by block.

        :param order: order of the frames; default the order in which they were added.
        :param size: frames per block.
        """
        rows = np.arange(len(self)) if order is None else order
        for start in range(0, len(rows), size):
            yield self.stacked(rows[start : start + size])

    def moments(self) -> Moments:
        """Return mean and covariance of the stacked frames."""
        width = self.dimensions * len(self.context)
        mean = np.zeros(width)
        for block in self.blocks():
            mean += block.sum(axis=0, dtype=np.float64)
        mean /= max(1, len(self))
        scatter = np.zeros((width, width))
        for block in self.blocks():
            centred = block.astype(np.float64) - mean
            scatter += centred.T @ centred
        return mean, scatter / max(1, len(self) - 1)
