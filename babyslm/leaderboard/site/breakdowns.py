"""Breakdowns of a learner, indexed once by table and attribute for fast access."""

from collections import defaultdict
from typing import Any

from babyslm.leaderboard.board.board import Entry, Estimate
from babyslm.leaderboard.site.figures import finite
from babyslm.results.pages.breakdowns import TITLES
from babyslm.stimuli.stimulus import Task

__all__ = ["ATTRIBUTE_TITLES", "Breakdowns"]

ATTRIBUTE_TITLES = TITLES | {"age_band": "By age of acquisition (months)"}


class Breakdowns:
    """Rows of `Entry.breakdowns` by (track, task, attribute), in their order.

    :param entry: the learner.
    """

    def __init__(self, entry: Entry) -> None:
        self._rows: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
        frame = entry.breakdowns
        columns = {str(name): frame[name].tolist() for name in frame.columns}
        for values in zip(*columns.values(), strict=True):
            row = dict(zip(columns, values, strict=True))
            row["estimate"] = Estimate(float(row["accuracy"]), finite(row["low"]), finite(row["high"]))
            self._rows[row["track"], row["task"]][str(row["attribute"])].append(row)

    def of(self, track: str, task: Task, attribute: str) -> list[dict[str, Any]]:
        """Return the rows of one attribute; empty if the table lacks it."""
        return self._rows.get((track, task), {}).get(attribute, [])

    def attributes(self, track: str, task: Task) -> list[str]:
        """Return the attributes of a table, those with a title first."""
        found = self._rows.get((track, task), {})
        return [*(name for name in ATTRIBUTE_TITLES if name in found), *sorted(set(found) - set(ATTRIBUTE_TITLES))]

    def all(self) -> list[dict[str, Any]]:
        """Return every row, by table and attribute."""
        return [row for table in self._rows.values() for rows in table.values() for row in rows]
