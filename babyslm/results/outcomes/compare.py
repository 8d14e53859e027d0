"""Paired differences between learners on the same pairs, with intervals and corrected p-values."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from babyslm.results.outcomes.labels import labels
from babyslm.results.outcomes.outcome import Outcome
from babyslm.results.statistics.aggregate import attribute, has_attribute, item_accuracies
from babyslm.results.statistics.clusters import cluster_codes, influence
from babyslm.results.statistics.intervals import difference_test
from babyslm.results.statistics.summary import tables_of
from babyslm.verify.results.records import DifferentStimuliError, FewResultsError, NoSharedPairsError

__all__ = ["compare", "holm"]

COLUMNS = (
    "task",
    "split",
    "phenomenon",
    "first",
    "second",
    "n",
    "clusters",
    "first_accuracy",
    "second_accuracy",
    "difference",
    "low",
    "high",
    "p",
    "p_holm",
)


def compare(results: Sequence[Outcome], *, reference: int | None = None) -> pd.DataFrame:
    """Compare results on the pairs they share, either every two of them or all with one.

    Pairs are joined by id, and by voice as well if both learners heard the same voices; otherwise each accuracy is
    first averaged over the learner's own voices, so that a text learner and a spoken learner can be compared. Both
    accuracies then follow the official aggregation, and the test takes clusters of items as the unit of evidence.

    :param results: two or more results.
    :param reference: index of the result with which all others are compared, as the second; default every two.
    :returns: one row per table (`phenomenon` empty) and one per phenomenon, for each two results: `task, split,
        phenomenon, first, second, n` (items), `clusters, first_accuracy, second_accuracy, difference` (first minus
        second), `low, high` (95 %), `p` (two-sided; 1 for fewer than two clusters), `p_holm` (Holm's correction over
        all rows of whole tables, and over all rows of phenomena).
    """
    if len(results) < 2:
        raise FewResultsError(len(results))
    names = labels(results)
    rows: list[dict[str, Any]] = []
    named = list(zip(names, results, strict=True))
    couples = combinations(named, 2) if reference is None else _with_reference(named, reference)
    for (one, first), (two, second) in couples:
        found = _compare_two(first, second, one, two)
        if not found:
            raise NoSharedPairsError(one, two)
        rows += found
    table = pd.DataFrame(rows, columns=COLUMNS)
    for whole in (True, False):
        family = (table["phenomenon"] == "") == whole
        table.loc[family, "p_holm"] = holm(table.loc[family, "p"].to_numpy(float))
    return table


def _with_reference(
    named: list[tuple[str, Outcome]], reference: int
) -> Iterator[tuple[tuple[str, Outcome], tuple[str, Outcome]]]:
    chosen = named[reference]
    for each in named:
        if each is not chosen:
            yield each, chosen


def holm(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correct p-values for multiple comparisons: Holm's step-down procedure (Holm, Scand. J. Statist. 1979).

    :param p_values: shape (n,).

    >>> holm(np.array([0.01, 0.04, 0.03])).round(6).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    steps = p_values[order] * np.arange(len(p_values), 0, -1)
    corrected = np.empty(len(p_values))
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return corrected


def _compare_two(first: Outcome, second: Outcome, one: str, two: str) -> list[dict[str, Any]]:
    others = {(task, split): table for task, split, table in tables_of(second.trials)}
    rows: list[dict[str, Any]] = []
    for task, split, mine in tables_of(first.trials):
        theirs = others.get((task, split))
        if theirs is None:
            continue
        left, right = _shared(mine, theirs, one, two)
        if left.empty:
            continue
        head = {"task": task, "split": split, "first": one, "second": two}
        rows += [{**head, **row} for row in _differences(left, right)]
    return rows


def _shared(mine: pd.DataFrame, theirs: pd.DataFrame, one: str, two: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Select the trials of shared pairs, after a check that shared ids refer to the same stimuli."""
    ids = np.intersect1d(mine["id"], theirs["id"])
    column = "phones" if mine["task"].iloc[0] == "lexical" else "transcription"
    content = [column, f"bad_{column}"]
    texts = [side.drop_duplicates("id").set_index("id").loc[ids, content] for side in (mine, theirs)]
    other = (texts[0].to_numpy() != texts[1].to_numpy()).any(axis=1)
    if other.any():
        raise DifferentStimuliError(one, two, [f"id {name}" for name in ids[other]])
    mine, theirs = mine[mine["id"].isin(ids)], theirs[theirs["id"].isin(ids)]
    if set(mine["voice"]) == set(theirs["voice"]):
        keys = pd.MultiIndex.from_frame(mine[["id", "voice"]]), pd.MultiIndex.from_frame(theirs[["id", "voice"]])
        mine, theirs = mine[keys[0].isin(keys[1])], theirs[keys[1].isin(keys[0])]
    return mine, theirs


def _differences(left: pd.DataFrame, right: pd.DataFrame) -> list[dict[str, Any]]:
    """Compare a table as a whole, and each phenomenon, with the same draws."""
    ours, others = item_accuracies(left).set_index("item"), item_accuracies(right).set_index("item")
    accuracies = np.stack([ours["accuracy"], others["accuracy"].loc[ours.index]])
    phenomena = np.array([""], dtype=object)
    of = np.zeros(len(ours), dtype=np.int64)
    if has_attribute(left, "phenomenon"):
        kinds = attribute(left, "phenomenon").groupby(left["item"]).first().loc[ours.index]
        codes, names = pd.factorize(kinds, sort=True)
        phenomena = np.array(["", *names], dtype=object)
        # Every item occurs in the whole table and again in its phenomenon.
        of = np.concatenate([of, np.where(codes < 0, -1, codes + 1)])
    copies = len(of) // len(ours)
    clusters = np.tile(cluster_codes(ours.index.to_series(), ours["cluster"]), copies)
    accuracies = np.tile(accuracies, copies)
    gains = accuracies[0] - accuracies[1]
    rows = []
    for code, phenomenon in enumerate(phenomena):
        inside = of == code
        mine = gains[inside]
        evidence = influence(mine - mine.mean(), clusters[inside])
        test = difference_test(mine.mean(), evidence)
        first, second = accuracies[:, inside].mean(axis=1)
        rows.append(
            {
                "phenomenon": phenomenon,
                "n": int(inside.sum()),
                "clusters": evidence.count,
                "first_accuracy": float(first),
                "second_accuracy": float(second),
                "difference": float(mine.mean()),
                "low": float(test.low),
                "high": float(test.high),
                "p": float(test.p),
            }
        )
    return rows
