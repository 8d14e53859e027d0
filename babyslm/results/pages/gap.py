"""Gap between text and speech: difference in accuracy between text learners and spoken learners on the same pairs."""

from collections.abc import Sequence

import pandas as pd

from babyslm.results.outcomes.compare import compare
from babyslm.results.outcomes.facts import condition, modality
from babyslm.results.outcomes.labels import labels
from babyslm.results.outcomes.outcome import Outcome
from babyslm.results.pages.breakdowns import interval_text, table_title
from babyslm.results.pages.page import Section, Table, percent, points
from babyslm.verify.results.records import NoSharedPairsError

__all__ = ["gap_section", "text_speech_gaps"]

EXPLANATION = (
    "Each row compares a text learner with a spoken learner on the same pairs. The accuracy of the spoken learner is "
    "first averaged over its voices. The gap is the accuracy of the text learner minus that of the spoken learner, "
    "with its 95 % interval. A text learner receives phones or letters, which a spoken learner has to find in the "
    "sound; the gap measures the effect of this difference."
)

COLUMNS = {
    "task": "task",
    "split": "split",
    "first": "text",
    "second": "speech",
    "n": "n",
    "first_accuracy": "text_accuracy",
    "second_accuracy": "speech_accuracy",
    "difference": "gap",
    "low": "low",
    "high": "high",
}
"""Names that the columns of a comparison get here."""


def text_speech_gaps(results: Sequence[Outcome]) -> pd.DataFrame:
    """Compare every text learner with every spoken learner.

    Spoken learners tested in an acoustic condition other than clean are excluded: the effect of noise is a separate
    question.

    :param results: any number of results.
    :returns: one row for each two learners and each table that both were tested on: `task, split, text, speech, n,
        text_accuracy, speech_accuracy, gap, low, high`.
    """
    names = labels(results)
    told = list(zip(names, results, strict=True))
    readers = [(name, result) for name, result in told if modality(result) in ("orthographic", "phonemic")]
    hearers = [
        (name, result)
        for name, result in told
        if modality(result) == "spoken" and condition(result) in (None, "clean")
    ]
    frames = [pd.DataFrame(columns=list(COLUMNS.values()))]
    for text, reader in readers:
        for speech, hearer in hearers:
            try:
                table = compare([reader, hearer])
            except NoSharedPairsError:
                continue
            whole = table[table["phenomenon"] == ""].assign(first=text, second=speech)
            frames.append(whole[list(COLUMNS)].rename(columns=COLUMNS))
    kept = [frame for frame in frames if len(frame)] or frames
    return pd.concat(kept, ignore_index=True)


def gap_section(results: Sequence[Outcome]) -> list[Section]:
    """Return the section on text and speech if there are both text learners and spoken learners.

    :param results: any number of results.
    """
    gaps = text_speech_gaps(results)
    if gaps.empty:
        return []
    tables = []
    for (task, split), group in gaps.groupby(["task", "split"], sort=True):
        rows = [
            (
                row["text"],
                row["speech"],
                percent(row["text_accuracy"]),
                percent(row["speech_accuracy"]),
                points(row["gap"]),
                interval_text_of_points(row["low"], row["high"]),
                f"{row['n']:,}",
            )
            for row in group.to_dict("records")
        ]
        heads = ("text learner", "spoken learner", "text", "speech", "gap (points)", "95 % interval", "n")
        tables.append(Table(heads, rows, names=2, caption=table_title(str(task), str(split))))
    return [Section("Text–speech gap", [EXPLANATION], tables=tables)]


def interval_text_of_points(low: float, high: float) -> str:
    """Format an interval of a difference in percentage points; a dash if there is none."""
    return "–" if interval_text(low, high) == "–" else f"{points(low)} to {points(high)}"
