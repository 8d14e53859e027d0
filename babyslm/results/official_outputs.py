"""Output files of the official scripts, for comparison with published results."""

from pathlib import Path

import numpy as np
import pandas as pd

from babyslm.files import atomic_file, write_text
from babyslm.results.statistics.aggregate import accuracy
from babyslm.stimuli.stimulus_set import StimulusTable

__all__ = ["official_tables", "write_official_outputs"]

OFFICIAL_BANDS = ("oov", "1-5", "6-20", "21-100", ">100")
"""Labels of the published tables. They differ from the actual bands: see `babyslm.results.statistics.aggregate`."""
EDGES = (0, 1, 5, 20, 100, np.inf)


def write_official_outputs(trials: pd.DataFrame, table: StimulusTable, folder: Path) -> list[Path]:
    """Write `overall_accuracy_*.txt` and `score_*.csv` of one task and split, with 4 decimals as published.

    :param trials: output of `babyslm.results.scores.trials.make_trials`.
    :param table: the stimuli; the order of its rows is the order of the trials in the file.
    :param folder: output folder.
    :returns: the files.
    """
    stem = f"{table.task}_{table.split}"
    overall = folder / f"overall_accuracy_{stem}.txt"
    write_text(overall, f"{accuracy(trials)!r}\n")
    paths = [overall]
    for name, frame in official_tables(trials, table).items():
        path = folder / f"score_{stem}_{name}.csv"
        with atomic_file(path) as temporary:
            frame.to_csv(temporary, index=False, float_format="%.4f", lineterminator="\n", encoding="utf-8")
        paths.append(path)
    return paths


def official_tables(trials: pd.DataFrame, table: StimulusTable) -> dict[str, pd.DataFrame]:
    """Return the official tables by name: `all_trials`, `by_pair`, and `by_frequency`, `by_length` or `by_type`.

    :param trials: output of `babyslm.results.scores.trials.make_trials`.
    :param table: the stimuli; the order of its rows is the order of the trials.
    """
    order = table.rows.loc[table.rows["correct"] == 1, ["id", "voice"]]
    ordered = order.merge(trials, on=["id", "voice"], how="inner", validate="one_to_one")
    return _lexical(ordered) if table.task == "lexical" else _syntactic(ordered)


def _statistics(scores: pd.Series, by: pd.Series) -> pd.DataFrame:
    return scores.groupby(by, observed=False).agg(n="count", score="mean", std="std").reset_index()


def _lexical(trials: pd.DataFrame) -> dict[str, pd.DataFrame]:
    all_trials = pd.DataFrame(
        {
            "id": trials["id"],
            "voice": trials["voice"],
            "frequency": trials["frequency"],
            "word": trials["item"],
            "length": trials["length"],
            "score word": trials["good_score"],
            "non word": trials["bad_phones"],
            "score non word": trials["bad_score"],
            "score": trials["correct"],
        }
    )
    by_voice = (
        all_trials.groupby(["voice", "word"], sort=True)
        .agg(
            non_words=("non word", "/".join),
            frequency=("frequency", "first"),
            length=("length", "first"),
            score=("score", "mean"),
        )
        .reset_index()
    )
    words = (
        by_voice.groupby("word", sort=True)
        .agg(
            non_words=("non_words", "first"),
            frequency=("frequency", "first"),
            length=("length", "first"),
            voices=("voice", "/".join),
            score=("score", "mean"),
        )
        .reset_index()
        .rename(columns={"non_words": "non words"})
    )
    bands = pd.cut(
        words["frequency"].astype("Float64").to_numpy(float, na_value=np.nan),
        EDGES,
        labels=OFFICIAL_BANDS,
        right=False,
    )
    return {
        "all_trials": all_trials,
        "by_pair": words[["word", "non words", "voices", "score"]],
        "by_frequency": _statistics(words["score"], pd.Series(bands, name="frequency")),
        "by_length": _statistics(words["score"], words["length"]),
    }


def _syntactic(trials: pd.DataFrame) -> dict[str, pd.DataFrame]:
    all_trials = pd.DataFrame(
        {
            "id": trials["id"],
            "voice": trials["voice"],
            "type": trials["type"],
            "subtype": trials["subtype"],
            "sentence": trials["transcription"],
            "score sentence": trials["good_score"],
            "non sentence": trials["bad_transcription"],
            "score non sentence": trials["bad_score"],
            "score": trials["correct"],
        }
    )
    keyed = all_trials.assign(id=_numbers(all_trials["id"]))
    pairs = (
        keyed.groupby(["type", "subtype", "id"], sort=True)
        .agg(sentence=("sentence", "first"), non=("non sentence", "first"), score=("score", "mean"))
        .reset_index()
    )
    return {
        "all_trials": all_trials,
        "by_pair": pairs[["sentence", "non", "score"]].rename(columns={"non": "non sentence"}),
        "by_type": _statistics(pairs["score"], pairs["type"]),
    }


def _numbers(ids: pd.Series) -> pd.Series:
    """Convert integer ids to numbers, so that they sort as in a reader that infers types."""
    return ids.astype("int64") if ids.astype(str).str.fullmatch(r"\d{1,18}").all() else ids
