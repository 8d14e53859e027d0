"""Data that a page loads on demand: the pairs of a table, and each learner's verdicts on them."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from babyslm.leaderboard.board.board import Entry, TableScores, Track, TrackTable
from babyslm.leaderboard.board.gather import item_scores
from babyslm.leaderboard.site.figures import readable
from babyslm.leaderboard.site.sounds import Sounds
from babyslm.leaderboard.site.tracks import table_key
from babyslm.results.statistics.aggregate import attribute, has_attribute
from babyslm.results.statistics.clusters import cluster_codes
from babyslm.results.statistics.summary import ATTRIBUTES

__all__ = ["SCORED_ROWS", "learner_record", "table_record"]

OF_VOICES = {"voice", "voice_kind"}
"""Attributes that differ between the rows of a pair."""

SCORED_ROWS = 60_000
"""For tables with more rows than this only verdicts are written, to limit the data that a browser loads."""

MARKS = np.array(["0", "1", "2", "-"])
"""Characters by verdict: wrong, tie, right and, at -1, not scored."""


def table_record(table: TrackTable, sounds: Sounds | None) -> dict[str, Any]:
    """Return the pairs of a table, column by column.

    For each pair: its texts, phones and attributes. For each row (pair and voice): its pair, voice, item and cluster,
    numbered as in the official aggregation, and the names of its sounds.

    :param table: table of the track.
    :param sounds: location of its sounds; None if it has none.
    """
    rows = table.pairs
    first = ~rows["id"].duplicated()
    pairs = rows[first]
    numbers = pd.Series(np.arange(len(pairs)), index=pairs["id"])
    voices, voice_names = pd.factorize(rows["voice"], sort=True)
    items = rows["item"]
    return {
        "task": table.task,
        "count": len(pairs),
        "pairs": {
            "id": _texts(pairs["id"]),
            "good": _texts(pairs["word"] if table.task == "lexical" else pairs["transcription"]),
            "bad": _texts(_bad_texts(table, pairs)),
            **({"goodPhones": _texts(pairs["phones"])} if "phones" in pairs else {}),
            **({"badPhones": _texts(pairs["bad_phones"])} if "bad_phones" in pairs else {}),
        },
        "attributes": {
            name: _codes(attribute(pairs, name))
            for name in ATTRIBUTES
            if name not in OF_VOICES and has_attribute(pairs, name)
        },
        "rows": {
            "pair": numbers.loc[rows["id"]].tolist(),
            "voice": voices.tolist(),
            "item": pd.factorize(items, sort=True)[0].tolist(),
            "cluster": cluster_codes(items, rows["cluster"]).tolist(),
            **(sounds.record(rows) if sounds else {}),
        },
        "voices": [str(name) for name in voice_names],
        "sounds": sounds.base if sounds else None,
    }


def learner_record(entry: Entry, tracks: dict[str, Track]) -> dict[str, Any]:
    """Return a learner's verdict on every row of its tables, and its scores if there are not too many.

    :param entry: the learner.
    :param tracks: tracks of the board.
    """
    tables = {}
    for (key, task), scores in sorted(entry.scores.items()):
        table = tracks[key].tables[task]
        record: dict[str, Any] = {"verdicts": _marks(scores.verdicts)}
        if len(table.pairs) <= SCORED_ROWS:
            record |= _scores(scores, table)
        tables[table_key(key, task)] = record
    return {"slug": entry.slug, "label": entry.label, "tables": tables}


def _scores(scores: TableScores, table: TrackTable) -> dict[str, list[float | None]]:
    found = item_scores(scores, table).reindex(table.pairs.index)
    return {
        side: [None if value != value else float(f"{value:.5g}") for value in found[f"{side}_score"].tolist()]  # noqa: PLR0124
        for side in ("good", "bad")
    }


def _marks(verdicts: NDArray[np.int8]) -> str:
    return "".join(MARKS[verdicts.astype(np.int64)].tolist())


def _texts(values: pd.Series) -> list[str]:
    return [str(value) for value in values.fillna("").tolist()]


def _bad_texts(table: TrackTable, pairs: pd.DataFrame) -> pd.Series:
    """Return the spelling of the bad member; a non-word may have none."""
    if table.task == "syntactic":
        return pairs["bad_transcription"]
    spelled = table.stimuli.rows.drop_duplicates("filename").set_index("filename")["word"]
    return pairs["bad"].map(spelled)


def _codes(values: pd.Series) -> dict[str, list[Any]]:
    codes, names = pd.factorize(values, sort=True)
    return {"names": [readable(name) for name in names], "codes": codes.tolist()}
