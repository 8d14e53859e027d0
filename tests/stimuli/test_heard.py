"""Words and non-words that sound alike, over a whole set."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from babyslm.speech.synthesis.citation_sound import CitationSound, word_sounds
from babyslm.stimuli.lexical.build import LexicalBuild, build_lexical
from babyslm.stimuli.stimulus import SPLITS, Split
from babyslm.stimuli.syntactic.mirror import SentenceSound
from babyslm.stimuli.words.lexicon import load_lexicon
from babyslm.verify.speech.voices import MisheardError
from tests.stimuli.toy import NO_WORDS

LONG = {"aː", "iː", "s", "ʃ", "m", "æ", "b"}


def made_up(phones: Sequence[str]) -> NDArray[np.float64]:
    """Length and level of strings, by their phones alone; shape (strings, 1, 2)."""
    values = [[sum(0.1 + (p in LONG) for p in s.split()), sum(ord(p[0]) % 7 for p in s.split())] for s in phones]
    return np.array(values, dtype=np.float64)[:, None]


def made_up_sounds() -> dict[Split, list[SentenceSound]]:
    return {split: [made_up, made_up] for split in SPLITS}


def leaning(build: LexicalBuild) -> float:
    """Return how far the test's differences are from adding up to nothing, in units of their spread."""
    table = build.tables["test"]
    by_id = {correct: table[table["correct"] == correct].set_index("id")["phones"] for correct in (1, 0)}
    differences = (made_up(list(by_id[1])) - made_up(list(by_id[0].loc[by_id[1].index])))[:, 0]
    return float(np.sqrt(np.mean(differences.sum(axis=0) ** 2 / np.square(differences).sum(axis=0))))


def test_a_set_that_was_heard_leans_less_in_sound() -> None:
    lexicon = load_lexicon(language="en")
    deaf = build_lexical(lexicon, language="en", known=NO_WORDS, seed=0, most=120)
    heard = build_lexical(lexicon, language="en", known=NO_WORDS, seed=0, most=120, sounds=made_up_sounds)
    assert leaning(heard) < leaning(deaf) / 2
    assert heard.figures["kept"] > 0.9 * deaf.figures["kept"]


def test_what_is_heard_does_not_depend_on_the_workers() -> None:
    lexicon = load_lexicon(language="en")
    builds = [
        build_lexical(
            lexicon, language="en", known=NO_WORDS, seed=0, most=20, sounds=partial(word_sounds, "en"), workers=workers
        )
        for workers in (1, 2)
    ]
    assert all(builds[0].tables[split].equals(builds[1].tables[split]) for split in SPLITS)


def test_words_are_heard_in_the_voices_of_their_split_alone() -> None:
    voices = {split: {voice.name for each in sounds for voice in each.voices} for split, sounds in heard_in().items()}
    assert len(voices["dev"]) == 2
    assert len(voices["test"]) == 4
    assert not voices["dev"] & voices["test"]


def picky(phones: Sequence[str]) -> NDArray[np.float64]:
    for string in phones:
        if "ʃ" in string.split():
            raise MisheardError(string.split(), [])
    return made_up(phones)


def picky_sounds() -> dict[Split, list[SentenceSound]]:
    return {split: [picky] for split in SPLITS}


def test_a_non_word_that_cannot_be_spoken_is_not_taken() -> None:
    lexicon = load_lexicon(language="en")
    plain, heard = (
        build_lexical(lexicon, language="en", known=NO_WORDS, seed=0, most=60, sounds=sounds)
        for sounds in (made_up_sounds, picky_sounds)
    )

    def hissing(build: LexicalBuild) -> set[str]:
        rows = pd.concat(build.tables.values())
        hiss = rows["phones"].str.split().map(lambda phones: "ʃ" in phones)
        return set(rows.loc[hiss & (rows["correct"] == 0), "phones"])

    assert hissing(plain)
    assert not hissing(heard)


def heard_in() -> dict[Split, list[CitationSound]]:
    return {
        split: [sound for sound in sounds if isinstance(sound, CitationSound)]
        for split, sounds in word_sounds("en").items()
    }
