"""Whether anything can be learned from all differences of a pair together: classifiers, cross-validated by pair."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from babyslm.seeds import generator
from babyslm.stimuli.audit.figures import ALL, Figure

__all__ = ["Classified", "classifier_figures", "classify_pairs"]

FOLDS = 5
DEALS = 5
"""How often clusters are dealt out to folds anew: what is found of one set hangs on the deal by some points."""

ROUNDS = 60
"""Trees of the boosted classifier."""

CLUSTERS = 2 * FOLDS
"""Fewer clusters than this cannot be cross-validated."""


@dataclass(frozen=True)
class Classified:
    """What the classifiers reach.

    :param logistic: percent of held-out pairs whose good member logistic regression finds.
    :param boosting: the same for gradient-boosted trees.
    :param pairs: pairs tested.
    :param error: clustered standard error of the percentages, in points; the larger of the two.
    """

    logistic: float
    boosting: float
    pairs: int
    error: float


def classify_pairs(differences: NDArray[np.float64], clusters: Sequence[str], *, seed: int) -> Classified | None:
    """Train classifiers to find the good member of a pair from its differences, and test them on other clusters.

    A pair is shown both ways round, d as good first and -d as bad first, so that a classifier can only learn from how
    the differences are spread. Ties count half. Cross-validation is repeated over several deals of the clusters to
    folds, and averaged pair by pair.

    :param differences: good less bad, a row a pair (pairs, measures).
    :param clusters: pairs with the same material, which are never both trained and tested on.
    :param seed: deals the clusters out to the folds.
    :returns: None where there are too few clusters.
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
            with threadpool_limits(1):  # the sets are small: threads would wait for each other
                model.fit(features, labels)
            ahead = model.decision_function(asked) - model.decision_function(-asked)
            right[name][folds == fold] += np.where(np.abs(ahead) < 1e-12, 0.5, ahead > 0) / DEALS
    percent = {name: float(100 * each.mean()) for name, each in right.items()}
    error = max(_clustered_error(each, clusters) for each in right.values())
    return Classified(percent["logistic"], percent["boosting"], len(differences), error)


def _clustered_error(right: NDArray[np.float64], clusters: Sequence[str]) -> float:
    """Return the standard error of a mean, in points, where pairs of one cluster depend on each other."""
    _, place = np.unique(np.asarray(clusters), return_inverse=True)
    sums = np.bincount(place, weights=right - right.mean())
    return float(100 * np.sqrt((sums**2).sum()) / len(right))


def classifier_figures(
    check: str, table: str, classified: Classified | None, *, tolerance: float | None, subset: str = ALL
) -> list[Figure]:
    """Make the figures of the classifiers: none may beat chance by more than the tolerance.

    On few pairs chance itself lies farther off: twice the standard error is allowed where that is more. A classifier
    that is worse than chance on words it has not seen has learned nothing that holds for them, and is not judged.

    :param check: kind of shortcut.
    :param table: the table.
    :param classified: what they reached, or None.
    :param tolerance: allowed distance from 50, in points; None for information.
    :param subset: the part of the table.
    """
    if classified is None:
        return []
    high = None if tolerance is None else 50 + max(tolerance, round(2 * classified.error, 2))
    return [
        Figure(check, table, name, value, "percent", classified.pairs, subset, high=high)
        for name, value in (("logistic regression", classified.logistic), ("boosted trees", classified.boosting))
    ]
