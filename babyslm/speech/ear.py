"""A recogniser's ear for the choice of words and non-words: which of them are not said as asked in some voice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from babyslm.engines import in_processes
from babyslm.progress import bar
from babyslm.speech.said import Transcriber, Usual, heard_rows, unlike_asked, usual_errors
from babyslm.speech.synthesis.mnemonics import load_mnemonics
from babyslm.speech.synthesis.speaker import Speaker
from babyslm.speech.synthesis.synthesizer import Synthesizer, Utterance
from babyslm.stimuli.stimulus import Split
from babyslm.verify.speech.neural import SilentModelError
from babyslm.verify.speech.voices import MisheardError

__all__ = ["Ear"]

CHUNK = 64
"""Utterances spoken and transcribed as one task."""

_Task = tuple[Synthesizer, Sequence[Utterance]]


@dataclass
class Ear:
    """Hears words and non-words in every voice of their split; no file is written.

    The usual phone errors of the voices are those of the items that are heard first, so that items heard later do not
    change the rule. A string is conspicuous if it is in any voice.

    :param voices: by split.
    :param synthesizer: speaks with all of them.
    :param transcriber: loads the recogniser; called once in each worker.
    :param language: two-letter code.
    :param workers: number of processes; the result does not depend on it.
    """

    voices: Mapping[Split, Sequence[Speaker]]
    synthesizer: Synthesizer
    transcriber: Callable[[], Transcriber]
    language: str
    workers: int = 1
    usual: dict[Split, dict[str, Usual]] = field(default_factory=dict, init=False)
    heard: dict[Split, pd.DataFrame] = field(default_factory=dict, init=False)

    def __call__(self, asked: Mapping[Split, Sequence[str]]) -> dict[Split, frozenset[str]]:
        """Return, by split, the conspicuous strings among those asked for; each is heard once.

        :param asked: phone strings of words and non-words.
        """
        found = {}
        for split, strings in asked.items():
            rows = self.heard.get(split)
            known = set() if rows is None else set(rows["file"])
            wanted = [string for string in strings if string not in known]
            if rows is None or wanted:
                new = self._listen(split, wanted)
                rows = new if rows is None else pd.concat([rows, new], ignore_index=True)
            if split not in self.usual:
                self.usual[split] = usual_errors(rows)
            self.heard[split] = rows
            unlike = rows["file"][unlike_asked(rows, self.usual[split])]
            found[split] = frozenset(unlike) & frozenset(strings)
        return found

    def _listen(self, split: Split, strings: Sequence[str]) -> pd.DataFrame:
        utterances = [Utterance(tuple(string.split()), voice) for string in strings for voice in self.voices[split]]
        tasks: list[_Task] = [
            (self.synthesizer, utterances[start : start + CHUNK]) for start in range(0, len(utterances), CHUNK)
        ]
        audible = load_mnemonics(self.language).audible
        heard: list[tuple[str, ...]] = []
        with bar(f"{split} items heard", len(utterances)) as progress:
            for part in in_processes(_transcribe, tasks, workers=self.workers, setup=self.transcriber):
                heard += [audible(phones) for phones in part]
                progress.advance(len(part))
        files = [" ".join(utterance.phones) for utterance in utterances]
        voices = [utterance.voice.name for utterance in utterances]
        return heard_rows(files, voices, [audible(utterance.phones) for utterance in utterances], heard)

    def as_dict(self) -> dict[str, Any]:
        """Return what the card says: phone errors by voice, and the items that were left out."""
        told: dict[str, Any] = {"phone_error": {}, "left_out": []}
        for split, rows in self.heard.items():
            told["phone_error"][split] = {
                voice: {"error": round(usual.error, 4), "items": usual.items}
                for voice, usual in self.usual[split].items()
            }
            unlike = rows[unlike_asked(rows, self.usual[split])].sort_values(["asked", "voice"])
            told["left_out"] += [
                {"split": split, "voice": row.voice, "asked": row.asked, "heard": row.heard}
                for row in unlike.itertuples()
            ]
        told["items_left_out"] = {
            split: int(np.unique([row["asked"] for row in told["left_out"] if row["split"] == split]).size)
            for split in self.heard
        }
        return told


def _transcribe(recogniser: Transcriber, task: _Task) -> list[tuple[str, ...]]:
    """Speak and transcribe utterances; one that cannot be spoken is heard as nothing."""
    synthesizer, utterances = task
    spoken, places = [], []
    for place, utterance in enumerate(utterances):
        try:
            spoken.append(synthesizer.speak(utterance).waveform)
            places.append(place)
        except (MisheardError, SilentModelError):
            continue
    found: list[tuple[str, ...]] = [()] * len(utterances)
    for place, phones in zip(places, recogniser.transcribe(spoken), strict=True):
        found[place] = phones
    return found
