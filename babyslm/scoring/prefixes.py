"""Prefix tree by levels, for models with a recurrent state."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ends", "Level", "PrefixTree", "prefix_tree"]


@dataclass(frozen=True)
class Level:
    """The nodes of one depth.

    :param parents: index of each node's parent in the level above; the root is 0 of level -1.
    :param symbols: last symbol of each node's prefix.
    """

    parents: NDArray[np.int64]
    symbols: NDArray[np.int64]


@dataclass(frozen=True)
class Ends:
    """The sequences that end at one depth.

    :param nodes: index of each last node in its level.
    :param sequences: indices of the caller's sequences.
    """

    nodes: NDArray[np.int64]
    sequences: NDArray[np.int64]


@dataclass(frozen=True)
class PrefixTree:
    """Sequences organised by their common prefixes.

    :param levels: `levels[d]` holds the nodes of depth d + 1; the last one is empty.
    :param ends: `ends[d]` holds the sequences of length d.
    :param nodes: number of nodes, the root included.
    :param size: number of sequences.
    """

    levels: tuple[Level, ...]
    ends: tuple[Ends, ...]
    nodes: int
    size: int


def prefix_tree(sequences: Sequence[Sequence[int]]) -> PrefixTree:
    """Build the prefix tree of sequences; the root is the empty prefix.

    :param sequences: at least one; they may repeat or be empty.
    """
    lengths = np.array([len(sequence) for sequence in sequences], dtype=np.int64)
    deepest = int(lengths.max())
    grid = np.zeros((len(sequences), deepest), dtype=np.int64)
    for row, sequence in enumerate(sequences):
        grid[row, : len(sequence)] = sequence
    base = int(grid.max(initial=0)) + 1
    node = np.zeros(len(sequences), dtype=np.int64)  # node of each sequence in the current level
    levels, ends, nodes = [], [], 1
    for depth in range(deepest + 1):
        stop = np.flatnonzero(lengths == depth)
        ends.append(Ends(node[stop], stop))
        alive = np.flatnonzero(lengths > depth)
        keys = node[alive] * base + (grid[alive, depth] if len(alive) else 0)
        distinct, inverse = np.unique(keys, return_inverse=True)
        levels.append(Level(distinct // base, distinct % base))
        node[alive] = inverse
        nodes += len(distinct)
    return PrefixTree(tuple(levels), tuple(ends), nodes, len(sequences))
