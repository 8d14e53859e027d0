"""Trials: one row per pair and voice, with both scores and the outcome."""

import numpy as np
import pandas as pd

from babyslm.models.protocol import Pooling
from babyslm.results.scores.table import names_by_voice
from babyslm.stimuli.stimulus_set import StimulusTable
from babyslm.verify.results.scores import verify_coverage, verify_finite

__all__ = ["TRIAL_COLUMNS", "make_trials", "verdict"]

TRIAL_COLUMNS = (
    "task",
    "split",
    "id",
    "voice",
    "good",
    "bad",
    "good_score",
    "bad_score",
    "good_sum",
    "bad_sum",
    "good_symbols",
    "bad_symbols",
    "correct",
    "item",
)
"""First columns of every table of trials; the attributes of the pair and its cluster follow."""


def make_trials(table: StimulusTable, scores: pd.DataFrame) -> pd.DataFrame:
    """Join pairs and scores by id, never by position.

    If the scores cover exactly one voice of several (a text learner), the trials are those of that voice.

    :param table: the stimuli.
    :param scores: indexed by stimulus name, columns `score`, `log_probability`, `symbols`.
    :returns: `TRIAL_COLUMNS`, then the columns of `table.pairs`. `correct` is 1, 0.5 for a tie, or 0, by exact
        comparison of floats; `item` is the unit of the official average: the word, or the pair.
    """
    place = f"scores of {table.task}/{table.split}"
    scores = scores.loc[~scores.index.duplicated()]
    voices = verify_coverage(place, list(scores.index), names_by_voice(table))
    verify_finite(place, dict(zip(scores.index, scores["score"].astype(float).tolist(), strict=True)))
    pairs = table.pairs
    pairs = pairs[pairs["voice"].isin(voices)].reset_index(drop=True)
    good, bad = scores.loc[pairs["good"].to_numpy()], scores.loc[pairs["bad"].to_numpy()]
    trials = pd.DataFrame({"task": table.task, "split": table.split}, index=pairs.index)
    trials[["id", "voice", "good", "bad"]] = pairs[["id", "voice", "good", "bad"]]
    for side, values in (("good", good), ("bad", bad)):
        trials[f"{side}_score"] = values["score"].to_numpy(float)
        trials[f"{side}_sum"] = values["log_probability"].to_numpy(float)
        trials[f"{side}_symbols"] = values["symbols"].astype("Int64").array
    trials["correct"] = verdict(trials, "mean")
    trials["item"] = pairs[_item_column(table)]
    rest = [column for column in pairs.columns if column not in trials.columns]
    return pd.concat([trials[list(TRIAL_COLUMNS)], pairs[rest]], axis=1)


def verdict(trials: pd.DataFrame, pooling: Pooling) -> pd.Series:
    """Return 1 if the good member scores higher, 0.5 if both scores are equal, 0 otherwise.

    :param trials: rows with the scores or sums of both members.
    :param pooling: compare the headline scores (`mean`) or the sums of log-probabilities; an unknown sum gives NaN.
    """
    suffix = "score" if pooling == "mean" else "sum"
    good, bad = trials[f"good_{suffix}"].to_numpy(float), trials[f"bad_{suffix}"].to_numpy(float)
    value = (good > bad) + 0.5 * (good == bad)
    return pd.Series(np.where(np.isnan(good) | np.isnan(bad), np.nan, value), index=trials.index)


def _item_column(table: StimulusTable) -> str:
    """Return the name of the column that the official scripts average over.

    Pairs for sentences. Words for words: by phones if no non-word has a spelling, otherwise by spelling.
    """
    if table.task == "syntactic":
        return "id"
    spelled = table.rows.loc[table.rows["correct"] == 0, "word"] != ""
    return "word" if spelled.any() else "phones"
