import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from babyslm.stimuli.words.neighbours import CLOSEST, Neighbours
from babyslm.stimuli.words.phonotactics import Alphabet, Phonotactics
from tests.stimuli.toy import toy_phonotactics, toy_words


def naive_log_probability(word: str, words: list[str], weights: list[float], order: int, phones: int) -> float:
    def ngrams(phones: str) -> list[tuple[str, ...]]:
        padded = ["#"] * (order - 1) + phones.split() + ["#"]
        return [tuple(padded[i : i + order]) for i in range(len(padded) - order + 1)]

    count: Counter[tuple[str, ...]] = Counter()
    total: Counter[tuple[str, ...]] = Counter()
    for each, weight in zip(words, weights, strict=True):
        for ngram in ngrams(each):
            count[ngram] += weight
            total[ngram[:-1]] += weight
    return sum(math.log((count[g] + 1) / (total[g[:-1]] + phones + 1)) for g in ngrams(word))


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("weight", ["token", "type"])
def test_the_ngram_agrees_with_a_count_by_hand(order: int, weight: str) -> None:
    phonotactics = toy_phonotactics()
    words = [phonotactics.alphabet.decode(word) for word in phonotactics.words]
    weights = list(phonotactics.frequencies) if weight == "token" else [1.0] * len(words)
    model = phonotactics.ngram(order, weight)
    for asked in [*words[:10], *toy_words(10, 99)]:
        codes = phonotactics.alphabet.encode(asked)[None]
        expected = naive_log_probability(asked, words, weights, order, len(phonotactics.alphabet.phones))
        assert model.score(codes)[0] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_what_may_follow_a_history_sums_to_one(order: int) -> None:
    phonotactics = toy_phonotactics()
    model = phonotactics.ngram(order, "token")
    history = phonotactics.words[-1][:3]
    phones = range(1, len(phonotactics.alphabet.phones) + 1)
    following = [np.exp(model.terms(np.append(history, phone).astype(np.uint8)[None])[0, 3]) for phone in phones]
    closing = np.exp(model.terms(history[None])[0, 3])
    assert sum(following) + closing == pytest.approx(1)


def test_an_ngram_of_no_words_knows_nothing() -> None:
    empty = Phonotactics.of([], [], Alphabet(("a", "b", "c")))
    assert empty.ngram(4, "type").score(np.array([[1, 2]], dtype=np.uint8))[0] == pytest.approx(3 * math.log(1 / 4))


def test_exactly_the_trigrams_of_words_are_attested() -> None:
    phonotactics = toy_phonotactics(12)
    coded = {"#": 0, **phonotactics.alphabet.code}
    expected = set()
    for word in phonotactics.words:
        padded = ["#", *phonotactics.alphabet.decode(word).split(), "#"]
        expected |= {tuple(coded[phone] for phone in padded[i : i + 3]) for i in range(len(padded) - 2)}
    assert {tuple(found) for found in np.argwhere(phonotactics.attested).tolist()} == expected


@given(st.integers(0, 1000), st.integers(1, 40))
def test_neighbours_agree_with_a_comparison_one_by_one(seed: int, number: int) -> None:
    alphabet = Alphabet(("p", "t", "k", "s", "m", "ɪ", "æ", "ʊ"))
    words = toy_words(number, seed)
    neighbours = Neighbours(tuple(alphabet.encode(word) for word in words))
    for asked in [*words[:3], *toy_words(3, seed + 1, (3,)), "p p p"]:
        codes = alphabet.encode(asked)[None]
        distances = sorted(Levenshtein.distance(asked.split(), word.split()) for word in words if word != asked)
        assert neighbours.contains(codes)[0] == (asked in words)
        assert neighbours.density(codes)[0] == distances.count(1)
        closest = distances[:CLOSEST]
        assert neighbours.old20(codes)[0] == pytest.approx(sum(closest) / max(len(closest), 1))


def test_many_strings_are_compared_as_each_alone() -> None:
    phonotactics = toy_phonotactics(200)
    neighbours = Neighbours(phonotactics.words)
    codes = np.stack([phonotactics.alphabet.encode(word) for word in toy_words(60, 5, (4,))] * 6)
    together = neighbours.old20(codes)
    assert together.tolist() == [float(neighbours.old20(row[None])[0]) for row in codes]
