"""Clusters of items that share their lexical material, and what they say of the precision of a mean.

Items made of the same words are not independent: the unit of evidence is the cluster. The variance of a weighted mean
follows from the influence of each cluster on it (Taylor linearisation with clusters as primary sampling units:
Binder, Int. Stat. Rev. 1983; Cameron, Gelbach & Miller, Rev. Econ. Stat. 2008).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

__all__ = ["Influence", "cluster_codes", "influence"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Influence:
    """Influence of clusters on one or more means.

    :param effects: shape (clusters, ...): influence of each cluster, scaled so that the sum of squares over clusters
        is the variance of the mean, and the sum of products the covariance of two means.
    :param shares: shape (clusters,): weight of each cluster in the mean; they sum to 1.
    """

    effects: FloatArray
    shares: FloatArray

    @property
    def variance(self) -> FloatArray:
        """Variance of the means, shape (...)."""
        return np.asarray(np.square(self.effects).sum(axis=0))

    @property
    def count(self) -> int:
        """Number of clusters with a weight."""
        return int(np.count_nonzero(self.shares))

    @property
    def effective(self) -> float:
        """Effective number of clusters, 1 / sum of squared shares (Kish, Survey Sampling, 1965).

        It equals `count` where all clusters weigh the same, and is smaller elsewhere.
        """
        squares = float(np.square(self.shares).sum())
        return 1 / squares if squares else 0.0


def influence(
    values: FloatArray, clusters: IntArray, weights: FloatArray | None = None, *, size: int | None = None
) -> Influence:
    """Return the influence of each cluster on the weighted mean of its items.

    :param values: shape (n,) or (n, means): one value per item, less the mean of its group.
    :param clusters: shape (n,): codes from 0.
    :param weights: shape (n,): shares of the items in the mean, which sum to 1; default equal shares.
    :param size: number of rows of the result; default one more than the largest code.
    """
    size = int(clusters.max(initial=-1)) + 1 if size is None else size
    weights = np.full(len(values), 1 / max(1, len(values))) if weights is None else weights
    gather = csr_array(coo_array((weights, (clusters, np.arange(len(clusters)))), shape=(size, len(clusters))))
    shares = np.bincount(clusters, weights, minlength=size).astype(np.float64)
    count = np.count_nonzero(shares)
    scale = np.sqrt(count / (count - 1)) if count > 1 else 0.0
    return Influence(scale * np.asarray(gather @ values), shares)


def cluster_codes(items: Sequence[object] | pd.Series, clusters: Sequence[object] | pd.Series) -> IntArray:
    """Return the number of each row's cluster: 0, 1, ..., by the sorted order of their names.

    Items whose rows lie in several clusters join these into one, so that no item is split.

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
