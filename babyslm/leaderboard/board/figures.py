"""Figures of every learner in one table: accuracy, interval, influence of the clusters, breakdowns."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from babyslm.leaderboard.board.matrices import GroupFigures, Grouping, TableMatrices
from babyslm.leaderboard.submissions.scored import ScoredTable
from babyslm.results.statistics.clusters import Influence
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
    :param evidence: influence of the clusters of the table on each accuracy, shape (clusters, n).
    :param breakdowns: columns `learner`, and all of `BREAKDOWN_COLUMNS` except `track` and `task`.
    """

    names: tuple[str, ...]
    accuracy: FloatArray
    low: FloatArray
    high: FloatArray
    n: IntArray
    ties: IntArray
    evidence: Influence
    breakdowns: pd.DataFrame

    @cached_property
    def error(self) -> FloatArray:
        """Standard error of each accuracy, shape (n,)."""
        return np.asarray(np.sqrt(self.evidence.variance))

    @cached_property
    def column(self) -> dict[str, int]:
        """Index of each learner."""
        return {name: at for at, name in enumerate(self.names)}


def table_figures(table: StimulusTable, scored: Sequence[tuple[str, ScoredTable]]) -> TableFigures:
    """Compute the figures of all learners of one table.

    :param table: the stimuli.
    :param scored: name and scores of each learner.
    """
    count = len(scored)
    accuracy, low, high = np.empty(count), np.empty(count), np.empty(count)
    n, ties = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    found: list[tuple[list[int], Influence]] = []
    frames = []
    for voices in sorted({each.voices for _, each in scored}):
        columns = [at for at, (_, each) in enumerate(scored) if each.voices == voices]
        matrices = TableMatrices(table, voices)
        verdicts = matrices.verdicts(np.stack([scored[at][1].verdicts for at in columns], axis=1))
        whole = matrices.figures(matrices.whole, verdicts)
        accuracy[columns], low[columns], high[columns] = whole.accuracy[0], whole.low[0], whole.high[0]
        n[columns], ties[columns] = whole.n[0], whole.ties[0]
        found.append((columns, matrices.influence(matrices.whole, verdicts, 0)))
        names = [scored[at][0] for at in columns]
        for attribute in matrices.attributes():
            grouping = matrices.by(attribute)
            frames.append(_long(attribute, grouping, matrices.figures(grouping, verdicts), names))
    breakdowns = pd.concat(frames, ignore_index=True)
    names_of_all = tuple(name for name, _ in scored)
    return TableFigures(names_of_all, accuracy, low, high, n, ties, _together(found, count), breakdowns)


def _together(found: Sequence[tuple[Sequence[int], Influence]], count: int) -> Influence:
    """Join the influences on learners of different voices; the clusters of a table are the same in each."""
    shares = max((each.shares for _, each in found), key=len)
    values = np.zeros((len(shares), count))
    for columns, each in found:
        values[: len(each.effects), columns] = each.effects
    return Influence(values, shares)


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
