"""Official aggregation of trials to accuracies, in the steps of the published scripts."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from babyslm.models.protocol import Pooling
from babyslm.results.scores.trials import verdict

__all__ = [
    "FREQUENCY_BANDS",
    "Spread",
    "accuracy",
    "accuracy_by",
    "attribute",
    "has_attribute",
    "item_accuracies",
    "macro_accuracy",
    "tie_count",
    "voice_spread",
]

FREQUENCY_EDGES = (0, 1, 5, 20, 100, np.inf)
FREQUENCY_BANDS = ("0", "1-4", "5-19", "20-99", ">=100")
"""The actual bands, closed on the left. The official scripts label them oov, 1-5, 6-20, 21-100, >100."""

OFFICIAL_NAMES = {"phenomenon": "type"}
"""Attributes with another name in the official tables."""


def item_accuracies(
    trials: pd.DataFrame, groups: NDArray[np.int64] | None = None, *, pooling: Pooling = "mean"
) -> pd.DataFrame:
    """Average the trials of one table within (voice, item), then over the voices of each item.

    An item is a word (lexical: its pairs with several non-words are averaged first) or a pair (syntactic).

    :param trials: trials of one task and split.
    :param groups: shape (trials,): code 0 ... G-1 of the group within which each trial is averaged, negative to
        exclude it; default one group.
    :param pooling: headline scores, or sums of log-probabilities.
    :returns: one row per group and item, sorted: `group`, `item`, `cluster`, `pairs` (rows averaged), `accuracy`.
    """
    codes = np.zeros(len(trials), dtype=np.int64) if groups is None else groups
    kept = np.flatnonzero(codes >= 0)
    correct = verdict(trials, pooling).to_numpy(float)[kept]
    items, item_names = pd.factorize(trials["item"].iloc[kept], sort=True)
    voices, voice_names = pd.factorize(trials["voice"].iloc[kept], sort=True)
    cells, cell = np.unique((codes[kept] * len(item_names) + items) * len(voice_names) + voices, return_inverse=True)
    sizes = np.bincount(cell, minlength=len(cells))
    by_voice = np.bincount(cell, correct, minlength=len(cells)) / sizes
    rows, row, spoken = np.unique(cells // max(1, len(voice_names)), return_inverse=True, return_counts=True)
    first = np.empty(len(rows), dtype=np.int64)
    first[row[cell[::-1]]] = kept[::-1]
    return pd.DataFrame(
        {
            "group": rows // max(1, len(item_names)),
            "item": np.asarray(item_names, dtype=object)[rows % max(1, len(item_names))],
            "cluster": trials["cluster"].to_numpy(dtype=object)[first],
            "pairs": np.bincount(row, sizes, minlength=len(rows)).astype(np.int64),
            "accuracy": np.bincount(row, by_voice, minlength=len(rows)) / spoken,
        }
    )


def accuracy(trials: pd.DataFrame, *, pooling: Pooling = "mean") -> float:
    """Return the official accuracy of one task and split: the mean over items (words, or pairs: micro).

    :param trials: trials of one task and split.
    :param pooling: headline scores, or sums of log-probabilities.
    """
    return float(item_accuracies(trials, pooling=pooling)["accuracy"].mean())


def macro_accuracy(trials: pd.DataFrame, *, pooling: Pooling = "mean") -> float:
    """Return the mean over phenomena of their accuracies, as the paper describes it.

    :param trials: syntactic trials of one split.
    :param pooling: headline scores, or sums of log-probabilities.
    """
    return float(accuracy_by(trials, "phenomenon", pooling=pooling)["accuracy"].mean())


def accuracy_by(trials: pd.DataFrame, name: str, *, pooling: Pooling = "mean") -> pd.DataFrame:
    """Aggregate within each value of an attribute.

    :param trials: trials of one task and split.
    :param name: `phenomenon`, `frequency`, `length`, `voice`, or any column of the trials.
    :param pooling: headline scores, or sums of log-probabilities.
    :returns: the attribute, `n` (items), `accuracy`, `std` (between items, with denominator n - 1; NaN for one item).
    """
    codes, values = pd.factorize(attribute(trials, name), sort=True)
    items = item_accuracies(trials, codes, pooling=pooling).groupby("group")["accuracy"]
    return pd.DataFrame(
        {name: values, "n": items.size(), "accuracy": items.mean(), "std": items.std(ddof=1)}
    ).reset_index(drop=True)


def has_attribute(trials: pd.DataFrame, name: str) -> bool:
    """Return whether `attribute` knows this name for these trials, and at least one trial has a value of it."""
    column = OFFICIAL_NAMES.get(name, name)
    if column not in trials and not (name == "length" and "transcription" in trials):
        return False
    return bool(attribute(trials, name).notna().any())


def attribute(trials: pd.DataFrame, name: str) -> pd.Series:
    """Return the value of an attribute for each trial; missing if the trial has none.

    `frequency` is divided into `FREQUENCY_BANDS`; `length` is the number of phones of a word and the number of words
    of a sentence.

    :param trials: trials of one task and split.
    :param name: `phenomenon`, `frequency`, `length`, `voice`, or any column of the trials.
    """
    column = OFFICIAL_NAMES.get(name, name)
    if name == "frequency":
        counts = trials[column].astype("Float64").to_numpy(float, na_value=np.nan)
        cut = pd.cut(counts, FREQUENCY_EDGES, labels=FREQUENCY_BANDS, right=False)
        return pd.Series(cut, index=trials.index, name=name)
    if name == "length":
        length = (
            trials["length"].astype("Float64") if "length" in trials else pd.Series(pd.NA, trials.index, "Float64")
        )
        if "transcription" in trials:
            length = length.fillna(trials["transcription"].astype("string").str.split().str.len().astype("Float64"))
        return length.astype("Int64").rename(name)
    values = trials[column]
    if values.dtype == object or isinstance(values.dtype, pd.StringDtype):
        values = values.where(values != "")
    return values.rename(name)


class Spread(NamedTuple):
    """Spread of accuracy between voices, which a single average hides.

    :param std: standard deviation of the voices' accuracies (n - 1); NaN for one voice.
    :param lowest: accuracy of the voice with the lowest accuracy.
    :param highest: accuracy of the voice with the highest accuracy.
    """

    std: float
    lowest: float
    highest: float


def voice_spread(trials: pd.DataFrame, *, pooling: Pooling = "mean") -> Spread:
    """Return the spread of accuracy between the voices of one task and split."""
    values = trials.assign(voice=trials["voice"].replace("", "(written)"))
    accuracies = accuracy_by(values, "voice", pooling=pooling)["accuracy"]
    return Spread(float(accuracies.std(ddof=1)), float(accuracies.min()), float(accuracies.max()))


def tie_count(trials: pd.DataFrame, *, pooling: Pooling = "mean") -> int:
    """Return the number of trials whose members have exactly equal scores."""
    return int((verdict(trials, pooling) == 0.5).sum())
