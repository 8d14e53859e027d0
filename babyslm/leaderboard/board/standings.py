"""Standings of one track: lexical, syntactic and mean, each with its ranks."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from babyslm.leaderboard.board.board import MEASURES, Estimate, Measure, Standing
from babyslm.leaderboard.board.figures import TableFigures
from babyslm.leaderboard.board.ranking import rank, separable
from babyslm.results.statistics.clusters import Influence
from babyslm.results.statistics.intervals import difference_test, proportion_interval
from babyslm.stimuli.stimulus import Task

__all__ = ["MeasureFigures", "estimate", "measure_figures", "paired", "standings"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MeasureFigures:
    """Figures of each learner in one measure; arrays follow `names`, the best first.

    :param names: slugs.
    :param accuracy: shape (n,).
    :param evidence: influence of the clusters on each accuracy, shape (clusters, n); of both tasks for the mean.
    :param counts: per learner, items and ties; None for the mean.
    """

    names: tuple[str, ...]
    accuracy: FloatArray
    evidence: Influence
    counts: tuple[tuple[int, int], ...] | None

    @cached_property
    def column(self) -> dict[str, int]:
        """Index of each learner."""
        return {name: at for at, name in enumerate(self.names)}


def measure_figures(tables: Mapping[Task, TableFigures]) -> dict[Measure, MeasureFigures]:
    """Sort the learners of a track by each measure; the mean is computed over both tasks, draw by draw.

    :param tables: figures of the track by task.
    """
    found: dict[Measure, MeasureFigures] = {}
    for measure in MEASURES:
        if measure == "mean":
            if len(tables) == 2 and (both := _mean(tables["lexical"], tables["syntactic"])):
                found["mean"] = both
        elif measure in tables:
            table = tables[measure]
            counts = tuple(zip(table.n.tolist(), table.ties.tolist(), strict=True))
            found[measure] = _sorted(table.names, table.accuracy, table.evidence, counts)
    return found


def _mean(lexical: TableFigures, syntactic: TableFigures) -> MeasureFigures | None:
    names = tuple(sorted(set(lexical.names) & set(syntactic.names)))
    if not names:
        return None
    columns = [[table.column[name] for name in names] for table in (lexical, syntactic)]
    accuracy = (lexical.accuracy[columns[0]] + syntactic.accuracy[columns[1]]) / 2
    both = [table.evidence for table in (lexical, syntactic)]
    values = np.concatenate([each.effects[:, own] / 2 for each, own in zip(both, columns, strict=True)])
    evidence = Influence(values, np.concatenate([each.shares / 2 for each in both]))
    return _sorted(names, accuracy, evidence, None)


def _sorted(
    names: tuple[str, ...],
    accuracy: FloatArray,
    evidence: Influence,
    counts: tuple[tuple[int, int], ...] | None,
) -> MeasureFigures:
    order = sorted(range(len(names)), key=lambda at: (-accuracy[at], names[at]))
    return MeasureFigures(
        tuple(names[at] for at in order),
        accuracy[order],
        Influence(evidence.effects[:, order], evidence.shares),
        tuple(counts[at] for at in order) if counts is not None else None,
    )


def standings(figures: MeasureFigures) -> dict[str, Standing]:
    """Rank the learners of one measure."""
    ranks = rank(figures.accuracy, separable(figures.accuracy, figures.evidence))
    ends = proportion_interval(figures.accuracy, figures.evidence)
    found = {}
    for at, name in enumerate(figures.names):
        count = figures.counts[at] if figures.counts is not None else None
        found[name] = Standing(
            estimate(figures.accuracy[at], ends.low[at], ends.high[at]),
            int(ranks.rank[at]),
            int(ranks.group[at]),
            int(ranks.best[at]),
            int(ranks.worst[at]),
            count[0] if count else None,
            figures.evidence.count if count else None,
            count[1] if count else None,
        )
    return found


def estimate(value: float, low: float, high: float) -> Estimate:
    """Return an estimate; ends that are NaN become None."""
    return Estimate(float(value), None if np.isnan(low) else float(low), None if np.isnan(high) else float(high))


def paired(figures: MeasureFigures, first: str, second: str) -> tuple[Estimate, float]:
    """Return the difference of two learners, first minus second, with its p-value.

    :param figures: figures of one track and measure that include both.
    :param first: slug.
    :param second: slug.
    """
    one, two = figures.column[first], figures.column[second]
    evidence = Influence(figures.evidence.effects[:, one] - figures.evidence.effects[:, two], figures.evidence.shares)
    value = figures.accuracy[one] - figures.accuracy[two]
    test = difference_test(value, evidence)
    return estimate(value, float(test.low), float(test.high)), float(test.p)
