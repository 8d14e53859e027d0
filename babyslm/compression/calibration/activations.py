"""Activations of all calibration batches between two blocks, in memory or, above a limit, on disk."""

import math
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import torch
from torch import Tensor

from babyslm.files import WriteError

__all__ = ["Activations", "Space"]


class Activations:
    """One tensor per batch, all of them in one block of memory or one file.

    :param flat: shape (positions of all batches, width).
    :param shapes: rows and length of each batch.
    """

    def __init__(self, flat: Tensor, shapes: Sequence[tuple[int, int]]) -> None:
        self.flat = flat
        self.shapes = shapes
        self._starts = [0, *accumulate(rows * length for rows, length in shapes)]

    def __len__(self) -> int:
        return len(self.shapes)

    def __getitem__(self, batch: int) -> Tensor:
        """Return a view of a batch, shape (rows, length, width)."""
        rows, length = self.shapes[batch]
        return self.flat[self._starts[batch] : self._starts[batch + 1]].view(rows, length, -1)

    def __setitem__(self, batch: int, values: Tensor) -> None:
        self[batch].copy_(values)


class Space:
    """Storage of activations: memory up to a limit, files beyond it.

    :param folder: folder of the files.
    :param limit: upper limit on the bytes of memory for all activations together.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder = folder
        self.left = limit
        self.files = 0

    def make(self, shapes: Sequence[tuple[int, int]], width: int, dtype: torch.dtype) -> Activations:
        """Return uninitialised activations.

        :param shapes: rows and length of each batch.
        :param width: dimensions of a position.
        :param dtype: number type.
        """
        size = (sum(rows * length for rows, length in shapes), width)
        count = math.prod(size) * dtype.itemsize
        if count <= self.left:
            self.left -= count
            return Activations(torch.empty(size, dtype=dtype), shapes)
        path = self.folder / f"activations-{self.files}.bin"
        self.files += 1
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            flat = torch.from_file(str(path), shared=True, size=math.prod(size), dtype=dtype)
        except (OSError, RuntimeError) as error:
            raise WriteError(path, str(error).splitlines()[0]) from error
        path.unlink()  # the memory map remains valid; a killed run leaves no file behind
        return Activations(flat.view(size), shapes)
