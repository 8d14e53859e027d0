"""Shortcuts of the syntactic test: n-grams of words and of phones, and sentence length."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from babyslm.seeds import generator
from babyslm.stimuli.audit.figures import Figure, share
from babyslm.stimuli.stimulus_set import StimulusTable

__all__ = ["SentenceNgram", "syntactic_figures"]

ORDERS = (1, 2, 3, 4, 5)
JUDGED = 2
"""Highest order judged. Longer word n-grams cover agreement itself; they are reported for information only."""

BY_PLACE = frozenset({"pronoun_case"})
"""Phenomena besides word order that depend on the position of a single word; bigrams legitimately capture them."""

TOLERANCE = 0.5
EDGE = ""
"""Boundary token before and after a sentence; no other token is empty."""

FOLDS = 5


@dataclass(frozen=True)
class SentenceNgram:
    """An n-gram over sentences with add-one smoothing, as `babyslm.stimuli.words.phonotactics` defines it over words.

    :param order: n.
    :param counts: counts of n-grams.
    :param totals: counts of their histories.
    :param symbols: number of distinct tokens, the boundary included.
    """

    order: int
    counts: Mapping[tuple[str, ...], int] = field(repr=False)
    totals: Mapping[tuple[str, ...], int] = field(repr=False)
    symbols: int

    @classmethod
    def train(cls, sentences: Iterable[Sequence[str]], order: int) -> "SentenceNgram":
        """Train a model on sentences.

        :param sentences: sequences of tokens.
        :param order: n.
        """
        counts: Counter[tuple[str, ...]] = Counter()
        totals: Counter[tuple[str, ...]] = Counter()
        tokens: set[str] = {EDGE}
        for sentence in sentences:
            tokens.update(sentence)
            for ngram in _ngrams(sentence, order):
                counts[ngram] += 1
                totals[ngram[:-1]] += 1
        return cls(order, counts, totals, len(tokens))

    def score(self, sentence: Sequence[str]) -> float:
        """Return the mean log-probability of the tokens of a sentence and its end, in nats.

        :param sentence: a sequence of tokens.
        """
        ngrams = _ngrams(sentence, self.order)
        terms = [
            math.log((self.counts.get(ngram, 0) + 1) / (self.totals.get(ngram[:-1], 0) + self.symbols))
            for ngram in ngrams
        ]
        return math.fsum(terms) / len(terms)


def _ngrams(sentence: Sequence[str], order: int) -> list[tuple[str, ...]]:
    padded = [EDGE] * (order - 1) + list(sentence) + [EDGE]
    return [tuple(padded[place : place + order]) for place in range(len(padded) - order + 1)]


def syntactic_figures(
    table: StimulusTable, sentences: Mapping[str, Sequence[Sequence[str]]] | None, *, seed: int
) -> Iterator[Figure]:
    """Yield the figures of one table, one phenomenon after the other.

    Where the members are permutations of the same words, or the position of a single word decides (`BY_PLACE`),
    bigrams legitimately capture the phenomenon and are reported for information only. Elsewhere (agreement) they are
    judged.

    :param table: a syntactic table.
    :param sentences: training sentences of the n-grams by kind of token (`words`, `phones`); None trains on the
        table's own grammatical sentences with other lexical material than the pair.
    :param seed: assigns material to folds where the table's own sentences are used.
    """
    name = f"{table.task}/{table.split}"
    pairs = table.pairs.drop_duplicates(["type", "transcription", "bad_transcription"])
    phones = table.rows.drop_duplicates("transcription").set_index("transcription").get("phones")
    for kind in ("words", "phones"):
        if kind == "phones" and phones is None:
            continue
        good, bad = (
            [(text.lower().split() if kind == "words" else str(phones[text]).split()) for text in pairs[side]]
            for side in ("transcription", "bad_transcription")
        )
        folds = _folds(pairs, seed) if sentences is None else pd.Series(0, index=pairs.index)
        for order in ORDERS:
            values = pd.Series(0.0, index=pairs.index)
            for fold in sorted(folds.unique()):
                asked = (folds == fold).to_numpy()
                known = (
                    [each for each, held_out in zip(good, asked, strict=True) if not held_out]
                    if sentences is None
                    else sentences[kind]
                )
                model = SentenceNgram.train(known, order)
                values[asked] = [
                    model.score(one) - model.score(other)
                    for one, other, held_out in zip(good, bad, asked, strict=True)
                    if held_out
                ]
            yield from _by_phenomenon(name, kind, order, pairs, values)
        lengths = pd.Series([len(one) - len(other) for one, other in zip(good, bad, strict=True)], index=pairs.index)
        for phenomenon, group in lengths.groupby(pairs["type"]):
            yield share("length", name, kind, group, tolerance=TOLERANCE, subset=str(phenomenon))


def _by_phenomenon(name: str, kind: str, order: int, pairs: pd.DataFrame, values: pd.Series) -> Iterator[Figure]:
    check = "word n-grams" if kind == "words" else "phone n-grams"
    for phenomenon, group in pairs.groupby("type"):
        judged = (
            kind == "words"
            and order <= JUDGED
            and not (order == JUDGED and (phenomenon in BY_PLACE or _reorders(group)))
        )
        yield share(
            check,
            name,
            f"{order}-gram",
            values[group.index],
            tolerance=TOLERANCE if judged else None,
            subset=str(phenomenon),
        )


def _reorders(pairs: pd.DataFrame) -> bool:
    """Return whether every bad sentence is a permutation of its good sentence."""
    return all(
        sorted(good.lower().split()) == sorted(bad.lower().split())
        for good, bad in zip(pairs["transcription"], pairs["bad_transcription"], strict=True)
    )


def _folds(pairs: pd.DataFrame, seed: int) -> pd.Series:
    names = sorted(pairs["cluster"].unique())
    drawn = generator(seed, "sentence folds").permutation(len(names)) % FOLDS
    return pairs["cluster"].map(dict(zip(names, drawn.tolist(), strict=True)))
