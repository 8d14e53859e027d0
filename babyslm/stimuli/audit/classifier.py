"""Cross-validated classifiers over all differences of a pair together."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from babyslm.seeds import generator
from babyslm.stimuli.audit.figures import ALL, Figure

__all__ = ["Classified", "classifier_figures", "classify_pairs", "clustered_error"]

FOLDS = 5
DEALS = 5
"""Number of random assignments of clusters to folds: the accuracy on one set varies by some points between them."""

ROUNDS = 60
"""Number of trees of the boosted classifier."""

CLUSTERS = 2 * FOLDS
"""Smallest number of clusters that can be cross-validated."""


@dataclass(frozen=True)
class Classified:
    """Accuracy of the classifiers.

    :param logistic: percentage of held-out pairs whose good member logistic regression finds.
    :param boosting: the same for gradient-boosted trees.
    :param pairs: number of pairs tested.
    :param error: clustered standard error of the percentages, in points; the larger of the two.
    """

    logistic: float
    boosting: float
    pairs: int
    error: float


def classify_pairs(differences: NDArray[np.float64], clusters: Sequence[str], *, seed: int) -> Classified | None:
    """Train classifiers to find the good member of a pair from its differences, and test them on other clusters.

    Each pair enters in both orders, d with the good member first and -d with the bad member first, so a classifier can
    learn only from the shape of the distribution. Ties count half. Cross-validation is repeated over several random
    assignments of clusters to folds and averaged pair by pair.

    :param differences: good minus bad, shape (pairs, measures).
    :param clusters: cluster of each pair; pairs of one cluster share material and are never split over folds.
    :param seed: assigns clusters to folds.
    :returns: None if there are fewer than `CLUSTERS` clusters.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    names, place = np.unique(np.asarray(clusters), return_inverse=True)
    if len(names) < CLUSTERS:
        return None
    spread = np.sqrt((differences**2).mean(axis=0))
    differences = differences / np.where(spread > 0, spread, 1.0)
    right = {"logistic": np.zeros(len(differences)), "boosting": np.zeros(len(differences))}
    for deal, fold in product(range(DEALS), range(FOLDS)):
        folds = (generator(seed, "folds", str(deal)).permutation(len(names)) % FOLDS)[place]
        known, asked = differences[folds != fold], differences[folds == fold]
        features = np.concatenate([known, -known])
        labels = np.repeat([1, 0], len(known))
        models = {
            "logistic": LogisticRegression(fit_intercept=False, max_iter=1000),
            "boosting": HistGradientBoostingClassifier(max_iter=ROUNDS, early_stopping=False, random_state=0),
        }
        for name, model in models.items():
            with threadpool_limits(1):  # threads do not pay off on small sets
                model.fit(features, labels)
            ahead = model.decision_function(asked) - model.decision_function(-asked)
            right[name][folds == fold] += np.where(np.abs(ahead) < 1e-12, 0.5, ahead > 0) / DEALS
    percent = {name: float(100 * each.mean()) for name, each in right.items()}
    error = max(clustered_error(each, clusters) for each in right.values())
    return Classified(percent["logistic"], percent["boosting"], len(differences), error)


def clustered_error(right: NDArray[np.float64], clusters: Sequence[str]) -> float:
    """Return the standard error of a mean, in points, clustered by the material of the pairs.

    :param right: shape (pairs,): 1 where a pair is decided rightly, 0 where not, 0.5 for a tie.
    :param clusters: the lexical material of each pair.
    """
    _, place = np.unique(np.asarray(clusters), return_inverse=True)
    sums = np.bincount(place, weights=right - right.mean())
    return float(100 * np.sqrt((sums**2).sum()) / len(right))


def classifier_figures(
    check: str,
    table: str,
    classified: Classified | None,
    *,
    tolerance: float | None,
    subset: str = ALL,
    errors: float = 2.0,
) -> list[Figure]:
    """Return the figures of the classifiers: none may exceed chance by more than the tolerance.

    On few pairs the sampling error is larger: if two standard errors exceed the tolerance, it is allowed
    instead. A classifier below chance on held-out words has found no regularity that holds for them, and passes.

    :param check: kind of shortcut.
    :param table: name of the table.
    :param classified: the accuracies, or None.
    :param tolerance: allowed distance from 50, in points; None for information only.
    :param subset: the part of the table.
    :param errors: number of standard errors allowed; more than two where several parts are judged.
    """
    if classified is None:
        return []
    high = None if tolerance is None else 50 + max(tolerance, round(errors * classified.error, 2))
    return [
        Figure(check, table, name, value, "percent", classified.pairs, subset, high=high)
        for name, value in (("logistic regression", classified.logistic), ("boosted trees", classified.boosting))
    ]
