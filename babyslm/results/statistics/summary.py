"""Accuracies with counts and intervals, for all tables and plots of a result."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from babyslm.models.protocol import Pooling
from babyslm.results.scores.trials import verdict
from babyslm.results.statistics.aggregate import attribute, has_attribute, item_accuracies
from babyslm.results.statistics.clusters import Influence, cluster_codes, influence
from babyslm.results.statistics.intervals import proportion_interval

__all__ = ["ATTRIBUTES", "MEASURES", "STATISTICS", "headline", "summarise", "tables_of"]

ATTRIBUTES = (
    "phenomenon",
    "frequency",
    "length",
    "voice",
    "voice_kind",
    "condition",
    "snr",
    "seen",
    "nonword",
    "category",
    "age_band",
)
"""Attributes by which a result is broken down if its trials have them."""

MEASURES = ("accuracy", "macro_accuracy", "sum_accuracy")
"""Official (micro), mean over phenomena, and official with sums instead of means of log-probabilities."""

STATISTICS = ("n", "clusters", "trials", "ties", "accuracy", "std", "low", "high")
"""Columns of every figure: items, clusters, trials, ties, accuracy, deviation between items, interval."""


def tables_of(trials: pd.DataFrame) -> list[tuple[str, str, pd.DataFrame]]:
    """Split trials into their tables: (task, split, trials), sorted."""
    return [(str(task), str(split), group) for (task, split), group in trials.groupby(["task", "split"], sort=True)]


def headline(trials: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of each table as a whole.

    :param trials: trials of one or more tables.
    :returns: `task, split, measure` (one of `MEASURES`; macro for syntactic tables with several phenomena, sum where
        sums are known) and `n` (items: words, pairs or, for macro, phenomena), `clusters`, `trials`, `ties`,
        `accuracy`, `std` (between items), `low`, `high` (95 %).
    """
    rows = []
    for task, split, table in tables_of(trials):
        measures = {"accuracy": _whole(table, "mean")}
        if has_attribute(table, "phenomenon") and len(attribute(table, "phenomenon").unique()) > 1:
            measures["macro_accuracy"] = _macro(table, measures["accuracy"])
        if not verdict(table, "sum").isna().any():
            measures["sum_accuracy"] = _whole(table, "sum")
        rows += [{"task": task, "split": split, "measure": name, **figures} for name, figures in measures.items()]
    return pd.DataFrame(rows, columns=["task", "split", "measure", *STATISTICS])


def summarise(trials: pd.DataFrame, name: str, *, pooling: Pooling = "mean") -> pd.DataFrame:
    """Return accuracies within each value of an attribute, with intervals, for every table that has it.

    :param trials: trials of one or more tables.
    :param name: `phenomenon`, `frequency`, `length`, `voice`, or any column of the trials.
    :param pooling: headline scores, or sums of log-probabilities.
    :returns: `task, split`, the attribute, then `n, clusters, trials, ties, accuracy, std, low, high`.
    """
    rows: list[dict[str, Any]] = []
    for task, split, table in tables_of(trials):
        if not has_attribute(table, name):
            continue
        codes, values = pd.factorize(attribute(table, name), sort=True)
        statistics = _statistics(table, codes, pooling)
        rows += [
            {"task": task, "split": split, name: value, **row} for value, row in zip(values, statistics, strict=True)
        ]
    return pd.DataFrame(rows, columns=["task", "split", name, *STATISTICS])


def _statistics(table: pd.DataFrame, codes: NDArray[np.int64], pooling: Pooling) -> list[dict[str, Any]]:
    """Return one row of `STATISTICS` per group of trials.

    :param codes: shape (trials,): the group of each trial; negative for none.
    """
    items = item_accuracies(table, codes, pooling=pooling)
    clusters = cluster_codes(items["item"], items["cluster"])
    values, of = items["accuracy"].to_numpy(float), items["group"].to_numpy(np.int64)
    ties = (verdict(table, pooling) == 0.5).to_numpy()
    rows = []
    for group in range(int(codes.max()) + 1):
        own, inside = values[of == group], codes == group
        mean = float(own.mean())
        evidence = influence(own - mean, clusters[of == group])
        rows.append(
            {
                "n": len(own),
                "clusters": evidence.count,
                "trials": int(inside.sum()),
                "ties": int(ties[inside].sum()),
                "accuracy": mean,
                "std": float(own.std(ddof=1)) if len(own) > 1 else float("nan"),
                **_ends(mean, evidence),
            }
        )
    return rows


def _ends(mean: float, evidence: Influence) -> dict[str, float]:
    interval = proportion_interval(mean, evidence)
    return {"low": float(interval.low), "high": float(interval.high)}


def _whole(table: pd.DataFrame, pooling: Pooling) -> dict[str, Any]:
    return _statistics(table, np.zeros(len(table), dtype=np.int64), pooling)[0]


def _macro(table: pd.DataFrame, whole: dict[str, Any]) -> dict[str, Any]:
    """Average the phenomena; a cluster has an influence on each phenomenon that it has items of."""
    codes, values = pd.factorize(attribute(table, "phenomenon"), sort=True)
    items = item_accuracies(table, codes)
    clusters = cluster_codes(items["item"], items["cluster"])
    group, accuracy = items["group"].to_numpy(np.int64), items["accuracy"].to_numpy(float)
    sizes = np.bincount(group, minlength=len(values))
    each = np.bincount(group, accuracy, minlength=len(values)) / sizes
    mean = float(each.mean())
    figures = {"n": len(values), "accuracy": mean, "std": float(each.std(ddof=1))}
    if min(len(np.unique(clusters[group == code])) for code in range(len(values))) < 2:
        # A phenomenon of one cluster never varies, and would make the interval of the mean too narrow.
        return {**whole, **figures, "low": float("nan"), "high": float("nan")}
    evidence = influence(accuracy - each[group], clusters, 1 / (len(values) * sizes[group]))
    return {**whole, **figures, **_ends(mean, evidence)}
