"""Prefix tree of token sequences, in which shared prefixes occur once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from babyslm.scoring.causal import Tokens

__all__ = ["PackedTree", "pack", "sorted_prefixes"]


@dataclass(frozen=True)
class PackedTree:
    """A part of the prefix tree of some sequences, stored as one row in depth-first order.

    A node is a token that is run; the last token of a sequence is not a node, since its prediction is not scored. An
    edge is a scored token, attached to the node that predicts it.

    :param tokens: shape (n,): token of each node.
    :param depths: shape (n,): distance from the root, which is the position id.
    :param ends: shape (n,): one past the last node below; node k attends to node a if and only if a <= k < ends[a].
    :param source: shape (e,): node of each edge.
    :param target: shape (e,): scored token of each edge.
    :param items: shape (m,): indices of the sequences in this row.
    :param picks: for each of these sequences the edges of its scored tokens, in order.
    """

    tokens: NDArray[np.int64]
    depths: NDArray[np.int64]
    ends: NDArray[np.int64]
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    items: NDArray[np.int64]
    picks: list[NDArray[np.int64]]


def sorted_prefixes(sequences: Sequence[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sort sequences so that those with a common prefix are adjacent, a prefix before its continuations.

    :param sequences: token sequences.
    :returns: order, shape (n,): indices in lexicographic order; shared, shape (n,): number of tokens that each has in
        common with the previous one in that order.

    >>> order, shared = sorted_prefixes([np.array([1, 2, 3]), np.array([1, 2]), np.array([1, 2, 4])])
    >>> order.tolist(), shared.tolist()
    ([1, 0, 2], [0, 2, 2])
    """
    lengths = np.array([len(sequence) for sequence in sequences], dtype=np.int64)
    grid = np.full((len(sequences), int(lengths.max(initial=0))), -1, dtype=np.int64)
    grid[np.arange(grid.shape[1]) < lengths[:, None]] = np.concatenate([*sequences, np.empty(0, dtype=np.int64)])
    order = np.lexsort(grid.T[::-1])
    grid, lengths = grid[order], lengths[order]
    alike = np.logical_and.accumulate(grid[1:] == grid[:-1], axis=1).sum(axis=1)
    shared = np.zeros(len(sequences), dtype=np.int64)
    shared[1:] = np.minimum(alike, np.minimum(lengths[1:], lengths[:-1]))
    return order, shared


def pack(sequences: Sequence[Tokens], capacity: int) -> Iterator[PackedTree]:
    """Cut the prefix tree of sequences into rows of at most `capacity` nodes.

    When a row is full, the next one repeats the prefix that it needs. A sequence longer than the capacity has a row of
    its own length.

    :param sequences: sequences with at least one scored token each.
    :param capacity: upper limit on the nodes of a row.
    """
    if not sequences:
        return
    order, shared = sorted_prefixes([sequence.ids for sequence in sequences])
    row = _Row()
    before = 0
    for item, common in zip(order.tolist(), shared.tolist(), strict=True):
        sequence = sequences[item]
        # The previous sequence did not run its last token: if the prefix ends there, that token is a new node here.
        begin = min(common, before - 1) if row.items else 0
        if row.items and len(row.tokens) + len(sequence.ids) - 1 - begin > capacity:
            yield row.finished()
            row, begin = _Row(), 0
        row.add(item, sequence, begin, common if row.items else 0)
        before = len(sequence.ids)
    yield row.finished()


class _Row:
    """A row under construction."""

    def __init__(self) -> None:
        self.tokens: list[int] = []
        self.depths: list[int] = []
        self.ends: list[int] = []
        self.source: list[int] = []
        self.target: list[int] = []
        self.items: list[int] = []
        self.picks: list[NDArray[np.int64]] = []
        self.path: list[int] = []  # node at each depth of the current sequence
        self.edges: list[int] = []  # edge at each depth of the current sequence, -1 if it is not scored

    def add(self, item: int, sequence: Tokens, begin: int, common: int) -> None:
        ids: list[int] = sequence.ids.tolist()
        last = len(ids) - 1
        if begin < last:
            here = len(self.tokens)
            for node in self.path[begin:]:
                self.ends[node] = here
            del self.path[begin:]
            self.path += range(here, here + last - begin)
            self.tokens += ids[begin:last]
            self.depths += range(begin, last)
            self.ends += [-1] * (last - begin)
        del self.edges[common:]
        self.edges += [-1] * (last + 1 - len(self.edges))
        for depth in range(sequence.context, last + 1):
            if self.edges[depth] < 0:
                self.edges[depth] = len(self.source)
                self.source.append(self.path[depth - 1])
                self.target.append(ids[depth])
        self.items.append(item)
        self.picks.append(np.array(self.edges[sequence.context : last + 1], dtype=np.int64))

    def finished(self) -> PackedTree:
        size = len(self.tokens)
        ends = np.array(self.ends, dtype=np.int64)
        return PackedTree(
            np.array(self.tokens, dtype=np.int64),
            np.array(self.depths, dtype=np.int64),
            np.where(ends < 0, size, ends),
            np.array(self.source, dtype=np.int64),
            np.array(self.target, dtype=np.int64),
            np.array(self.items, dtype=np.int64),
            self.picks,
        )
