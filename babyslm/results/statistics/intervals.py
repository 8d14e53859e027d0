"""Confidence intervals: a percentile bootstrap over clusters of items that share their lexical material.

Whole clusters are drawn with replacement (Davison & Hinkley, Bootstrap Methods and their Application, 1997, sections
2.4 and 3.8), because items made of the same words are not independent. A draw weights each cluster by the number of
times it was drawn; the statistic is the official aggregate with these weights, the weighted mean over items.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from babyslm.seeds import generator

__all__ = [
    "CONFIDENCE",
    "DRAWS",
    "Interval",
    "cluster_codes",
    "draw_means",
    "draw_weights",
    "p_value",
    "percentile_interval",
]

DRAWS = 2_000
CONFIDENCE = 0.95
CHUNK = 1 << 20
"""Number of drawn clusters in memory at once; it does not affect the results."""

FloatArray = NDArray[np.float64]


class Interval(NamedTuple):
    """A confidence interval; both ends are NaN for fewer than two clusters."""

    low: float
    high: float


def cluster_codes(items: Sequence[object] | pd.Series, clusters: Sequence[object] | pd.Series) -> NDArray[np.int64]:
    """Return the cluster number of each row: 0, 1, ..., in the sorted order of their names.

    Clusters that share an item are merged, so that a draw never splits an item.

    :param items: the item of each row.
    :param clusters: the named cluster of each row.
    """
    names, named = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)
    item_codes = pd.factorize(pd.Series(items))[0]
    rows = len(named)
    links = coo_array(
        (np.ones(rows, dtype=np.int8), (named, len(names) + item_codes)),
        shape=(len(names) + item_codes.max(initial=-1) + 1,) * 2,
    )
    joined = connected_components(links, directed=False)[1][: len(names)]
    # The number of a component is that of its first name, so that codes do not depend on the library's order.
    _, first, codes = np.unique(joined, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[codes][named], dtype=np.int64)


def draw_means(
    values: FloatArray,
    clusters: NDArray[np.int64],
    groups: NDArray[np.int64] | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    names: Sequence[object] = (),
) -> FloatArray:
    """Return the mean of each group of rows in each draw of clusters.

    The same draws are used for all groups, so that their differences and their mean can be computed draw by draw.

    :param values: shape (n,): one value per row, such as the accuracy of an item.
    :param clusters: shape (n,): codes 0 ... C-1 of the rows' clusters.
    :param groups: shape (n,): codes 0 ... G-1 of the rows' groups; default all in one group. A negative code excludes
        the row from every group, though its cluster still takes part in the draws.
    :param draws: number of draws.
    :param seed: seed, which together with `names` determines the draws.
    :param names: purpose of the draws, such as task and split.
    :returns: shape (draws, G); NaN if a draw contains no row of a group.
    """
    count = int(clusters.max(initial=-1)) + 1
    if groups is None:
        groups = np.zeros(len(values), dtype=np.int64)
    size = int(groups.max(initial=-1)) + 1
    kept = groups >= 0
    at = (groups[kept], clusters[kept])
    shape = (size, count)
    sums = csr_array(coo_array((values[kept], at), shape=shape))
    rows = csr_array(coo_array((np.ones(int(kept.sum())), at), shape=shape))
    means = np.empty((draws, size))
    for chunk, weights in _weights(count, draws, seed, names):
        with np.errstate(invalid="ignore", divide="ignore"):
            means[chunk] = ((sums @ weights) / (rows @ weights)).T
    return means


def draw_weights(
    clusters: int, *, draws: int = DRAWS, seed: int = 0, names: Sequence[object] = ()
) -> NDArray[np.float64]:
    """Return the number of times that each cluster is drawn in each draw of `draw_means`, for use by many statistics.

    :param clusters: number of clusters.
    :param draws: number of draws.
    :param seed: seed, which together with `names` determines the draws.
    :param names: purpose of the draws, such as task and split.
    :returns: shape (draws, clusters): integers.
    """
    weights = np.empty((draws, clusters))
    for chunk, some in _weights(clusters, draws, seed, names):
        weights[chunk] = some.T
    return weights


def _weights(count: int, draws: int, seed: int, names: Sequence[object]) -> Iterator[tuple[slice, NDArray[np.int64]]]:
    """Yield the weights of consecutive chunks of draws, shape (clusters, draws of the chunk)."""
    random = generator(seed, "bootstrap", *names)
    step = max(1, CHUNK // max(1, count))
    for start in range(0, draws, step):
        stop = min(start + step, draws)
        drawn = random.integers(0, count, size=(stop - start, count)) + count * np.arange(stop - start)[:, None]
        yield (
            slice(start, stop),
            np.bincount(drawn.ravel(), minlength=(stop - start) * count).reshape(stop - start, count).T,
        )


def percentile_interval(means: FloatArray, clusters: int, *, confidence: float = CONFIDENCE) -> Interval:
    """Return the percentile interval of the draws of one statistic.

    :param means: shape (draws,); NaN draws are excluded.
    :param clusters: number of clusters behind the statistic; fewer than two give no interval.
    :param confidence: nominal coverage; default 0.95.
    """
    means = means[~np.isnan(means)]
    if clusters < 2 or not len(means):
        return Interval(float("nan"), float("nan"))
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return Interval(float(low), float(high))


def p_value(differences: FloatArray) -> float:
    """Return the two-sided bootstrap p-value of "no difference".

    Twice the smaller proportion of draws on either side of zero, with draws at zero on both sides, and with one added
    to numerator and denominator (Davison & Hinkley 1997, equation 4.11), so that it is never 0.

    :param differences: shape (draws,): the difference in each draw.
    """
    differences = differences[~np.isnan(differences)]
    smaller = min(int((differences <= 0).sum()), int((differences >= 0).sum()))
    return min(1.0, 2 * (smaller + 1) / (len(differences) + 1))
