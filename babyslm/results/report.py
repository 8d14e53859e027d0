"""`report.html`: one learner's result as a page."""

from html import escape
from typing import Any

import pandas as pd

from babyslm.results.facts import modality
from babyslm.results.page import Card, Page, Plot, Section, Table, percent, render
from babyslm.results.plots import curve, dot_plot
from babyslm.results.provenance import methods, provenance
from babyslm.results.result import Result
from babyslm.results.summary import ATTRIBUTES, summarise

__all__ = ["MEASURE_TITLES", "TITLES", "figures_table", "notebook_table", "report_page", "table_title"]

INTRODUCTION = (
    "Each figure is the share of pairs in which the learner prefers the real word or the grammatical sentence. "
    "A learner that guesses scores 50 % (the dashed line)."
)

TITLES = {
    "phenomenon": "By phenomenon",
    "frequency": "By frequency of the word",
    "length": "By length",
    "voice": "By voice",
    "condition": "By acoustic condition",
    "snr": "By signal-to-noise ratio",
    "seen": "By whether the word was met in training",
    "category": "By category",
    "age_band": "By age of acquisition",
}
AXES = {
    "frequency": "occurrences in children's surroundings",
    "length": "length",
    "snr": "signal-to-noise ratio (dB)",
}
CURVES = ("length", "snr")
"""Attributes whose values are quantities: drawn as a curve."""

MEASURE_TITLES = {
    "accuracy": "official (mean log-probability)",
    "macro_accuracy": "mean over phenomena",
    "sum_accuracy": "summed log-probability",
}


def report_page(result: Result) -> str:
    """Return the page of one result.

    :param result: a result with at least one table.
    """
    whole = result.headline()
    page = Page(
        title=result.name,
        subtitle=_subtitle(result),
        cards=[_card(row) for row in whole[whole["measure"] == "accuracy"].to_dict("records")],
        notes=[INTRODUCTION],
        sections=[_overview(result, whole), *_breakdowns(result), *provenance([result], [result.name]), methods()],
        footer=f"babyslm {result.record.environment.babyslm}, {result.record.created}",
    )
    return render(page)


def table_title(task: str, split: str) -> str:
    """Return how a page calls a table.

    >>> table_title("lexical", "dev")
    'Lexical, dev'
    """
    return f"{task.capitalize()}, {split}"


def _subtitle(result: Result) -> str:
    stimuli = result.record.stimuli
    parts = [f"{modality(result)} learner" if modality(result) else "learner", f"on {stimuli.name}"]
    if stimuli.version:
        parts.append(f"version {stimuli.version}")
    return " ".join(parts)


def _card(row: dict[str, Any]) -> Card:
    unit = "words" if row["task"] == "lexical" else "pairs"
    known = row["low"] == row["low"]
    interval = f"95 % interval {percent(row['low'])} to {percent(row['high'])}" if known else "no interval"
    return Card(
        title=table_title(str(row["task"]), str(row["split"])),
        figure=percent(row["accuracy"]),
        note=f"{interval} · {row['n']:,} {unit}",
        value=row["accuracy"],
        low=row["low"] if known else None,
        high=row["high"] if known else None,
    )


def _overview(result: Result, whole: pd.DataFrame) -> Section:
    """Show the other ways of counting, ties and the spread between voices."""
    rows = [
        (
            table_title(row["task"], row["split"]),
            MEASURE_TITLES[row["measure"]],
            percent(row["accuracy"]),
            f"{percent(row['low'])} – {percent(row['high'])}",
            f"{row['n']:,}",
            f"{row['trials']:,}",
            f"{row['ties']:,}",
        )
        for row in whole.to_dict("records")
    ]
    text = [
        _spread_sentence(task, split, group) for (task, split), group in _voices(result).groupby(["task", "split"])
    ]
    columns = ("table", "counted", "accuracy", "95 % interval", "n", "trials", "ties")
    return Section("The whole", text, tables=[Table(columns, rows, names=2)])


def _voices(result: Result) -> pd.DataFrame:
    return summarise(result.trials, "voice", draws=1, seed=0)


def _spread_sentence(task: str, split: str, voices: pd.DataFrame) -> str:
    if len(voices) == 1:
        return f"{table_title(task, split)}: one voice, {voices['voice'].iloc[0]}."
    low, high = voices["accuracy"].min(), voices["accuracy"].max()
    return (
        f"{table_title(task, split)}: "
        f"over {len(voices)} voices the accuracy runs from {percent(low)} to {percent(high)} "
        f"(standard deviation {100 * voices['accuracy'].std(ddof=1):.1f} points)."
    )


def _breakdowns(result: Result) -> list[Section]:
    bootstrap = result.record.bootstrap
    sections = []
    for name in ATTRIBUTES:
        frame = summarise(result.trials, name, draws=bootstrap.draws, seed=bootstrap.seed)
        plots = [
            _plot(group, name, table_title(str(task), str(split)))
            for (task, split), group in frame.groupby(["task", "split"], sort=True)
            if len(group) > 1
        ]
        if plots:
            sections.append(Section(TITLES[name], plots=plots))
    return sections


def _plot(group: pd.DataFrame, name: str, title: str) -> Plot:
    axis = AXES.get(name, "")
    if name == "length":
        axis = "phones" if group["task"].iloc[0] == "lexical" else "words"
    spec = curve(group, name, axis) if name in CURVES else dot_plot(group, name, axis)
    return Plot(spec, title, figures_table(group, name))


def figures_table(frame: pd.DataFrame, name: str, *, learner: str | None = None) -> Table:
    """Return the figures of a plot as a table.

    :param frame: columns `name`, `n`, `accuracy`, `std`, `low`, `high`, `ties`, and `learner` if given.
    :param name: the attribute.
    :param learner: column that names the learner.
    """
    rows = [
        (
            *([str(row[learner])] if learner else []),
            str(row[name]).replace("_", " "),
            percent(row["accuracy"]),
            f"{percent(row['low'])} – {percent(row['high'])}",
            f"{row['std']:.3f}" if row["std"] == row["std"] else "–",
            f"{row['n']:,}",
            f"{row['ties']:,}",
        )
        for row in frame.to_dict("records")
    ]
    heads = (*([learner] if learner else []), name, "accuracy", "95 % interval", "std", "n", "ties")
    return Table(heads, rows, names=2 if learner else 1)


def notebook_table(result: Result) -> str:
    """Return the headline figures as a small HTML table."""
    rows = "".join(
        f"<tr><td>{escape(row['task'])}</td><td>{escape(row['split'])}</td>"
        f"<td>{escape(MEASURE_TITLES[row['measure']])}</td><td>{percent(row['accuracy'])}</td>"
        f"<td>{percent(row['low'])} – {percent(row['high'])}</td><td>{row['n']:,}</td><td>{row['ties']:,}</td></tr>"
        for row in result.headline().to_dict("records")
    )
    heads = "".join(
        f"<th>{head}</th>" for head in ("task", "split", "counted", "accuracy", "95 % interval", "n", "ties")
    )
    return (
        f"<p><b>{escape(result.name)}</b> on {escape(result.record.stimuli.name)}</p>"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )
