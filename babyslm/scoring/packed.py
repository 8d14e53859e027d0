"""Ragged sequences as one time-major run of symbols without padding (the layout of torch's PackedSequence)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Packed", "pack"]


@dataclass(frozen=True)
class Packed:
    """A batch of n sequences with N symbols in all, in time-major order.

    :param inputs: shape (N,): the input symbol; `<s>` first.
    :param targets: shape (N,): the next symbol; `</s>` last.
    :param batch_sizes: shape (steps,): number of sequences that are still running at each step.
    :param rows: shape (N,): index of the caller's sequence of each symbol.
    """

    inputs: NDArray[np.int64]
    targets: NDArray[np.int64]
    batch_sizes: NDArray[np.int64]
    rows: NDArray[np.int64]


def pack(sequences: Sequence[Sequence[int]], bos: int, eos: int) -> Packed:
    """Pack sequences in time-major order, longest first.

    :param sequences: symbol numbers without `<s>` and `</s>`; at least one sequence.
    :param bos: number of `<s>`.
    :param eos: number of `</s>`.
    """
    lengths = np.array([len(sequence) for sequence in sequences], dtype=np.int64)
    order = np.argsort(-lengths, kind="stable")
    steps = int(lengths.max()) + 1
    grid = np.full((steps + 1, len(sequences)), eos, dtype=np.int64)
    grid[0] = bos
    flat = np.concatenate([np.asarray(sequences[i], dtype=np.int64) for i in order])
    columns = np.repeat(np.arange(len(order)), lengths[order])
    starts = np.concatenate([[0], np.cumsum(lengths[order])[:-1]])
    within = np.arange(len(flat)) - np.repeat(starts, lengths[order])
    grid[within + 1, columns] = flat
    running = np.arange(steps)[:, None] <= lengths[order][None, :]
    rows = np.broadcast_to(order[None, :], running.shape)[running]
    return Packed(grid[:-1][running], grid[1:][running], running.sum(axis=1), rows)
