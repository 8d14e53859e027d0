"""N-gram counts: the distinct n-grams of each order as sorted numbers, so that millions are counted in seconds.

An n-gram of order k is a node: node(k) = rank of (node(k-1) of its first k-1 symbols) * V + last symbol. Histories
begin at the single `<s>` of a sequence and never cross it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Order", "Run", "count_orders", "find_nodes", "lay_out"]

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Order:
    """The n-grams of one order.

    :param keys: sorted: history's node * V + symbol. Of order 1: the symbols themselves.
    :param counts: number of occurrences of each.
    :param continuations: number of distinct symbols that precede each, N1+(. h w); an n-gram that begins with `<s>`
        has no preceding symbol and keeps its count. Of the highest order: the counts.
    """

    keys: Integers
    counts: Integers
    continuations: Integers


@dataclass(frozen=True)
class Run:
    """Concatenated sequences.

    :param symbols: symbol numbers, `<s>` and `</s>` included.
    :param places: position of each symbol in its own sequence.
    :param rows: index of the sequence of each symbol.
    """

    symbols: Integers
    places: Integers
    rows: Integers


def lay_out(sequences: Sequence[Sequence[int]], bos: int, eos: int) -> Run:
    """Concatenate sequences, each between `<s>` and `</s>`.

    :param sequences: symbol numbers without `<s>` and `</s>`.
    :param bos: number of `<s>`.
    :param eos: number of `</s>`.
    """
    lengths = np.array([len(sequence) + 2 for sequence in sequences], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
    rows = np.repeat(np.arange(len(sequences)), lengths)
    places = np.arange(int(lengths.sum())) - starts[rows]
    symbols = np.empty(len(rows), dtype=np.int64)
    inner = (places > 0) & (places < lengths[rows] - 1)
    symbols[inner] = np.fromiter((symbol for sequence in sequences for symbol in sequence), np.int64, inner.sum())
    symbols[places == 0] = bos
    symbols[places == lengths[rows] - 1] = eos
    return Run(symbols, places, rows)


def count_orders(run: Run, weights: Integers, vocabulary: int, order: int) -> list[Order]:
    """Count the n-grams of orders 1 to `order`.

    :param run: concatenated sequences.
    :param weights: weight of each sequence, shape (sequences,).
    :param vocabulary: number of symbols V.
    :param order: highest order.
    """
    weight = weights[run.rows]
    predicted = run.places > 0
    keys = [np.arange(vocabulary, dtype=np.int64)]
    counts = [np.bincount(run.symbols[predicted], weight[predicted], vocabulary).astype(np.int64)]
    continuations: list[Integers] = []
    node = run.symbols.copy()
    for k in range(2, order + 1):
        reach = np.flatnonzero(run.places >= k - 1)
        pairs = node[reach - 1] * vocabulary + run.symbols[reach]
        distinct, seen, inverse = np.unique(pairs, return_index=True, return_inverse=True)
        behind = np.bincount(node[reach[seen]], minlength=len(keys[-1]))
        continuations.append(np.where(behind == 0, counts[-1], behind))
        keys.append(distinct)
        counts.append(np.bincount(inverse, weight[reach], len(distinct)).astype(np.int64))
        node = np.full(len(node), -1, dtype=np.int64)
        node[reach] = inverse
    continuations.append(counts[-1])
    return [Order(*parts) for parts in zip(keys, counts, continuations, strict=True)]


def find_nodes(symbols: Integers, before: Integers, keys: Integers, vocabulary: int) -> Integers:
    """Return the node of each n-gram, -1 if it did not occur.

    :param symbols: last symbols, shape (n,).
    :param before: nodes of the preceding symbols, -1 if they did not occur.
    :param keys: sorted keys of the order.
    :param vocabulary: number of symbols V.
    """
    if not len(keys):
        return np.full(len(symbols), -1, dtype=np.int64)
    wanted = np.where(before < 0, -1, before * vocabulary + symbols)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1)
