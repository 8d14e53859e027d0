"""Figures of every learner in one table: accuracy, interval, draws, breakdowns."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from babyslm.leaderboard.board.matrices import GroupFigures, Grouping, TableMatrices
from babyslm.leaderboard.submissions.scored import ScoredTable
from babyslm.results.statistics.intervals import DRAWS
from babyslm.stimuli.stimulus_set import StimulusTable

__all__ = ["BREAKDOWN_COLUMNS", "TableFigures", "table_figures"]

BREAKDOWN_COLUMNS = (
    "track",
    "task",
    "attribute",
    "value",
    "n",
    "clusters",
    "trials",
    "ties",
    "accuracy",
    "low",
    "high",
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class TableFigures:
    """Figures of n learners in one table; arrays of shape (n,) follow `names`.

    :param names: the learners.
    :param accuracy: official accuracy.
    :param low: lower end of the 95 % interval; NaN for fewer than two clusters.
    :param high: upper end.
    :param n: number of items averaged.
    :param ties: trials in which both members have the same score.
    :param clusters: number of clusters drawn.
    :param drawn: shape (draws, n): accuracies in bootstrap draws that all learners of the table share.
    :param breakdowns: columns `learner`, and all of `BREAKDOWN_COLUMNS` except `track` and `task`.
    """

    names: tuple[str, ...]
    accuracy: FloatArray
    low: FloatArray
    high: FloatArray
    n: IntArray
    ties: IntArray
    clusters: int
    drawn: FloatArray
    breakdowns: pd.DataFrame

    @cached_property
    def error(self) -> FloatArray:
        """Bootstrap standard error of each accuracy, shape (n,)."""
        return np.asarray(self.drawn.std(axis=0, ddof=1))

    @cached_property
    def column(self) -> dict[str, int]:
        """Index of each learner."""
        return {name: at for at, name in enumerate(self.names)}


def table_figures(
    table: StimulusTable, scored: Sequence[tuple[str, ScoredTable]], *, draws: int = DRAWS, seed: int = 0
) -> TableFigures:
    """Compute the figures of all learners of one table.

    :param table: the stimuli.
    :param scored: name and scores of each learner.
    :param draws: draws of the bootstrap.
    :param seed: seed of the bootstrap.
    """
    count = len(scored)
    accuracy, low, high = np.empty(count), np.empty(count), np.empty(count)
    n, ties = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    drawn = np.empty((draws, count))
    frames = []
    clusters = 0
    for voices in sorted({each.voices for _, each in scored}):
        columns = [at for at, (_, each) in enumerate(scored) if each.voices == voices]
        matrices = TableMatrices(table, voices, draws=draws, seed=seed)
        clusters = max(clusters, matrices.clusters)
        verdicts = matrices.verdicts(np.stack([scored[at][1].verdicts for at in columns], axis=1))
        whole = matrices.figures(matrices.whole, verdicts)
        accuracy[columns], low[columns], high[columns] = whole.accuracy[0], whole.low[0], whole.high[0]
        n[columns], ties[columns] = whole.n[0], whole.ties[0]
        drawn[:, columns] = matrices.drawn(matrices.whole, verdicts, 0)
        names = [scored[at][0] for at in columns]
        for attribute in matrices.attributes():
            grouping = matrices.by(attribute)
            frames.append(_long(attribute, grouping, matrices.figures(grouping, verdicts), names))
    breakdowns = pd.concat(frames, ignore_index=True)
    return TableFigures(tuple(name for name, _ in scored), accuracy, low, high, n, ties, clusters, drawn, breakdowns)


def _long(attribute: str, grouping: Grouping, figures: GroupFigures, names: Sequence[str]) -> pd.DataFrame:
    """Arrange figures as one row per learner and value, with the values of a learner consecutive."""
    groups, learners = figures.accuracy.shape
    return pd.DataFrame(
        {
            "learner": np.repeat(np.asarray(names, dtype=object), groups),
            "attribute": attribute,
            "value": np.tile(np.asarray(grouping.values, dtype=object), learners),
            "n": np.tile(figures.n, learners),
            "clusters": np.tile(figures.clusters, learners),
            "trials": np.tile(grouping.trials, learners),
            "ties": figures.ties.T.ravel(),
            "accuracy": figures.accuracy.T.ravel(),
            "low": figures.low.T.ravel(),
            "high": figures.high.T.ravel(),
        }
    )
