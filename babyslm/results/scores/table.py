"""Scores as a table: one row per stimulus, with headline score, sum and number of symbols."""

from collections.abc import Sequence

import pandas as pd

from babyslm.models.protocol import Pooling, ScoreBatch
from babyslm.stimuli.stimulus_set import StimulusTable

__all__ = ["SCORE_COLUMNS", "names_by_voice", "official_order", "score_table"]

SCORE_COLUMNS = ("score", "log_probability", "symbols")


def score_table(names: Sequence[str], batch: ScoreBatch, *, pooling: Pooling = "mean") -> pd.DataFrame:
    """Build a table of a learner's scores, indexed by stimulus name.

    :param names: names of the stimuli, in the order of the batch.
    :param batch: sums of log-probabilities in nats, and numbers of symbols if known.
    :param pooling: definition of the headline `score`; default the mean over symbols, as in the official scripts.
    :returns: columns `score`, `log_probability` (nats; NaN if the number of symbols is unknown, because the score is
        then of unknown pooling) and `symbols` (nullable integer).
    """
    known = batch.symbols is not None
    return pd.DataFrame(
        {
            "score": batch.pooled(pooling),
            "log_probability": batch.log_probability if known else float("nan"),
            "symbols": pd.array(batch.symbols if known else [pd.NA] * len(names), dtype="Int64"),
        },
        index=pd.Index(list(names), name="filename", dtype=object),
    )


def names_by_voice(table: StimulusTable) -> dict[str, set[str]]:
    """Return the names of the stimuli of each voice."""
    names = pd.Series(table.rows["filename"].to_numpy(dtype=object))
    return {str(voice): set(own) for voice, own in names.groupby(table.rows["voice"].to_numpy(dtype=object))}


def official_order(scores: pd.DataFrame, table: StimulusTable) -> pd.DataFrame:
    """Convert scores to the order and form that the official scripts read.

    Scores of all voices: one line per file name, in the order of the gold table. Scores of one voice of several (the
    text form): one line per row of that voice, repeated names included, because those scripts join by position.

    :param scores: table indexed by name, as `babyslm.results.scores.trials.make_trials` accepts it.
    :param table: the stimuli.
    """
    scores = scores.loc[~scores.index.duplicated()]
    places = scores.index.get_indexer(table.rows["filename"].to_numpy(dtype=object))
    voices = table.rows["voice"].to_numpy(dtype=object)[places >= 0]
    places = places[places >= 0]
    if not (len(table.voices) > 1 and len(set(voices)) == 1):
        places = pd.unique(places)
    return scores.iloc[places]
