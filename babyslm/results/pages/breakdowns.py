"""Sections with accuracies by an attribute: plots and tables of their values."""

import pandas as pd

from babyslm.results.pages.page import Plot, Section, Table, percent
from babyslm.results.pages.plots import Spec, curve, dot_plot
from babyslm.results.statistics.summary import ATTRIBUTES

__all__ = ["TITLES", "breakdown_spec", "breakdowns", "figures_table", "interval_text", "table_title"]

TITLES = {
    "phenomenon": "By phenomenon",
    "frequency": "By word frequency",
    "length": "By length",
    "voice": "By voice",
    "voice_kind": "By kind of voice",
    "condition": "By acoustic condition",
    "snr": "By signal-to-noise ratio",
    "seen": "By occurrence of the word in training",
    "nonword": "By occurrence of the non-word in training",
    "category": "By category",
    "age_band": "By age of acquisition",
}
AXES = {
    "frequency": "occurrences",
    "length": "length",
    "snr": "signal-to-noise ratio (dB)",
}
CURVES = ("length", "snr")
"""Quantitative attributes, drawn as a curve."""


def breakdowns(frames: dict[str, pd.DataFrame], *, learner: str | None = None) -> list[Section]:
    """Return a section for each attribute with more than one value in at least one table.

    :param frames: by attribute, the output of `statistics.summary.summarise`; for several learners concatenated, with
        a column that names them.
    :param learner: name of that column.
    """
    sections = []
    for name in (name for name in ATTRIBUTES if name in frames):
        plots = [
            Plot(
                breakdown_spec(group, name, learner=learner),
                table_title(str(task), str(split)),
                figures_table(group, name, learner=learner),
            )
            for (task, split), group in frames[name].groupby(["task", "split"], sort=True)
            if len(set(group[name])) > 1
        ]
        if plots:
            sections.append(Section(TITLES[name], plots=plots))
    return sections


def breakdown_spec(group: pd.DataFrame, name: str, *, learner: str | None = None) -> Spec:
    """Plot the accuracies of one table by an attribute.

    :param group: figures of one task and split.
    :param name: the attribute.
    :param learner: column with the learner's name if there are several learners.
    """
    axis = AXES.get(name, "")
    if name == "length":
        axis = "phones" if group["task"].iloc[0] == "lexical" else "words"
    draw = curve if name in CURVES and len(set(group[name])) > 1 else dot_plot
    return draw(group, name, axis, learner=learner)


def table_title(task: str, split: str) -> str:
    """Return the title of a table on a page.

    >>> table_title("lexical", "dev")
    'Lexical, dev'
    """
    return f"{task.capitalize()}, {split}"


def interval_text(low: float, high: float) -> str:
    """Format an interval in per cent; a dash if there is none.

    >>> interval_text(0.25, 0.5), interval_text(float("nan"), float("nan"))
    ('25.0 – 50.0 %', '–')
    """
    if low != low:  # noqa: PLR0124  # NaN is not itself
        return "–"
    return f"{percent(low).removesuffix(' %')} – {percent(high)}"


def figures_table(frame: pd.DataFrame, name: str, *, learner: str | None = None) -> Table:
    """Return the values of a plot as a table.

    :param frame: columns `name`, `n`, `accuracy`, `std`, `low`, `high`, `ties`, and `learner` if given.
    :param name: the attribute.
    :param learner: column with the learner's name.
    """
    rows = [
        (
            *([str(row[learner])] if learner else []),
            str(row[name]).replace("_", " "),
            percent(row["accuracy"]),
            interval_text(row["low"], row["high"]),
            f"{row['std']:.3f}" if row["std"] == row["std"] else "–",
            f"{row['n']:,}",
            f"{row['ties']:,}",
        )
        for row in frame.to_dict("records")
    ]
    heads = (*([learner] if learner else []), name, "accuracy", "95 % interval", "std", "n", "ties")
    return Table(heads, rows, names=2 if learner else 1)
