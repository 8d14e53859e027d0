"""Pairwise separability of learners and the resulting ranks: paired tests on shared clusters.

All learners of a track were tested on the same clusters of items, so the standard error of the difference of any two
follows from one matrix of products of their influences. The difference divided by its standard error is compared with
Student's t with (effective clusters - 1) degrees of freedom (Cameron, Gelbach & Miller, Rev. Econ. Stat. 2008).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from babyslm.results.outcomes.compare import holm
from babyslm.results.statistics.clusters import Influence

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


def separable(accuracy: NDArray[np.float64], evidence: Influence, *, level: float = LEVEL) -> NDArray[np.bool_]:
    """Test for every two learners whether the first is better, after Holm's correction for all pairs.

    :param accuracy: shape (n,).
    :param evidence: influence of the clusters on each accuracy, shape (clusters, n); of fewer than two clusters,
        nothing is separable.
    :param level: family-wise error rate.
    :returns: shape (n, n); element (i, j): i is separably better than j.
    """
    count = len(accuracy)
    better = np.zeros((count, count), dtype=bool)
    if count < 2 or evidence.count < 2:
        return better
    first, second = np.triu_indices(count, 1)
    apart = holm(_p_values(accuracy, evidence, first, second)) < level
    first, second = first[apart], second[apart]
    up = accuracy[first] > accuracy[second]
    better[np.where(up, first, second), np.where(up, second, first)] = True
    return better


def _p_values(
    accuracy: NDArray[np.float64],
    evidence: Influence,
    first: NDArray[np.int64],
    second: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the two-sided p-value of no difference between each `first` and its `second`, shape (pairs,)."""
    from scipy.special import stdtr

    covariance = evidence.effects.T @ evidence.effects
    variance = np.diag(covariance)
    spread = variance[first] + variance[second] - 2 * covariance[first, second]
    difference = np.abs(accuracy[first] - accuracy[second])
    # Two learners that differ by the same amount in every draw are separable; equal ones are not.
    flat = spread < NO_SPREAD
    certain = np.where(difference < NO_SPREAD, 1.0, 0.0)
    ratio = difference / np.sqrt(np.where(flat, 1.0, spread))
    return np.where(flat, certain, 2 * stdtr(max(1.0, evidence.effective - 1), -ratio))


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
