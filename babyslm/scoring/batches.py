"""Length-sorted batches under a token budget: little padding, and scores independent of the caller's batch size."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["length_batches"]


def length_batches(lengths: Sequence[int], budget: int) -> list[NDArray[np.int64]]:
    """Group items into batches of similar length, longest first, each at most `budget` symbols with padding.

    An item longer than the budget is a batch of its own.

    :param lengths: number of symbols of each item.
    :param budget: upper limit on the symbols of a batch, padding included.
    :returns: indices of the items, batch by batch; every index once.

    >>> [batch.tolist() for batch in length_batches([2, 5, 2, 3], 6)]
    [[1], [3, 0], [2]]
    """
    order = np.argsort(-np.asarray(lengths, dtype=np.int64), kind="stable")
    batches = []
    start = 0
    while start < len(order):
        longest = max(1, int(lengths[order[start]]))
        size = max(1, budget // longest)
        batches.append(order[start : start + size])
        start += size
    return batches
