"""Outcome of an evaluation: its record, its trials, and the figures computed from them."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from babyslm.models.protocol import Pooling
from babyslm.results.outcomes.record import ResultRecord, metric_table
from babyslm.results.statistics.aggregate import accuracy, has_attribute, macro_accuracy
from babyslm.results.statistics.summary import ATTRIBUTES, summarise, tables_of
from babyslm.stimuli.stimulus import Split, Task
from babyslm.verify.results.records import AmbiguousTableError, UnknownAttributeError

__all__ = ["Outcome", "Scores"]

Scores = Mapping[tuple[Task, Split], pd.DataFrame]


@dataclass(frozen=True, eq=False)
class Outcome:
    """Performance of a learner on a stimulus set; `Result` adds storage, pages and comparison.

    :param record: model, stimuli, settings, environment and figures, as in `result.json`.
    :param trials: one row per pair and voice, of all tables; see `babyslm.results.scores.trials.make_trials`.
    :param scores: tables indexed by stimulus name, by (task, split), in the order and form of the official files.
    """

    record: ResultRecord
    trials: pd.DataFrame
    scores: dict[tuple[Task, Split], pd.DataFrame]

    @property
    def name(self) -> str:
        """The learner's name."""
        return str(self.record.model.get("name", "unnamed"))

    @property
    def tables(self) -> list[str]:
        """The tables of this result, such as `lexical/dev`."""
        return [f"{task}/{split}" for task, split, _ in tables_of(self.trials)]

    def accuracy(
        self,
        task: Task | None = None,
        split: Split | None = None,
        *,
        pooling: Pooling = "mean",
        macro: bool = False,
    ) -> float:
        """Return the official accuracy of one table.

        :param task: may be omitted if the result has one task.
        :param split: default that of the result, and test if it has both.
        :param pooling: `mean` log-probability (official) or `sum`; NaN if sums are unknown.
        :param macro: average over phenomena instead of pairs (syntactic).
        """
        tables = tables_of(self._select(task, split))
        if split is None and len(tables) > 1:
            tables = [table for table in tables if table[1] == "test"]
        if len(tables) != 1:
            raise AmbiguousTableError(f"{task or 'any task'}/{split or 'any split'}", self.tables)
        table = tables[0][2]
        return macro_accuracy(table, pooling=pooling) if macro else accuracy(table, pooling=pooling)

    def headline(self) -> pd.DataFrame:
        """Return the figures of each table as a whole, with 95 % intervals."""
        return metric_table(self.record.metrics)

    def by(
        self,
        attribute: str,
        *,
        task: Task | None = None,
        split: Split | None = None,
        pooling: Pooling = "mean",
    ) -> pd.DataFrame:
        """Return accuracies by an attribute: `n, clusters, trials, ties, accuracy, std, low, high`.

        :param attribute: `phenomenon`, `frequency`, `length`, `voice`, or any column of the trials.
        :param task: only this task; default all that have the attribute.
        :param split: only this split; default all.
        :param pooling: `mean` log-probability (official) or `sum`.
        """
        trials = self._select(task, split)
        if not any(has_attribute(table, attribute) for _, _, table in tables_of(trials)):
            raise UnknownAttributeError(attribute, [name for name in ATTRIBUTES if has_attribute(trials, name)])
        if pooling == "mean" and attribute in ATTRIBUTES:
            recorded = metric_table(self.record.metrics, attribute)
            wanted = (recorded["task"] == (task or recorded["task"])) & (
                recorded["split"] == (split or recorded["split"])
            )
            return recorded[wanted].reset_index(drop=True)
        return summarise(trials, attribute, pooling=pooling)

    def _select(self, task: Task | None, split: Split | None) -> pd.DataFrame:
        chosen = self.trials
        if task is not None:
            chosen = chosen[chosen["task"] == task]
        if split is not None:
            chosen = chosen[chosen["split"] == split]
        if chosen.empty:
            raise AmbiguousTableError(f"{task or 'any task'}/{split or 'any split'}", self.tables)
        return chosen
