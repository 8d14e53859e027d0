"""Hearing of a set by a recogniser of phones: in its audit, and while it is built."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from babyslm.files import sha256_file
from babyslm.models.folder import WEIGHTS_NAME
from babyslm.models.recogniser.recogniser import Recogniser, load_recogniser
from babyslm.speech.cast import Cast
from babyslm.speech.ear import Ear
from babyslm.speech.said import hear_table, unlike_asked, usual_errors
from babyslm.stimuli.stimulus_set import StimulusTable
from babyslm.verify.speech.said import RecogniserLanguageError

__all__ = ["HeardSentences", "describe_recogniser", "drop_blocks", "find_recogniser", "open_ear"]


def find_recogniser(folder: Path, language: str) -> Recogniser:
    """Load a recogniser; one of another language is a `RecogniserLanguageError`.

    :param folder: model folder.
    :param language: language of the set, of which the first two letters count.
    """
    recogniser = load_recogniser(folder, device="cpu")
    if recogniser.language != language[:2]:
        raise RecogniserLanguageError(str(folder), recogniser.language, language)
    return recogniser


def describe_recogniser(folder: Path, recogniser: Recogniser) -> dict[str, str]:
    """Return what a card says of a recogniser: its name and the SHA-256 of its weights."""
    return {"name": recogniser.name, "sha256": sha256_file(folder / WEIGHTS_NAME)}


def open_ear(folder: Path, cast: Cast, language: str, workers: int) -> Ear:
    """Return the ear for the choice of words and non-words.

    :param folder: model folder of the recogniser.
    :param cast: the voices of the set.
    :param language: of the set.
    :param workers: number of processes.
    """
    return Ear(cast.voices, cast.synthesizer, partial(find_recogniser, folder, language), language, workers)


@dataclass(frozen=True)
class HeardSentences:
    """Sentences that a recogniser has heard, without those that are not said as asked.

    :param rows: rows of the table that are kept.
    :param figures: phone error by voice, number of pairs left out, and the items for which they were.
    """

    rows: pd.DataFrame
    figures: dict[str, Any]


def drop_blocks(table: StimulusTable, recogniser: Recogniser, sizes: Mapping[str, int]) -> HeardSentences:
    """Leave out sentences that are not said as asked in some voice, with their whole block, in all voices.

    The pairs of a block are balanced by themselves, so that the others stay balanced. Sound files that no row names
    any longer are deleted.

    :param table: a syntactic table with sound.
    :param recogniser: the recogniser.
    :param sizes: pairs in a block, by phenomenon.
    """
    heard = hear_table(table, recogniser)
    usual = usual_errors(heard)
    unlike = heard[unlike_asked(heard, usual)].sort_values("file")
    rows = table.rows
    number = rows["id"].str.rsplit("-", n=1).str[-1].astype(int) - 1
    block = rows["type"] + " " + (number // rows["type"].map(dict(sizes)).astype(int)).astype(str)
    dropped = block.isin(block[rows["filename"].isin(unlike["file"])])
    kept = rows[~dropped].reset_index(drop=True)
    kept.attrs.update(rows.attrs)
    assert table.folder is not None
    for name in sorted(set(rows["filename"]) - set(kept["filename"])):
        path = table.audio_path(name)
        if path is not None:
            path.unlink(missing_ok=True)
    figures = {
        "phone_error": {voice: {"error": round(each.error, 4), "items": each.items} for voice, each in usual.items()},
        "pairs_left_out": int(rows.loc[dropped, "id"].nunique()),
        "left_out": [
            {"file": row.file, "voice": row.voice, "asked": row.asked, "heard": row.heard}
            for row in unlike.itertuples()
        ],
    }
    return HeardSentences(kept, figures)
