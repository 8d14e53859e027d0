"""Gold rows in several voices: official file names, one row per pair, member and voice."""

from collections.abc import Mapping

import pandas as pd

from babyslm.stimuli.stimulus import Task

__all__ = ["FORMANT", "spoken_name", "spoken_rows"]

JOINT = {"lexical": "-", "syntactic": "_"}

FORMANT = "formant"
"""The kind of voice that a table without the column `voice_kind` has."""


def spoken_name(name: str, voice: str, task: Task) -> str:
    """Return the official file name of a stimulus: `dog-emma` for a word, `The_good_mom_emma` for a sentence.

    :param name: name of the stimulus without voice.
    :param voice: the voice's name.
    :param task: lexical or syntactic.
    """
    return f"{name}{JOINT[task]}{voice}"


def spoken_rows(rows: pd.DataFrame, task: Task, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Return the gold rows of every voice, from rows without a voice.

    :param rows: official columns and further ones; `voice` empty, `filename` without a voice.
    :param task: lexical or syntactic.
    :param kinds: the kind of each voice, by its name.
    :returns: the rows, once per voice, in their order, with `voice` filled and appended to `filename`. If any
        voice is not a formant voice, the column `voice_kind` holds the kind of each.
    """
    spoken = pd.concat([_in_voice(rows, task, voice) for voice in kinds])
    order = spoken.assign(_row=[*range(len(rows))] * len(kinds)).sort_values(["_row", "voice"], kind="stable")
    table = order.drop(columns="_row").reset_index(drop=True)
    if set(kinds.values()) - {FORMANT}:
        table["voice_kind"] = table["voice"].map(dict(kinds))
    return table


def _in_voice(rows: pd.DataFrame, task: Task, voice: str) -> pd.DataFrame:
    names = [spoken_name(name, voice, task) for name in rows["filename"]]
    return rows.assign(voice=voice, filename=names)
