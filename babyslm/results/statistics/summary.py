"""Accuracies with their counts and intervals, as every table and plot of a result shows them."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from babyslm.models.protocol import Pooling
from babyslm.results.scores.trials import verdict
from babyslm.results.statistics.aggregate import attribute, has_attribute, item_accuracies
from babyslm.results.statistics.intervals import DRAWS, cluster_codes, draw_means, percentile_interval

__all__ = ["ATTRIBUTES", "MEASURES", "STATISTICS", "headline", "summarise", "tables_of"]

ATTRIBUTES = (
    "phenomenon",
    "frequency",
    "length",
    "voice",
    "condition",
    "snr",
    "seen",
    "nonword",
    "category",
    "age_band",
)
"""The attributes that a result is broken down by where its trials have them."""

MEASURES = ("accuracy", "macro_accuracy", "sum_accuracy")
"""Official (micro), mean over phenomena, and official with sums instead of means of log-probabilities."""

STATISTICS = ("n", "clusters", "trials", "ties", "accuracy", "std", "low", "high")
"""What is given of every figure: items, clusters, trials, ties, accuracy, deviation between items, interval."""


def tables_of(trials: pd.DataFrame) -> list[tuple[str, str, pd.DataFrame]]:
    """Split trials into their tables: (task, split, trials), sorted."""
    return [(str(task), str(split), group) for (task, split), group in trials.groupby(["task", "split"], sort=True)]


def headline(trials: pd.DataFrame, *, draws: int = DRAWS, seed: int = 0) -> pd.DataFrame:
    """Return the figures of each table as a whole.

    :param trials: trials of one or more tables.
    :param draws: draws of the bootstrap.
    :param seed: seed of the bootstrap.
    :returns: `task, split, measure` (one of `MEASURES`; macro for syntactic tables with several phenomena, sum where
        sums are known) and `n` (items: words, pairs or, for macro, phenomena), `clusters`, `trials`, `ties`,
        `accuracy`, `std` (between items), `low`, `high` (95 %).
    """
    rows = []
    for task, split, table in tables_of(trials):
        measures = {"accuracy": _whole(table, "mean", draws, seed)}
        if has_attribute(table, "phenomenon") and len(attribute(table, "phenomenon").unique()) > 1:
            measures["macro_accuracy"] = _macro(table, measures["accuracy"], draws, seed)
        if not verdict(table, "sum").isna().any():
            measures["sum_accuracy"] = _whole(table, "sum", draws, seed)
        rows += [{"task": task, "split": split, "measure": name, **figures} for name, figures in measures.items()]
    return pd.DataFrame(rows, columns=["task", "split", "measure", *STATISTICS])


def summarise(
    trials: pd.DataFrame, name: str, *, pooling: Pooling = "mean", draws: int = DRAWS, seed: int = 0
) -> pd.DataFrame:
    """Return accuracies within each value of an attribute, with intervals, for every table that has it.

    :param trials: trials of one or more tables.
    :param name: `phenomenon`, `frequency`, `length`, `voice`, or any column of the trials.
    :param pooling: headline scores, or sums of log-probabilities.
    :param draws: draws of the bootstrap.
    :param seed: seed of the bootstrap.
    :returns: `task, split`, the attribute, then `n, clusters, trials, ties, accuracy, std, low, high`.
    """
    rows: list[dict[str, Any]] = []
    for task, split, table in tables_of(trials):
        if not has_attribute(table, name):
            continue
        codes, values = pd.factorize(attribute(table, name), sort=True)
        statistics = _statistics(table, codes, pooling, draws, seed)[0]
        rows += [
            {"task": task, "split": split, name: value, **row} for value, row in zip(values, statistics, strict=True)
        ]
    return pd.DataFrame(rows, columns=["task", "split", name, *STATISTICS])


def _statistics(
    table: pd.DataFrame, codes: NDArray[np.int64], pooling: Pooling, draws: int, seed: int
) -> tuple[list[dict[str, Any]], NDArray[np.float64]]:
    """Aggregate each group of trials, and draw once for all groups.

    :param codes: shape (trials,): the group of each trial; negative for none.
    :returns: one row of `STATISTICS` a group, and the draws, shape (draws, groups).
    """
    items = item_accuracies(table, codes, pooling=pooling)
    clusters = cluster_codes(items["item"], items["cluster"])
    values, of = items["accuracy"].to_numpy(float), items["group"].to_numpy(np.int64)
    names = (table["task"].iloc[0], table["split"].iloc[0])
    means = draw_means(values, clusters, of, draws=draws, seed=seed, names=names)
    ties = (verdict(table, pooling) == 0.5).to_numpy()
    rows = []
    for group in range(int(codes.max()) + 1):
        own, inside = values[of == group], codes == group
        count = len(np.unique(clusters[of == group]))
        low, high = percentile_interval(means[:, group], count)
        rows.append(
            {
                "n": len(own),
                "clusters": count,
                "trials": int(inside.sum()),
                "ties": int(ties[inside].sum()),
                "accuracy": float(own.mean()),
                "std": float(own.std(ddof=1)) if len(own) > 1 else float("nan"),
                "low": low,
                "high": high,
            }
        )
    return rows, means


def _whole(table: pd.DataFrame, pooling: Pooling, draws: int, seed: int) -> dict[str, Any]:
    return _statistics(table, np.zeros(len(table), dtype=np.int64), pooling, draws, seed)[0][0]


def _macro(table: pd.DataFrame, whole: dict[str, Any], draws: int, seed: int) -> dict[str, Any]:
    """Average the phenomena, and in each draw their averages."""
    codes, values = pd.factorize(attribute(table, "phenomenon"), sort=True)
    rows, means = _statistics(table, codes, "mean", draws, seed)
    each = pd.Series([row["accuracy"] for row in rows])
    # A phenomenon of one cluster never varies, and would make the interval of the mean too narrow.
    low, high = percentile_interval(means.mean(axis=1), min(row["clusters"] for row in rows))
    figures = {"n": len(values), "accuracy": float(each.mean()), "std": float(each.std()), "low": low, "high": high}
    return {**whole, **figures}
