"""A prefix tree by levels, for models that carry a state."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ends", "Level", "PrefixTree", "prefix_tree"]


@dataclass(frozen=True)
class Level:
    """The nodes of one depth.

    :param parents: position of each node's parent in the level above; the root is 0 of level -1.
    :param symbols: the symbol each node adds.
    """

    parents: NDArray[np.int64]
    symbols: NDArray[np.int64]


@dataclass(frozen=True)
class Ends:
    """The sequences that end at one depth.

    :param nodes: position of each last node in its level.
    :param sequences: which of the caller's sequences.
    """

    nodes: NDArray[np.int64]
    sequences: NDArray[np.int64]


@dataclass(frozen=True)
class PrefixTree:
    """Sequences by their common beginnings.

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
    """Build the tree of some sequences; the root is the empty beginning that all share.

    :param sequences: at least one; they may repeat or be empty.
    """
    lengths = np.array([len(sequence) for sequence in sequences], dtype=np.int64)
    deepest = int(lengths.max())
    grid = np.zeros((len(sequences), deepest), dtype=np.int64)
    for row, sequence in enumerate(sequences):
        grid[row, : len(sequence)] = sequence
    base = int(grid.max(initial=0)) + 1
    node = np.zeros(len(sequences), dtype=np.int64)  # of each sequence, in the current level
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
