"""Small stimulus sets for tests, made row by row."""

from pathlib import Path

import pandas as pd

from babyslm.stimuli.stimulus_set import COLUMNS

VOICES = ("alice", "ben")

WORDS = [
    ("cat", "k æ t", 120, ["k æ p", "p æ t"]),
    ("dog", "d ɔ ɡ", 30, ["d ɔ b", "b ɔ ɡ"]),
    ("water", "w ɔ t ə ɹ", 4, ["w ɔ k ə ɹ", "w ɔ d ə n"]),
    ("null", "n ʌ l", 0, ["n ʌ f", "n ʌ z"]),
]

SENTENCES = [
    ("adj_noun_order", "The good mom", "The mom good"),
    ("adj_noun_order", "The red dog", "The dog red"),
    ("noun_verb_agreement", "The mom sees the dad", "The mom see the dad"),
    ("noun_verb_agreement", "The moms see the dad", "The moms sees the dad"),
]


def lexical_rows(voices: tuple[str, ...] = VOICES) -> pd.DataFrame:
    rows = []
    number = 0
    for word, phones, frequency, others in WORDS:
        for other in others:
            number += 7
            for voice in voices:
                tail = f"-{voice}" if voice else ""
                length = len(phones.split())
                rows.append((number, word + tail, voice, frequency, word, phones, length, 1))
                rows.append((number, other.replace(" ", "_") + tail, voice, "", "", other, length, 0))
    return pd.DataFrame(rows, columns=list(COLUMNS["lexical"])).astype(str)


def syntactic_rows(voices: tuple[str, ...] = VOICES) -> pd.DataFrame:
    rows = []
    for number, (phenomenon, good, bad) in enumerate(SENTENCES):
        for voice in voices:
            tail = f"_{voice}" if voice else ""
            for correct, sentence in ((1, good), (0, bad)):
                name = sentence.replace(" ", "_") + tail
                rows.append((number, name, voice, phenomenon, phenomenon, correct, sentence))
    return pd.DataFrame(rows, columns=list(COLUMNS["syntactic"])).astype(str)


def write_set(folder: Path, *, voices: tuple[str, ...] = VOICES, split: str = "dev") -> Path:
    """Write a small set in the official layout and return its folder."""
    for task, rows in (("lexical", lexical_rows(voices)), ("syntactic", syntactic_rows(voices))):
        place = folder / task / split
        place.mkdir(parents=True)
        rows.to_csv(place / "gold.csv", index=False)
    return folder
