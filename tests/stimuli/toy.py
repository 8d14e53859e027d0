"""A small made-up language for tests: five consonants, three vowels, words of two to five phones."""

import numpy as np
import pandas as pd

from babyslm.stimuli.words.known import KnownWords
from babyslm.stimuli.words.phonotactics import Phonotactics

CONSONANTS = ("p", "t", "k", "s", "m")
VOWELS = ("ɪ", "æ", "ʊ")

NO_WORDS = KnownWords.of("en", [])
"""Nobody knows a word of the made-up language but those of its lexicon."""


def toy_words(number: int, seed: int, lengths: tuple[int, ...] = (2, 3, 4, 5)) -> list[str]:
    draw = np.random.default_rng(seed)
    words = set()
    while len(words) < number:
        vowel = bool(draw.integers(2))
        phones = []
        for _ in range(int(draw.choice(lengths))):
            phones.append(str(draw.choice(VOWELS if vowel else CONSONANTS)))
            vowel = not vowel if draw.random() < 0.85 else vowel
        words.add(" ".join(phones))
    return sorted(words)


def toy_phonotactics(number: int = 60, seed: int = 0) -> Phonotactics:
    words = toy_words(number, seed)
    return Phonotactics.of(words, np.random.default_rng(seed).integers(1, 50, len(words)).tolist())


class ToyLexicon:
    """A lexicon of made-up words, spelled by their phones' letters and a number."""

    def __init__(self, words: list[str], seed: int = 0, *, counted: bool = True) -> None:
        frequency = pd.array(np.random.default_rng(seed).integers(1, 200, len(words)), dtype="Int64")
        self.table = pd.DataFrame(
            {
                "phones": words,
                "word": [f"word{number}" for number in range(len(words))],
                "frequency": frequency if counted else pd.array([pd.NA] * len(words), dtype="Int64"),
                "age_band": ["12-18", "36-60"] * (len(words) // 2) + ["18-24"] * (len(words) % 2),
            }
        )

    def words(self) -> pd.DataFrame:
        return self.table
