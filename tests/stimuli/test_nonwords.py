from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from babyslm.stimuli.lexical.nonwords import NonWords
from babyslm.stimuli.phones.mergers import Homophones, Merger, Mergers
from babyslm.stimuli.words.phonotactics import Alphabet, Phonotactics
from babyslm.verify.stimuli.nonwords import DistanceError
from tests.stimuli.toy import CONSONANTS, VOWELS, toy_words

PHONES = Alphabet((*CONSONANTS, *VOWELS))
ALIKE = Mergers(PHONES, frozenset(VOWELS), (Merger(phones=["ɪ", "ʊ"]), Merger(phones=["p", "t"], before=["#"])))


def homophones(words: set[str], mergers: Mergers = ALIKE) -> Homophones:
    return Homophones.of(words, mergers)


def alike(string: str) -> str:
    """Merge ɪ with ʊ, and p with t at the end, by hand."""
    phones = string.replace("ʊ", "ɪ").split()
    return " ".join([*phones[:-1], "p" if phones[-1] == "t" else phones[-1]])


def naive_candidates(
    word: list[str], words: list[str], known: set[str], *, distance: int, skeleton: bool, legal: bool
) -> set[str]:
    """Try every string of the word's length."""
    taken = {alike(each) for each in known | set(words)}
    attested = set()
    for each in words:
        padded = ["#", *each.split(), "#"]
        attested |= {tuple(padded[i : i + 3]) for i in range(len(padded) - 2)}
    phones = sorted({phone for each in words for phone in each.split()})
    found = set()
    for string in product(phones, repeat=len(word)):
        padded = ["#", *string, "#"]
        if (
            Levenshtein.distance(string, word) <= distance
            and (not skeleton or all((a in VOWELS) == (b in VOWELS) for a, b in zip(string, word, strict=True)))
            and (not legal or all(tuple(padded[i : i + 3]) in attested for i in range(len(padded) - 2)))
            and alike(" ".join(string)) not in taken
        ):
            found.add(" ".join(string))
    return found


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([1, 2]), st.booleans(), st.booleans())
def test_the_search_finds_every_non_word_and_no_other(seed: int, distance: int, skeleton: bool, legal: bool) -> None:
    words = toy_words(25, seed)
    known = set(toy_words(10, seed + 1))
    phonotactics = Phonotactics.of(words, [1.0] * len(words))
    nonwords = NonWords(
        phonotactics,
        frozenset(VOWELS),
        homophones(known),
        max_distance=distance,
        same_skeleton=skeleton,
        legal_trigrams=legal,
    )
    for code in phonotactics.words[::6]:
        word = phonotactics.alphabet.decode(code).split()
        found = [phonotactics.alphabet.decode(row) for row in nonwords.candidates(code)]
        assert len(found) == len(set(found))
        expected = naive_candidates(word, words, known, distance=distance, skeleton=skeleton, legal=legal)
        assert set(found) == expected


def test_a_known_word_with_foreign_phones_is_no_obstacle() -> None:
    words = [f"{a} {b}" for a in CONSONANTS for b in VOWELS][1:]
    phonotactics = Phonotactics.of(words, [1.0] * len(words))
    plain = Mergers(PHONES, frozenset(VOWELS))
    nonwords = NonWords(phonotactics, frozenset(VOWELS), homophones({"ʁ æ"}, plain))
    assert [phonotactics.alphabet.decode(row) for row in nonwords.candidates(phonotactics.words[0])] == []
    nonwords = NonWords(phonotactics, frozenset(VOWELS), homophones(set(), plain), legal_trigrams=False)
    assert [phonotactics.alphabet.decode(row) for row in nonwords.candidates(phonotactics.words[0])] == ["p ɪ"]


@pytest.mark.parametrize("distance", [0, 3])
def test_a_distance_that_is_not_searched_is_refused(distance: int) -> None:
    phonotactics = Phonotactics.of(["p ɪ"], [1.0])
    with pytest.raises(DistanceError, match=f"max_distance is {distance}"):
        NonWords(phonotactics, frozenset(VOWELS), homophones(set()), max_distance=distance)
