"""Forgetting by compression: paired accuracy differences to the teacher, by task and by kind of item."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from babyslm.files import write_json
from babyslm.pictures import write_drawing
from babyslm.results.outcomes.compare import holm
from babyslm.results.outcomes.outcome import Outcome
from babyslm.results.pages.breakdowns import interval_text, table_title
from babyslm.results.pages.page import Page, Plot, Section, Table, percent, points, render
from babyslm.results.pages.plots import difference_plot
from babyslm.results.statistics.aggregate import attribute, has_attribute, item_accuracies
from babyslm.results.statistics.clusters import cluster_codes, influence
from babyslm.results.statistics.intervals import difference_test
from babyslm.results.statistics.summary import tables_of
from babyslm.verify.results.records import DifferentStimuliError

__all__ = ["ATTRIBUTES", "as_rows", "forgetting", "write_forgetting"]

ATTRIBUTES = ("phenomenon", "frequency", "age_band", "length", "category")
"""Attributes by which the differences are broken down, if the trials have them."""

COLUMNS = (
    "task",
    "split",
    "attribute",
    "value",
    "version",
    "n",
    "clusters",
    "teacher_accuracy",
    "accuracy",
    "difference",
    "low",
    "high",
    "p",
    "p_holm",
)

NOTE = (
    "Each figure is the accuracy of a compressed version minus that of the original learner, pair by pair on "
    "the same pairs; bars are 95 % intervals with clusters of shared words as the unit of evidence. All versions keep "
    "the same number of parameters, with the same ranks."
)


def forgetting(teacher: Outcome, versions: Mapping[str, Outcome]) -> pd.DataFrame:
    """Compare compressed versions with their teacher on the same pairs.

    :param teacher: result of the original learner.
    :param versions: results of its compressed versions by name.
    :returns: one row for each version and table (`attribute` and `value` empty), and for each value of the attributes
        that the pairs have: `task, split, attribute, value, version, n` (items), `clusters, teacher_accuracy,
        accuracy, difference` (version minus teacher), `low, high` (95 %), `p` (two-sided), `p_holm` (Holm's
        correction over all rows of whole tables, and over all others).
    """
    rows: list[dict[str, Any]] = []
    for name, version in versions.items():
        others = {(task, split): table for task, split, table in tables_of(version.trials)}
        for task, split, mine in tables_of(teacher.trials):
            theirs = _aligned(mine, others.get((task, split)), teacher.name, name)
            head = {"task": task, "split": split, "version": name}
            kinds = [kind for kind in ATTRIBUTES if has_attribute(mine, kind)]
            for kind in ("", *kinds):
                rows += [head | row for row in _differences(mine, theirs, kind)]
    table = pd.DataFrame(rows, columns=COLUMNS)
    for whole in (True, False):
        family = (table["attribute"] == "") == whole
        table.loc[family, "p_holm"] = holm(table.loc[family, "p"].to_numpy(float))
    return table


def _aligned(mine: pd.DataFrame, theirs: pd.DataFrame | None, one: str, two: str) -> pd.DataFrame:
    keys = ["id", "voice"]
    if theirs is None or len(theirs) != len(mine):
        raise DifferentStimuliError(one, two, ["the number of pairs"])
    order = mine[keys].reset_index(drop=True).merge(theirs.reset_index(drop=True).reset_index(), on=keys, how="left")
    if order["index"].isna().any():
        raise DifferentStimuliError(one, two, [f"id {each}" for each in order.loc[order["index"].isna(), "id"]])
    return theirs.iloc[order["index"].astype(int)].set_index(mine.index)


def _differences(mine: pd.DataFrame, theirs: pd.DataFrame, kind: str) -> list[dict[str, Any]]:
    """Return one row for each value of an attribute, or without an attribute one row for the whole table."""
    codes: NDArray[np.int64] | None = None
    values: Sequence[Any] = [""]
    if kind:
        codes, values = pd.factorize(attribute(mine, kind), sort=True)
        if len(values) < 2:
            return []
    before, after = item_accuracies(mine, codes), item_accuracies(theirs, codes)
    gains = (after["accuracy"] - before["accuracy"]).to_numpy(float)
    groups = before["group"].to_numpy(np.int64)
    clusters = cluster_codes(before["item"], before["cluster"])
    rows = []
    for code, value in enumerate(values):
        inside = groups == code
        own = gains[inside]
        evidence = influence(own - own.mean(), clusters[inside])
        test = difference_test(own.mean(), evidence)
        rows.append(
            {
                "attribute": kind,
                "value": str(value),
                "n": int(inside.sum()),
                "clusters": evidence.count,
                "teacher_accuracy": float(before.loc[inside, "accuracy"].mean()),
                "accuracy": float(after.loc[inside, "accuracy"].mean()),
                "difference": float(own.mean()),
                "low": float(test.low),
                "high": float(test.high),
                "p": float(test.p),
            }
        )
    return rows


def write_forgetting(table: pd.DataFrame, folder: Path, *, title: str, notes: Sequence[str]) -> Path:
    """Write `forgetting.json` and `forgetting.html`; return the path of the page, which is a side effect.

    :param table: the result of `forgetting`.
    :param folder: output folder.
    :param title: heading of the page.
    :param notes: paragraphs below the heading, such as the settings of the compression.
    """
    write_json(folder / "forgetting.json", {"rows": as_rows(table)})
    path = folder / "forgetting.html"
    write_drawing(path, lambda: _page(table, title, notes))
    return path


def _page(table: pd.DataFrame, title: str, notes: Sequence[str]) -> str:
    sections = []
    for (task, split), group in table.groupby(["task", "split"], sort=True):
        plots = []
        for kind, part in group.groupby("attribute", sort=False):
            labels = part["version"] + ((", " + part["value"].str.replace("_", " ")) if kind else "")
            part = part.assign(label=labels)  # noqa: PLW2901  # the same part with a label
            heading = f"by {str(kind).replace('_', ' ')}" if kind else "all pairs"
            plots.append(Plot(difference_plot(part, "label"), heading, _figures(part), opened=not kind))
        sections.append(Section(table_title(str(task), str(split)), plots=plots))
    page = Page(title=title, subtitle="Effect of compression", cards=(), sections=sections, notes=[*notes, NOTE])
    return render(page)


def as_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the table as JSON-serialisable rows; missing values are None."""
    rows: list[dict[str, Any]] = table.astype(object).where(table.notna(), None).to_dict("records")
    return rows


def _figures(part: pd.DataFrame) -> Table:
    rows = [
        (
            str(row["label"]),
            percent(row["teacher_accuracy"]),
            percent(row["accuracy"]),
            points(row["difference"]),
            interval_text(row["low"], row["high"]),
            f"{row['p_holm']:.3f}",
            f"{row['n']:,}",
        )
        for row in part.to_dict("records")
    ]
    heads = ("version", "teacher", "compressed", "points", "95 % interval", "p (Holm)", "n")
    return Table(heads, rows)
