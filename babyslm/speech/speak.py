"""Synthesis of a stimulus table: each pair in each voice, each distinct sound once."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

import pandas as pd

from babyslm.speech.conditions.condition import Surroundings
from babyslm.speech.conditions.conditioned import ConditionedSynthesizer
from babyslm.speech.conditions.scenes import find_scenes
from babyslm.speech.synthesis.citation import CitationSynthesizer
from babyslm.speech.synthesis.many import synthesize
from babyslm.speech.synthesis.speaker import Speaker
from babyslm.speech.synthesis.synthesizer import EspeakSynthesizer, Synthesizer, Utterance
from babyslm.stimuli.stimulus import Task
from babyslm.stimuli.voiced import spoken_name, spoken_rows
from babyslm.verify.speech.voices import SpokenTableError

__all__ = ["PROSODIES", "Prosody", "speak_table", "spoken_name"]

Prosody = Literal["citation", "sentence"]
PROSODIES: tuple[Prosody, ...] = get_args(Prosody)
"""`citation`: the words of a sentence in isolation (see `synthesis/citation.py`); `sentence`: connected speech."""


def speak_table(
    rows: pd.DataFrame,
    task: Task,
    folder: Path,
    voices: Sequence[Speaker],
    *,
    workers: int = 1,
    synthesizer: Synthesizer | None = None,
    surroundings: Surroundings | None = None,
    prosody: Prosody = "citation",
) -> pd.DataFrame:
    """Synthesise gold rows without sound in each voice and return the rows of the spoken table.

    :param rows: official columns and `phones`, `|` between words; `voice` empty, `filename` without a voice.
    :param task: lexical or syntactic.
    :param folder: folder of the files `<filename>.wav`, 16 kHz mono 16-bit PCM.
    :param voices: the voices, all of one language.
    :param workers: number of processes; the files do not depend on it.
    :param synthesizer: the synthesiser, of all voices; default the embedded voices.
    :param surroundings: the acoustic condition; default clean. Both members of a pair, and pairs that share a
        stimulus, have the same room and noise.
    :param prosody: prosody of sentences; `sentence` gives natural melody and rhythm, which alone often identify the
        grammatical sentence.
    :returns: the rows of `spoken_rows`.
    :raises SpokenTableError: if rows already have a voice, or have no phones.
    """
    _verify_unspoken(rows, folder)
    table = spoken_rows(rows, task, {voice.name: voice.kind for voice in voices})
    by_name = {voice.name: voice for voice in voices}
    text = table["word"] if task == "lexical" else table["transcription"]
    columns = (table["filename"], table["phones"], table["voice"], text, find_scenes(table))
    utterances = {
        folder / f"{name}.wav": Utterance(tuple(phones.split()), by_name[voice], spelling or None, scene)
        for name, phones, voice, spelling, scene in zip(*columns, strict=True)
    }
    speaker: Synthesizer = synthesizer or EspeakSynthesizer()
    if task == "syntactic" and prosody == "citation":
        speaker = CitationSynthesizer(speaker)
    if surroundings is not None:
        surroundings.prepare()
        speaker = ConditionedSynthesizer(speaker, surroundings)
    items = sorted(utterances.items(), key=lambda item: item[0])
    synthesize(items, workers=workers, synthesizer=speaker, description=f"{task} speech")
    return table


def _verify_unspoken(rows: pd.DataFrame, folder: Path) -> None:
    spoken = rows[rows["voice"] != ""]
    if len(spoken):
        raise SpokenTableError(folder, list(spoken["filename"]), "already have a voice")
    if "phones" not in rows:
        raise SpokenTableError(folder, list(rows["filename"]), "have no phones (the table lacks the column)")
    silent = rows[rows["phones"].str.strip(" |") == ""]
    if len(silent):
        raise SpokenTableError(folder, list(silent["filename"]), "have no phones")
    variants = rows.groupby("filename", sort=True)["phones"].nunique()
    if (variants > 1).any():
        raise SpokenTableError(folder, list(variants.index[variants > 1]), "share a file name but not their phones")
