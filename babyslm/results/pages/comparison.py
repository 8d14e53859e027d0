"""Comparison page of several learners: text and speech, clean and in-the-wild, successive checkpoints."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import pandas as pd

from babyslm.files import write_text
from babyslm.results.outcomes.compare import compare
from babyslm.results.outcomes.facts import amount_text, condition, modality, snr_text, training_condition
from babyslm.results.outcomes.labels import labels
from babyslm.results.outcomes.outcome import Outcome
from babyslm.results.outcomes.record import metric_table
from babyslm.results.pages.breakdowns import breakdowns, figures_table, table_title
from babyslm.results.pages.curves import curve_sections
from babyslm.results.pages.differences import differences_table, named
from babyslm.results.pages.gap import gap_section
from babyslm.results.pages.page import Page, Plot, Section, Table, percent, render
from babyslm.results.pages.plots import difference_plot, dot_plot
from babyslm.results.pages.provenance import methods, provenance
from babyslm.results.statistics.summary import ATTRIBUTES
from babyslm.verify.results.records import FewResultsError

__all__ = ["comparison_page", "comparison_report"]

MANY = 6
"""With more learners than this, each is compared with the first one only, and breakdowns are omitted."""

INTRODUCTION = (
    "Each figure is the share of pairs in which a learner prefers the real word or the grammatical sentence. "
    "A learner that guesses scores 50 % (the dashed line). Bars are 95 % intervals."
)


def comparison_report(
    results: Sequence[Outcome], path: str | PathLike[str], *, title: str, notes: Sequence[str] = ()
) -> Path:
    """Write a page that compares several results.

    :param results: two or more results, shown in this order.
    :param path: the HTML file.
    :param title: heading of the page.
    :param notes: paragraphs below the heading, such as a description of the training data.
    """
    place = Path(path)
    write_text(place, comparison_page(results, title=title, notes=notes))
    return place


def comparison_page(results: Sequence[Outcome], *, title: str, notes: Sequence[str] = ()) -> str:
    """Return the comparison page as HTML; parameters as `comparison_report`."""
    if len(results) < 2:
        raise FewResultsError(len(results))
    names = labels(results)
    sections = [_overview(results, names), _learners(results, names), *curve_sections(results)]
    sections += [*gap_section(results), *_differences(results)]
    if len(results) <= MANY:
        sections += breakdowns({name: _stacked(results, names, name) for name in ATTRIBUTES}, learner="learner")
    sections += [*provenance(results, names), methods()]
    stimuli = " and ".join(sorted({result.record.stimuli.name for result in results}))
    versions = ", ".join(sorted({result.record.environment.babyslm for result in results}))
    page = Page(
        title=title,
        subtitle=f"{len(results)} learners on {stimuli}",
        cards=(),
        notes=[*notes, INTRODUCTION],
        sections=sections,
        footer=f"babyslm {versions}",
    )
    return render(page)


def _stacked(results: Sequence[Outcome], names: Sequence[str], attribute: str | None = None) -> pd.DataFrame:
    """Concatenate the figures of all results, with a column for the learner's name."""
    frames = [
        metric_table(result.record.metrics, attribute).assign(learner=name)
        for result, name in zip(results, names, strict=True)
    ]
    kept = [frame for frame in frames if len(frame)]
    return pd.concat(kept, ignore_index=True) if kept else frames[0]


def _overview(results: Sequence[Outcome], names: Sequence[str]) -> Section:
    whole = _stacked(results, names)
    plots = []
    for (task, split), group in whole.groupby(["task", "split"], sort=True):
        official = group[group["measure"] == "accuracy"]
        others = group[group["measure"] == "macro_accuracy"].set_index("learner")["accuracy"]
        table = figures_table(official, "learner")
        if len(others):
            rows = [
                (*row, percent(others.get(name))) for row, name in zip(table.rows, official["learner"], strict=True)
            ]
            table = Table((*table.columns, "mean over phenomena"), rows)
        plots.append(
            Plot(
                dot_plot(official, "learner", ""),
                table_title(str(task), str(split)),
                table,
                opened=len(results) <= MANY,
            )
        )
    return Section("Accuracy", plots=plots)


def _learners(results: Sequence[Outcome], names: Sequence[str]) -> Section:
    rows = []
    for result, name in zip(results, names, strict=True):
        cells = (
            modality(result),
            str(result.record.model.get("family", "")),
            amount_text(result),
            training_condition(result),
            " ".join(part for part in (condition(result), snr_text(result)) if part),
        )
        rows.append((name, *(cell or "–" for cell in cells)))
    heads = ["learner", "input", "family", "trained on", "training sound", "test sound"]
    # A column without content for any learner is omitted.
    kept = [0, *(column for column in range(1, len(heads)) if any(row[column] != "–" for row in rows))]
    table = Table([heads[i] for i in kept], [[row[i] for i in kept] for row in rows], names=len(kept))
    return Section("Learners", tables=[table])


def _differences(results: Sequence[Outcome]) -> list[Section]:
    frame = named(compare(results, reference=0 if len(results) > MANY else None))
    whole = frame[frame["phenomenon"] == ""]
    plots = [
        Plot(
            difference_plot(group, "comparison"),
            table_title(str(task), str(split)),
            differences_table(group),
            opened=True,
        )
        for (task, split), group in whole.groupby(["task", "split"], sort=True)
    ]
    text = (
        "Differences are computed pair by pair, on the pairs on which both learners were tested. The p-value tests "
        "the hypothesis of no difference and is corrected by Holm's method for all comparisons of this section."
    )
    sections = [Section("Differences", [text], plots)]
    parts = frame[frame["phenomenon"] != ""]
    if len(parts) and len(results) <= MANY:
        tables = [
            differences_table(group, extra="phenomenon", caption=table_title(str(task), str(split)))
            for (task, split), group in parts.groupby(["task", "split"], sort=True)
        ]
        sections.append(Section("Differences by phenomenon", tables=tables, folded=True))
    return sections
