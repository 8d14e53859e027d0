"""Pairwise separability of learners and the resulting ranks: paired tests with shared bootstrap draws.

All learners of a track share the same draws of clusters, so the standard error of the difference of any two follows
from one covariance matrix of their drawn accuracies. A thousand learners form half a million pairs, for which Holm's
correction needs p-values far below the resolution of the draws (2 / (draws + 1)). The difference divided by its
clustered bootstrap standard error is therefore compared with Student's t with (clusters - 1) degrees of freedom
(Cameron, Gelbach & Miller, Rev. Econ. Stat. 2008).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from babyslm.results.outcomes.compare import holm

__all__ = ["LEVEL", "Ranks", "rank", "separable"]

LEVEL = 0.05
"""Family-wise error rate of all pairs of one track and measure."""

NO_SPREAD = 1e-14
"""Smaller variances are treated as rounding errors."""


@dataclass(frozen=True, eq=False)
class Ranks:
    """Ranks of n learners; every field has shape (n,).

    :param rank: 1 + number of learners in the tie groups above.
    :param group: number of the tie group, from 1.
    :param best: 1 + number of learners that are separably better.
    :param worst: n - number of learners that are separably worse.
    """

    rank: NDArray[np.int64]
    group: NDArray[np.int64]
    best: NDArray[np.int64]
    worst: NDArray[np.int64]


def separable(
    accuracy: NDArray[np.float64], drawn: NDArray[np.float64], clusters: int, *, level: float = LEVEL
) -> NDArray[np.bool_]:
    """Test for every two learners whether the first is better, after Holm's correction for all pairs.

    :param accuracy: shape (n,).
    :param drawn: shape (draws, n): accuracies in shared draws.
    :param clusters: number of clusters drawn; with fewer than two, no learners are separable.
    :param level: family-wise error rate.
    :returns: shape (n, n); element (i, j): i is separably better than j.
    """
    count = len(accuracy)
    better = np.zeros((count, count), dtype=bool)
    if count < 2 or clusters < 2:
        return better
    first, second = np.triu_indices(count, 1)
    apart = holm(_p_values(accuracy, drawn, first, second, clusters - 1)) < level
    first, second = first[apart], second[apart]
    up = accuracy[first] > accuracy[second]
    better[np.where(up, first, second), np.where(up, second, first)] = True
    return better


def _p_values(
    accuracy: NDArray[np.float64],
    drawn: NDArray[np.float64],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    freedom: int,
) -> NDArray[np.float64]:
    """Return the two-sided p-value of no difference between each `first` and its `second`, shape (pairs,)."""
    from scipy.special import stdtr

    covariance = np.cov(drawn, rowvar=False)
    variance = np.diag(covariance)
    spread = variance[first] + variance[second] - 2 * covariance[first, second]
    difference = np.abs(accuracy[first] - accuracy[second])
    # Two learners that differ by the same amount in every draw are separable; equal ones are not.
    flat = spread < NO_SPREAD
    certain = np.where(difference < NO_SPREAD, 1.0, 0.0)
    ratio = difference / np.sqrt(np.where(flat, 1.0, spread))
    return np.where(flat, certain, 2 * stdtr(freedom, -ratio))


def rank(accuracy: NDArray[np.float64], better: NDArray[np.bool_]) -> Ranks:
    """Rank learners that are sorted by accuracy, the best first.

    From the best down, a learner joins the previous tie group unless it is separable from the best of that group.

    :param accuracy: shape (n,), descending.
    :param better: shape (n, n), from `separable`.
    """
    count = len(accuracy)
    ranks, groups = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    leader, group = 0, 1
    for at in range(count):
        if better[leader, at]:
            leader, group = at, group + 1
        ranks[at], groups[at] = leader + 1, group
    return Ranks(ranks, groups, 1 + better.sum(axis=0), count - better.sum(axis=1))
