"""Paired differences between learners as a table and as plots."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from babyslm.results.pages.breakdowns import table_title
from babyslm.results.pages.chart import Chart, difference_chart, html_table
from babyslm.results.pages.page import Table, points

__all__ = ["Differences", "differences_table", "named"]


@dataclass(frozen=True, eq=False)
class Differences:
    """Differences found by `Result.compare`; displayed as a table in a notebook.

    :param table: one row per table (`phenomenon` empty) and one per phenomenon, for each pair of learners; columns as
        in `babyslm.results.outcomes.compare.compare`.
    """

    table: pd.DataFrame

    @property
    def whole(self) -> pd.DataFrame:
        """The rows for whole tables."""
        return self.table[self.table["phenomenon"] == ""].reset_index(drop=True)

    @property
    def by_phenomenon(self) -> pd.DataFrame:
        """The rows for phenomena; empty if all tables are lexical."""
        return self.table[self.table["phenomenon"] != ""].reset_index(drop=True)

    def plot(self, *, phenomena: bool = False) -> Chart:
        """Plot the differences with their intervals.

        :param phenomena: plot differences by phenomenon, if there are any, instead of whole tables.
        """
        if not phenomena or self.by_phenomenon.empty:
            return difference_chart(named(self.whole), "comparison")
        rows = self.by_phenomenon
        several = rows.groupby(["first", "second"]).ngroups > 1
        kinds = rows["phenomenon"].str.replace("_", " ")
        return difference_chart(
            rows.assign(comparison=named(rows)["comparison"] + ": " + kinds if several else kinds), "comparison"
        )

    def __repr__(self) -> str:
        return str(self.table.to_string(index=False))

    def _repr_html_(self) -> str:
        parts = [
            html_table(differences_table(group, caption=table_title(str(task), str(split))))
            for (task, split), group in named(self.whole).groupby(["task", "split"], sort=True)
        ]
        for (task, split), group in named(self.by_phenomenon).groupby(["task", "split"], sort=True):
            summary = f"<summary>{table_title(str(task), str(split))}, by phenomenon</summary>"
            parts.append(f"<details>{summary}{html_table(differences_table(group, extra='phenomenon'))}</details>")
        return "".join(parts)


def named(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the column `comparison`, which names the two learners of each row."""
    return frame.assign(comparison=frame["first"] + " − " + frame["second"])


def differences_table(frame: pd.DataFrame, *, extra: str | None = None, caption: str = "") -> Table:
    """Format differences as a table of text.

    :param frame: rows of `compare`, with `comparison`.
    :param extra: a further column of text, such as `phenomenon`.
    :param caption: caption of the table.
    """
    rows = [_row(row, extra) for row in frame.to_dict("records")]
    heads = ("comparison", *([extra] if extra else []), "difference (points)", "95 % interval", "p (Holm)", "n")
    return Table(heads, rows, names=2 if extra else 1, caption=caption)


def _row(row: dict[str, Any], extra: str | None) -> tuple[str, ...]:
    known = row["low"] == row["low"]
    return (
        row["comparison"],
        *([str(row[extra]).replace("_", " ")] if extra else []),
        points(row["difference"]),
        f"{points(row['low'])} to {points(row['high'])}" if known else "–",
        f"{row['p_holm']:.3f}" if row["p_holm"] >= 0.001 else "< 0.001",
        f"{row['n']:,}",
    )
