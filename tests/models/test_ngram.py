"""N-grams against a naive dictionary implementation, nltk, and the laws of probability."""

import itertools
import math
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from babyslm.models.ngram.model import NgramLanguageModel, load
from babyslm.models.ngram.smoothing import discounts
from babyslm.models.symbols.vocabulary import BOS, EOS, Vocabulary
from babyslm.stimuli.stimulus import Stimulus
from babyslm.verify.learners.folders import CorruptModelError, MissingModelFileError

VOCABULARY = Vocabulary.build(["a b c d"], "phones")
SYMBOLS = st.integers(3, len(VOCABULARY) - 1)
CORPUS = st.lists(st.lists(SYMBOLS, max_size=6), min_size=1, max_size=25)


class Naive:
    """The textbook, with dictionaries."""

    def __init__(self, sequences, order, smoothing, types):
        kept = [list(s) for s in (dict.fromkeys(map(tuple, sequences)) if types else map(tuple, sequences))]
        self.order, self.smoothing = order, smoothing
        self.counts = [Counter() for _ in range(order + 1)]
        for sequence in kept:
            line = (BOS, *sequence, EOS)
            for n in range(1, order + 1):
                for i in range(len(line) - n + 1):
                    gram = line[i : i + n]
                    if gram != (BOS,):
                        self.counts[n][gram] += 1
        if smoothing == "kneser-ney":
            raw = [Counter(c) for c in self.counts]
            for n in range(1, order):
                behind = defaultdict(set)
                for gram in raw[n + 1]:
                    behind[gram[1:]].add(gram[0])
                self.counts[n] = Counter(
                    {g: len(behind[g]) if behind[g] else raw[n][g] for g in raw[n]},
                )
        self.discounts = [_discounts(c) for c in self.counts]

    def p(self, symbol, history):
        history = history[-(self.order - 1) :] if self.order > 1 else ()
        return self._p(symbol, history)

    def _p(self, symbol, history):
        n = len(history) + 1
        lower = self._p(symbol, history[1:]) if history else 1 / (len(VOCABULARY) - 1)
        behind = {gram[-1]: c for gram, c in self.counts[n].items() if gram[:-1] == history and c > 0}
        if not behind:
            return lower
        total = sum(behind.values())
        if self.smoothing == "witten-bell":
            kinds = len(behind)
            return (behind.get(symbol, 0) + kinds * lower) / (total + kinds)
        lost = {s: self.discounts[n][min(c, 3)] for s, c in behind.items()}
        seen = behind[symbol] - lost[symbol] if symbol in behind else 0.0
        return seen / total + sum(lost.values()) / total * lower

    def score(self, sequence):
        line = (BOS, *sequence, EOS)
        return sum(math.log(self.p(line[i], line[:i])) for i in range(1, len(line)))


def _discounts(counter):
    """Chen & Goodman's three discounts, with the documented fall-backs."""
    n = {k: sum(1 for c in counter.values() if c == k) for k in (1, 2, 3, 4)}
    if not n[1]:
        return {1: 0.5, 2: 0.5, 3: 0.5}
    y = n[1] / (n[1] + 2 * n[2])
    if n[2] and n[3] and n[4]:
        three = {k: k - (k + 1) * y * n[k + 1] / n[k] for k in (1, 2, 3)}
        if all(0 < three[k] <= k for k in three):
            return three
    return {1: y, 2: y, 3: y}


@settings(max_examples=60, deadline=None)
@given(
    corpus=CORPUS,
    test=st.lists(st.lists(st.integers(2, len(VOCABULARY) - 1), max_size=6), min_size=1, max_size=8),
    order=st.integers(1, 6),
    smoothing=st.sampled_from(["witten-bell", "kneser-ney"]),
    weighting=st.sampled_from(["tokens", "types"]),
)
def test_scores_equal_a_naive_dictionary_implementation(corpus, test, order, smoothing, weighting):
    model = NgramLanguageModel.train(corpus, VOCABULARY, order=order, smoothing=smoothing, weighting=weighting)
    naive = Naive(corpus, order, smoothing, weighting == "types")
    scores, symbols = model.score_sequences(test)
    np.testing.assert_allclose(scores, [naive.score(s) for s in test], atol=1e-8)
    assert symbols.tolist() == [len(s) + 1 for s in test]


@settings(max_examples=60, deadline=None)
@given(
    corpus=CORPUS,
    history=st.lists(st.integers(2, len(VOCABULARY) - 1), max_size=6),
    order=st.integers(1, 6),
    smoothing=st.sampled_from(["witten-bell", "kneser-ney"]),
)
def test_probabilities_sum_to_one_behind_any_history(corpus, history, order, smoothing):
    model = NgramLanguageModel.train(corpus, VOCABULARY, order=order, smoothing=smoothing)
    p = model.distribution(history)
    assert p[BOS] == 0
    assert p.sum() == pytest.approx(1, abs=1e-12)
    assert (np.delete(p, BOS) > 0).all()
    naive = Naive(corpus, order, smoothing, types=False)
    np.testing.assert_allclose(p[1:], [naive.p(s, (BOS, *history)) for s in range(1, len(VOCABULARY))], rtol=1e-9)


def test_witten_bell_equals_nltk():
    lm = pytest.importorskip("nltk.lm")
    corpus = [list("abcab"), list("abd"), list("ca"), list("abcab"), list("d")]
    order = 3
    numbers = [VOCABULARY.encode([" ".join(s)])[0] for s in corpus]
    ours = NgramLanguageModel.train(numbers, VOCABULARY, order=order)
    theirs = lm.WittenBellInterpolated(order, vocabulary=lm.Vocabulary([*"abcd", "</s>", "<s>"], unk_cutoff=1))
    for sequence in corpus:  # one <s>, never predicted, as here
        line = ["<s>", *sequence, "</s>"]
        grams = [tuple(line[i : i + n]) for n in range(1, order + 1) for i in range(len(line) - n + 1)]
        theirs.fit([[g for g in grams if g != ("<s>",)]])
    for history in ([], ["a"], ["a", "b"], ["c", "a"]):
        context = ["<s>", *history][1 - order :]
        p = ours.distribution(VOCABULARY.encode([" ".join(history)])[0])
        for symbol in [*"abcd", "</s>"]:
            # nltk stops at the unigrams without a uniform distribution below; take ours out of the chain again
            expected = _chain(theirs, symbol, context, 1 / (len(VOCABULARY) - 1))
            assert p[VOCABULARY.numbers[symbol]] == pytest.approx(expected, rel=1e-9)


def _chain(theirs, symbol, context, uniform):
    """nltk's own alpha and gamma, interpolated down to a uniform distribution."""
    if not context:
        counts = theirs.counts.unigrams
        kinds, total = len([c for c in counts.values() if c]), counts.N()
        return (counts[symbol] + kinds * uniform) / (total + kinds)
    if not theirs.context_counts(tuple(context)):
        return _chain(theirs, symbol, context[1:], uniform)
    alpha, gamma = theirs.estimator.alpha_gamma(symbol, tuple(context))
    return alpha + gamma * _chain(theirs, symbol, context[1:], uniform)


def test_anagrams_tie_in_a_unigram_model():
    model = NgramLanguageModel.train([[3, 4, 5], [3, 3, 4, 6]], VOCABULARY, order=1)
    orders = list(itertools.permutations([3, 4, 5, 6, 3]))
    assert len(set(model.score_sequences(orders)[0].tolist())) == 1


def test_the_three_discounts_of_chen_and_goodman():
    counts = np.repeat([1, 2, 3, 4, 9], [40, 20, 10, 5, 7])
    y = 40 / 80
    assert discounts(counts) == pytest.approx((1 - 2 * y * 20 / 40, 2 - 3 * y * 10 / 20, 3 - 4 * y * 5 / 10))


def test_type_weights_count_a_repeated_sequence_once():
    once = NgramLanguageModel.train([[3, 4], [5]], VOCABULARY, order=2)
    often = NgramLanguageModel.train([[3, 4]] * 9 + [[5]], VOCABULARY, order=2, weighting="types")
    assert once.score_sequences([[3, 4], [5, 5]])[0].tolist() == often.score_sequences([[3, 4], [5, 5]])[0].tolist()


@pytest.mark.parametrize("order", [1, 3, 6])
def test_a_saved_model_scores_the_same(tmp_path: Path, order: int):
    model = NgramLanguageModel.train([[3, 4, 5], [3]], VOCABULARY, order=order, smoothing="kneser-ney", name="n")
    model.save(tmp_path)
    again = load(tmp_path)
    stimuli = [Stimulus("x", phones=("a", "b")), Stimulus("y", phones=("d", "z", "a"))]
    assert again.score(stimuli).log_probability.tolist() == model.score(stimuli).log_probability.tolist()
    assert (again.name, again.settings, again.modality) == ("n", model.settings, "phonemic")


@pytest.mark.parametrize("name", ["babyslm.json", "model.safetensors", "vocabulary.json"])
def test_a_lacking_file_is_named(tmp_path: Path, name: str):
    NgramLanguageModel.train([[3, 4, 5]], VOCABULARY, order=2).save(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(MissingModelFileError, match=name):
        load(tmp_path)


def test_counts_that_do_not_fit_the_vocabulary_are_refused(tmp_path: Path):
    NgramLanguageModel.train([[3, 4, 5]], VOCABULARY, order=2).save(tmp_path)
    Vocabulary.build(["a b"], "phones").save(tmp_path)
    with pytest.raises(CorruptModelError, match="do not match the vocabulary"):
        load(tmp_path)


def test_counts_of_a_lacking_order_are_refused(tmp_path: Path):
    NgramLanguageModel.train([[3, 4, 5]], VOCABULARY, order=2).save(tmp_path)
    header = (tmp_path / "babyslm.json").read_text().replace('"order": 2', '"order": 3')
    (tmp_path / "babyslm.json").write_text(header)
    with pytest.raises(CorruptModelError, match="order 3"):
        load(tmp_path)
