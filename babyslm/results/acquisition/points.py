"""Results of one learner along its training, ordered by the amount of training."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from babyslm.results.outcomes.facts import AMOUNTS, training_amounts
from babyslm.results.outcomes.outcome import Outcome
from babyslm.stimuli.stimulus import Split
from babyslm.verify.results.acquisition import AmountCountError, FewPointsError, NoAmountError, NoWordsTestedError
from babyslm.verify.results.records import DifferentStimuliError

__all__ = ["FEWEST", "Points", "points_of"]

FEWEST = 3
"""Amounts of training from which a curve can be fitted."""


@dataclass(frozen=True)
class Points:
    """Lexical accuracy of every word at every amount of training.

    :param unit: what was counted: words, hours, tokens, or as the caller says.
    :param amounts: increasing.
    :param words: one row per word: `word, phones`, and the attributes that its trials have.
    :param right: pairs won, averaged over voices, shape (words, amounts).
    :param total: pairs, shape (words, amounts).
    """

    unit: str
    amounts: tuple[float, ...]
    words: pd.DataFrame
    right: pd.DataFrame
    total: pd.DataFrame


def points_of(
    results: Sequence[Outcome],
    *,
    amounts: Sequence[float] | None = None,
    unit: str | None = None,
    split: Split | None = None,
) -> Points:
    """Order results by their amount of training, and count the pairs that each word wins.

    :param results: results of one learner on the same pairs, at different amounts of training.
    :param amounts: amount of each result; default what the results record.
    :param unit: unit of these amounts; without `amounts`, the one to take where several are recorded.
    :param split: only this split; default all.
    :raises NoAmountError: if no unit is recorded in all results.
    :raises FewPointsError: with fewer than three amounts.
    :raises NoWordsTestedError: if a result has no lexical trials.
    :raises DifferentStimuliError: if the results are not of the same pairs.
    """
    unit, values = _amounts(results, amounts, unit)
    if len(set(values)) < max(FEWEST, len(values)) or not all(0 < value < float("inf") for value in values):
        raise FewPointsError(values, unit, FEWEST)
    ordered = sorted(zip(values, results, strict=True), key=lambda point: point[0])
    counts, first, keys = [], None, None
    for _, result in ordered:
        trials = result.trials[result.trials["task"] == "lexical"]
        trials = trials[trials["split"] == split] if split else trials
        if trials.empty:
            raise NoWordsTestedError(result.name, split)
        pairs = trials.groupby(["split", "id"], sort=True).agg(word=("item", "first"), correct=("correct", "mean"))
        if keys is not None and not keys.equals(pairs.index):
            unlike = keys.symmetric_difference(pairs.index)[:3]
            raise DifferentStimuliError(ordered[0][1].name, result.name, [f"pair {each}" for _, each in unlike])
        keys = pairs.index
        first = trials if first is None else first
        counts.append(pairs.groupby("word", sort=True)["correct"].agg(["sum", "count"]))
    assert first is not None
    columns = range(len(ordered))
    right = pd.concat([each["sum"] for each in counts], axis=1, keys=columns)
    total = pd.concat([each["count"] for each in counts], axis=1, keys=columns)
    kept = [name for name in ("word", "phones", "frequency", "length", "category", "age_band") if name in first]
    words = first.groupby("item", sort=True)[kept].first()
    return Points(unit, tuple(value for value, _ in ordered), words.reset_index(drop=True), right, total)


def _amounts(
    results: Sequence[Outcome], amounts: Sequence[float] | None, unit: str | None
) -> tuple[str, Sequence[float]]:
    """Return the unit and the amount of each result."""
    if amounts is not None:
        if len(amounts) != len(results):
            raise AmountCountError(len(amounts), len(results))
        return unit or "training", [float(each) for each in amounts]
    told = [{str(unit): value for unit, value in training_amounts(result).items()} for result in results]
    for each in (unit,) if unit else AMOUNTS:
        if told and all(each in amount for amount in told):
            return each, [amount[each] for amount in told]
    without = [result.name for result, amount in zip(results, told, strict=True) if not amount or unit not in amount]
    raise NoAmountError(without[0] if without else "", unit)
