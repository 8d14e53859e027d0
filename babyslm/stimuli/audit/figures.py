"""Figures of an audit, each with its allowed range, and the verdict."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from babyslm.files import atomic_file, to_json, write_text
from babyslm.pictures import draw_svg
from babyslm.progress import side_effect
from babyslm.stimuli.audit.plots import Spec, audit_plots

__all__ = ["ALL", "Audit", "Figure", "count", "part", "share"]

ALL = "all"

Unit = Literal["percent", "part", "count"]


@dataclass(frozen=True)
class Figure:
    """One measurement.

    :param check: kind of shortcut or fault: `phone n-grams`, `duplicates`, ...
    :param table: the table measured, such as `lexical/dev`, or the task where tables are compared.
    :param measure: the measure, such as `3-gram token`.
    :param value: percentage of pairs in which the measure prefers the good member (ties count half), percentage of
        items that have a fault, or a count.
    :param unit: percent (of pairs), part (percentage of items with a fault) or count.
    :param pairs: number of pairs measured; otherwise the number of items that were checked.
    :param subset: the part of the table: all, a length, a phenomenon.
    :param low: smallest value allowed; None for a figure that is information only.
    :param high: largest value allowed.
    :param examples: the worst of what was counted.
    """

    check: str
    table: str
    measure: str
    value: float
    unit: Unit
    pairs: int
    subset: str = ALL
    low: float | None = None
    high: float | None = None
    examples: tuple[str, ...] = ()

    @property
    def judged(self) -> bool:
        """Whether the figure has an allowed range."""
        return self.low is not None or self.high is not None

    @property
    def passed(self) -> bool:
        """Whether the value lies in its range; figures without a range always pass."""
        value = round(self.value, 6)
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


def share(
    check: str,
    table: str,
    measure: str,
    preference: ArrayLike,
    *,
    tolerance: float | None,
    subset: str = ALL,
) -> Figure:
    """Return the figure of a shortcut: how often it prefers the good member, which should be 50 % of the time.

    :param check: kind of shortcut.
    :param table: name of the table.
    :param measure: the measure.
    :param preference: good minus bad for each pair; positive values prefer the good member, 0 is a tie.
    :param tolerance: allowed distance from 50, in points; None for information only.
    :param subset: the part of the table.
    """
    values = np.asarray(preference, dtype=np.float64)
    percent = 100 * float(np.where(np.abs(values) < 1e-9, 0.5, values > 0).mean()) if len(values) else 50.0
    limits = (None, None) if tolerance is None else (50 - tolerance, 50 + tolerance)
    return Figure(check, table, measure, percent, "percent", len(values), subset, *limits)


def count(check: str, table: str, measure: str, number: int, of: int, *, allowed: int | None = 0) -> Figure:
    """Return the figure of a fault that is counted.

    :param check: kind of fault.
    :param table: name of the table.
    :param measure: the measure.
    :param number: number of faulty items.
    :param of: number of items checked.
    :param allowed: largest number allowed; None for information only.
    """
    return Figure(check, table, measure, float(number), "count", of, high=None if allowed is None else float(allowed))


def part(
    check: str,
    table: str,
    measure: str,
    number: int,
    of: int,
    *,
    allowed: float | None,
    subset: str = ALL,
    examples: Iterable[str] = (),
) -> Figure:
    """Make the figure of a fault as a share of all.

    :param check: kind of fault.
    :param table: the table.
    :param measure: what exactly.
    :param number: how many have it.
    :param of: out of how many.
    :param allowed: largest share allowed, in percent; None for information.
    :param subset: the part of the table.
    :param examples: the worst of them.
    """
    percent = 100 * number / of if of else 0.0
    return Figure(check, table, measure, percent, "part", of, subset, high=allowed, examples=tuple(examples))


@dataclass(frozen=True)
class Audit:
    """The figures of a set.

    :param name: name of the set.
    :param figures: all measurements.
    :param settings: training data of the shortcuts, language and seed.
    """

    name: str
    figures: tuple[Figure, ...] = field(repr=False)
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether every judged figure lies in its range."""
        return all(figure.passed for figure in self.figures)

    @property
    def faults(self) -> tuple[Figure, ...]:
        """The figures outside their range."""
        return tuple(figure for figure in self.figures if not figure.passed)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per figure: its fields, `judged` and `passed`; its examples as one text."""
        columns = ["check", "table", "measure", "subset", "value", "unit", "pairs", "low", "high", "judged", "passed"]
        rows = [[*(getattr(f, column) for column in columns), "; ".join(f.examples)] for f in self.figures]
        columns = [*columns, "examples"]
        return pd.DataFrame(rows, columns=columns).astype({"value": float, "low": float, "high": float})

    def with_figures(self, figures: Iterable[Figure]) -> "Audit":
        """Return the audit with additional figures, such as acoustic ones.

        :param figures: the additional figures.
        """
        return Audit(self.name, (*self.figures, *figures), self.settings)

    def as_dict(self) -> dict[str, Any]:
        """Return the audit as JSON-serialisable values."""
        rows = [
            {column: None if pd.isna(value) else value for column, value in row.items()}
            for row in self.table.to_dict("records")
        ]
        return {"name": self.name, "passed": self.passed, "settings": self.settings, "figures": rows}

    def to_json(self) -> str:
        """Return the audit as JSON text."""
        return to_json(self.as_dict())

    def as_text(self) -> str:
        """Return a readable summary: one line per check and table, and every figure outside its range."""
        lines = [f"{self.name}: {'no shortcut found' if self.passed else 'shortcuts found'}"]
        for (check, table), group in self.table.groupby(["check", "table"], sort=False):
            judged = group[group["judged"]]
            verdict = "information" if judged.empty else "ok" if judged["passed"].all() else "FAULT"
            lines.append(f"  {verdict:<12}{table:<16}{check}")
            lines += [
                f"      {row.measure}, {row.subset}: {_say(row.value, row.unit)} of {row.pairs:,}; "
                f"allowed {_say(row.low, row.unit)} to {_say(row.high, row.unit)}"
                + (f"; {row.examples}" if row.examples else "")
                for row in judged[~judged["passed"]].itertuples()
            ]
        return "\n".join(lines)

    def plots(self) -> dict[str, Spec]:
        """Return Vega-Lite specifications by name."""
        return audit_plots(self.table)

    def save(self, folder: Path) -> None:
        """Write `audit.csv` and `audit.json`, and `plots/NAME.svg` and `.vl.json` where they can be drawn.

        :param folder: output folder; created if missing.
        """
        with atomic_file(folder / "audit.csv") as temporary:
            self.table.to_csv(temporary, index=False, lineterminator="\n")
        write_text(folder / "audit.json", self.to_json())
        with side_effect(f"draw {folder / 'plots'}"):
            for name, spec in self.plots().items():
                write_text(folder / "plots" / f"{name}.vl.json", to_json(spec))
                write_text(folder / "plots" / f"{name}.svg", draw_svg(spec))


def _say(value: float, unit: str) -> str:
    if pd.isna(value):
        return "0"
    return f"{value:,.0f}" if unit == "count" else f"{value:.2f} %"
