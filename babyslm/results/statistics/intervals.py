"""Confidence intervals and p-values of accuracies and of their differences, from clusters of items.

An accuracy near 1 of few clusters has no symmetric interval, and a learner without a single error is not certain to
make none. Accuracies therefore have Wilson's interval (J. Am. Stat. Assoc. 1927) with Student's t of the effective
number of clusters and the effective number of independent trials, accuracy x (1 - accuracy) / variance, as for
proportions of complex samples (Franco et al., J. Survey Stat. Methodol. 2019). Differences have Student's interval.

Where few clusters contain an error (or, for a difference, a disagreement), the estimate of the variance is unreliable.
It is then drawn towards the largest variance that the mean allows, with a weight that falls with the square of the
expected number of such clusters. `tests/results/test_coverage.py` simulates the coverage.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

from babyslm.results.statistics.clusters import Influence

__all__ = ["CONFIDENCE", "METHOD", "Difference", "Interval", "difference_test", "proportion_interval"]

CONFIDENCE = 0.95

METHOD: Literal["Wilson with effective clusters"] = "Wilson with effective clusters"
"""Name of the method in `result.json`."""

FloatArray = NDArray[np.float64]


class Interval(NamedTuple):
    """Ends of confidence intervals; NaN for fewer than two clusters."""

    low: FloatArray
    high: FloatArray


class Difference(NamedTuple):
    """Interval and two-sided p-value of "no difference"; NaN and 1 for fewer than two clusters."""

    low: FloatArray
    high: FloatArray
    p: FloatArray


def proportion_interval(mean: ArrayLike, clusters: Influence, *, confidence: float = CONFIDENCE) -> Interval:
    """Return the intervals of accuracies.

    :param mean: shape (...): accuracies between 0 and 1.
    :param clusters: influence of the clusters on these accuracies.
    :param confidence: nominal coverage.
    """
    mean = np.asarray(mean, dtype=float)
    if clusters.count < 2:
        return Interval(np.full(mean.shape, np.nan), np.full(mean.shape, np.nan))
    most = mean * (1 - mean)
    expected = 2 * clusters.effective * np.minimum(mean, 1 - mean)
    variance = _drawn_towards(clusters.variance, most / clusters.effective, expected)
    with np.errstate(invalid="ignore", divide="ignore"):
        trials = np.where(most > 0, most / variance, clusters.effective)
    squared = _quantile(clusters, confidence) ** 2
    middle = mean + squared / (2 * trials)
    half = np.sqrt(squared * (most / trials + squared / (4 * trials**2)))
    whole = 1 + squared / trials
    return Interval(np.clip((middle - half) / whole, 0, 1), np.clip((middle + half) / whole, 0, 1))


def difference_test(difference: ArrayLike, clusters: Influence, *, confidence: float = CONFIDENCE) -> Difference:
    """Return the intervals and p-values of differences of two accuracies on the same items.

    Two disagreeing clusters, one in each direction, are added to the bound of the variance (Agresti & Min, Stat. Med.
    2005), so that two learners with the same scores are not certain to be equal.

    :param difference: shape (...): differences between -1 and 1.
    :param clusters: influence of the clusters on these differences.
    :param confidence: nominal coverage.
    """
    difference = np.asarray(difference, dtype=float)
    if clusters.count < 2:
        nothing = np.full(difference.shape, np.nan)
        return Difference(nothing, nothing, np.ones(difference.shape))
    by_cluster = clusters.effects + np.multiply.outer(clusters.shares, difference)
    expected = clusters.effective * np.abs(by_cluster).sum(axis=0)
    most = (expected + 2) / (clusters.effective * (clusters.effective + 2))
    deviation = np.sqrt(_drawn_towards(clusters.variance, most, expected))
    half = _quantile(clusters, confidence) * deviation
    p = np.minimum(1.0, 2 * stdtr(_freedom(clusters), -np.abs(difference) / deviation))
    return Difference(np.clip(difference - half, -1, 1), np.clip(difference + half, -1, 1), p)


def _drawn_towards(variance: FloatArray, most: FloatArray, expected: FloatArray) -> FloatArray:
    """Draw an estimated variance towards its upper bound; the fewer clusters are expected to vary, the more."""
    squared = np.square(expected)
    return np.asarray((squared * variance + np.maximum(variance, most)) / (squared + 1))


def _freedom(clusters: Influence) -> float:
    return max(1.0, clusters.effective - 1)


def _quantile(clusters: Influence, confidence: float) -> float:
    return float(stdtrit(_freedom(clusters), (1 + confidence) / 2))
