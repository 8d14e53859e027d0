"""`report.html`: the page of one learner's result."""

from collections.abc import Sequence
from html import escape
from typing import Any

import pandas as pd

from babyslm.results.outcomes.cautions import cautions
from babyslm.results.outcomes.facts import heard_text, modality
from babyslm.results.outcomes.outcome import Outcome
from babyslm.results.outcomes.record import metric_table
from babyslm.results.pages.breakdowns import breakdowns, interval_text, table_title
from babyslm.results.pages.chart import html_table
from babyslm.results.pages.page import Card, Page, Section, Table, percent, render
from babyslm.results.pages.provenance import methods, provenance
from babyslm.results.statistics.summary import ATTRIBUTES

__all__ = ["notebook_table", "report_page"]

INTRODUCTION = (
    "Each figure is the share of pairs in which the learner prefers the real word or the grammatical sentence. "
    "A learner that guesses scores 50 % (the dashed line)."
)

MEASURE_TITLES = {"macro_accuracy": "mean over phenomena", "sum_accuracy": "by sum of log-probabilities"}

POOLING_TITLES = {"mean": "official (mean log-probability)", "sum": "requested (sum of log-probabilities)"}
"""Titles of the headline by the pooling in the settings; scores of unknown pooling are taken as given."""


def report_page(result: Outcome) -> str:
    """Return the page of one result.

    :param result: a result with at least one table.
    """
    whole = result.headline()
    page = Page(
        title=result.name,
        subtitle=_subtitle(result),
        cards=[_card(row) for row in whole[whole["measure"] == "accuracy"].to_dict("records")],
        notes=[INTRODUCTION, *(f"Caution: {line}." for line in cautions(result.scores, result.record.metrics))],
        sections=[_overview(result, whole), *_breakdowns(result), *provenance([result], [result.name]), methods()],
        footer=f"babyslm {result.record.environment.babyslm}, {result.record.created}",
    )
    return render(page)


def _subtitle(result: Outcome) -> str:
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


def _measure_title(result: Outcome, measure: str) -> str:
    pooling = str(result.record.settings.get("pooling", "mean"))
    return MEASURE_TITLES.get(measure) or POOLING_TITLES.get(pooling, "official (scores as given)")


def _counted(result: Outcome, figures: pd.DataFrame, counts: Sequence[str]) -> list[tuple[str, ...]]:
    """Return one row of text per figure: table, way of counting, accuracy with its interval, and counts."""
    return [
        (
            table_title(row["task"], row["split"]),
            _measure_title(result, row["measure"]),
            percent(row["accuracy"]),
            interval_text(row["low"], row["high"]),
            *(f"{row[count]:,}" for count in counts),
        )
        for row in figures.to_dict("records")
    ]


def _overview(result: Outcome, whole: pd.DataFrame) -> Section:
    """Return the section on other ways of counting, ties, and the spread between voices."""
    rows = _counted(result, whole, ("n", "trials", "ties"))
    voices = metric_table(result.record.metrics, "voice").groupby(["task", "split"], sort=True)
    text = [_spread_sentence(str(task), str(split), group) for (task, split), group in voices if len(group) > 1]
    for table in result.tables:
        task, split = table.split("/")
        text += [f"{table_title(task, split)}: {each}." for each in heard_text(result, table)]
    columns = ("table", "average", "accuracy", "95 % interval", "n", "trials", "ties")
    return Section("Overall accuracy", text, tables=[Table(columns, rows, names=2)])


def _spread_sentence(task: str, split: str, voices: pd.DataFrame) -> str:
    low, high = voices["accuracy"].min(), voices["accuracy"].max()
    return (
        f"{table_title(task, split)}: "
        f"over {len(voices)} voices the accuracy ranges from {percent(low)} to {percent(high)} "
        f"(standard deviation {100 * voices['accuracy'].std(ddof=1):.1f} points)."
    )


def _breakdowns(result: Outcome) -> list[Section]:
    return breakdowns({name: metric_table(result.record.metrics, name) for name in ATTRIBUTES})


def notebook_table(result: Outcome) -> str:
    """Return the headline figures as a small HTML table."""
    rows = _counted(result, result.headline(), ("n", "ties"))
    columns = ("table", "average", "accuracy", "95 % interval", "n", "ties")
    heading = f"<p><b>{escape(result.name)}</b> on {escape(result.record.stimuli.name)}</p>"
    return heading + html_table(Table(columns, rows, names=2))
