"""Page on acquisition: size of the vocabulary, ages of words, and the learner's order beside that of children."""

from collections.abc import Mapping

import pandas as pd

from babyslm.results.acquisition.ages import STATUSES, Ages, vocabulary
from babyslm.results.pages.breakdowns import interval_text
from babyslm.results.pages.page import Card, Page, Plot, Section, Table, percent, render
from babyslm.results.pages.plots import Spec, curve, scatter
from babyslm.seeds import generator

__all__ = ["acquisition_page"]

SHOWN = 30
"""Words listed at either end of the order."""

FEW = 10
"""Children's ages up to which the points of one age are spread sideways."""

NOTE = (
    "A word is known where its fitted accuracy over its non-words is half-way between chance and a known word. Words "
    "that never rise have no age. The band is a 95 % interval over words."
)


def acquisition_page(
    ages: Ages,
    title: str,
    agreements: Mapping[str, pd.DataFrame],
    shared: Mapping[str, pd.DataFrame],
) -> str:
    """Return the page as HTML.

    :param ages: ages of the learner's words.
    :param title: heading, such as the learner's name.
    :param agreements: correlations with each table of children, by its name.
    :param shared: the words shared with each table, with both ages.
    """
    sections = [_vocabulary(ages), *(_children(ages, name, agreements[name], shared[name]) for name in agreements)]
    return render(
        Page(
            title=f"Acquisition of words: {title}",
            subtitle=f"{len(ages.words):,} words at {len(ages.amounts)} amounts of training",
            cards=_cards(ages),
            sections=[*sections, _ends(ages)],
            notes=[NOTE],
        )
    )


def _cards(ages: Ages) -> list[Card]:
    counts = ages.words["status"].value_counts()
    last = vocabulary(ages).iloc[-1]
    place = f"{int(last['known']):,} words at {last['amount']:,.6g} {ages.unit}"
    note = f"{interval_text(last['low'], last['high'])} · {place}"
    cards = [
        Card("vocabulary", percent(last["share"]), note, float(last["share"]), float(last["low"]), float(last["high"]))
    ]
    return cards + [Card(status, f"{counts.get(status, 0):,}", "words") for status in STATUSES]


def _vocabulary(ages: Ages) -> Section:
    whole = vocabulary(ages)
    plots = [Plot(_growth(whole, ages.unit), "all words", _known_table(whole, ages.unit))]
    if "age_band" in ages.words and len(set(ages.words["age_band"].dropna())) > 1:
        banded = vocabulary(ages, "age_band")
        plots.append(Plot(_growth(banded, ages.unit, "age_band"), "by children's age band (months)"))
    return Section("Size of the vocabulary", plots=plots)


def _known_table(table: pd.DataFrame, unit: str) -> Table:
    rows = [
        (
            f"{row['amount']:,.6g}",
            f"{row['known']:,}",
            f"{row['words']:,}",
            percent(row["share"]),
            interval_text(row["low"], row["high"]),
        )
        for row in table.to_dict("records")
    ]
    return Table((unit, "known", "words", "share", "95 % interval"), rows)


def _children(ages: Ages, name: str, rows: pd.DataFrame, shared: pd.DataFrame) -> Section:
    table = Table(
        ("correlation", "of", "controlled for", "words", "rho", "95 % interval"),
        [
            (
                row["measure"],
                f"children's age and {row['controls'] if row['measure'] == 'control' else 'learner’s age'}",
                row["controls"] if row["measure"] == "partial" else "",
                f"{row['words']:,}",
                f"{row['value']:.3f}",
                f"{row['low']:.3f} to {row['high']:.3f}",
            )
            for row in rows.to_dict("records")
        ],
        names=3,
    )
    plot = Plot(
        _scatter(shared, ages), f"{len(shared):,} words; those without an age of the learner stand at the edges"
    )
    return Section(f"Beside children: {name}", plots=[plot], tables=[table])


def _ends(ages: Ages) -> Section:
    learned = ages.words[ages.words["status"] == STATUSES[0]].sort_values(["age", "word"], kind="stable")
    return Section(
        "First and last words",
        tables=[
            Table(("first", ages.unit), _aged(learned.head(SHOWN))),
            Table(("last", ages.unit), _aged(learned.tail(SHOWN).iloc[::-1])),
        ],
        folded=True,
    )


def _aged(words: pd.DataFrame) -> list[tuple[str, str]]:
    return [(str(row["word"]), f"{row['age']:,.4g}") for row in words.to_dict("records")]


def _growth(table: pd.DataFrame, unit: str, by: str | None = None) -> Spec:
    named = table.rename(columns={"share": "accuracy", "words": "n"})
    return curve(named, "amount", f"{unit} of training", learner=by, scale="log", share="words known")


def _scatter(table: pd.DataFrame, ages: Ages) -> Spec:
    low, high = ages.amounts[0], ages.amounts[-1]
    edge = (high / low) ** 0.08
    side = generator(0, "scatter").uniform(-1, 1, len(table)) if len(set(table["children"])) <= FEW else 0
    shown = table.assign(learner=table["learner"].clip(low / edge, high * edge), children=table["children"] + side)
    return scatter(
        shown[["word", "children", "learner", "status"]],
        ("children", "children's age (months)"),
        ("learner", f"learner's age ({ages.unit})"),
        label="word",
        colour="status",
        colours=STATUSES,
    )
