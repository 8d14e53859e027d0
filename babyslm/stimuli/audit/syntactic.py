"""Shortcuts of grammatical against ungrammatical sentences: n-grams of words and of phones, and length."""

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
"""Longer n-grams of words see agreement itself; they are reported, not judged."""

BY_PLACE = frozenset({"pronoun_case"})
"""Phenomena beside word order in which the place of a single word decides: all of it is a bigram's business."""

TOLERANCE = 0.5
EDGE = ""
"""Stands before and behind a sentence; no token is empty."""

FOLDS = 5


@dataclass(frozen=True)
class SentenceNgram:
    """An add-one smoothed n-gram over sentences, as `babyslm.stimuli.words.phonotactics` defines it over words.

    :param order: n.
    :param counts: n-grams.
    :param totals: their histories.
    :param symbols: number of different tokens, the edge included.
    """

    order: int
    counts: Mapping[tuple[str, ...], int] = field(repr=False)
    totals: Mapping[tuple[str, ...], int] = field(repr=False)
    symbols: int

    @classmethod
    def train(cls, sentences: Iterable[Sequence[str]], order: int) -> "SentenceNgram":
        """Count sentences.

        :param sentences: token by token.
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
        """Return the mean log-probability of a sentence's tokens and of its end, in nats.

        :param sentence: token by token.
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
    """Measure one table, phenomenon by phenomenon.

    Where the members hold the same words in another order, or the place of a single word decides (`BY_PLACE`), the
    phenomenon is all of a bigram's business: there the bigram is information. Elsewhere, in agreement, it is judged.

    :param table: a syntactic table.
    :param sentences: what n-grams are trained on, by the kind of token (`words`, `phones`); None: the table's own
        grammatical sentences, of other lexical material than the pair's.
    :param seed: deals the material out to folds where sentences are the table's own.
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
    """Tell whether bad sentences are good ones in another order."""
    return all(
        sorted(good.lower().split()) == sorted(bad.lower().split())
        for good, bad in zip(pairs["transcription"], pairs["bad_transcription"], strict=True)
    )


def _folds(pairs: pd.DataFrame, seed: int) -> pd.Series:
    names = sorted(pairs["cluster"].unique())
    drawn = generator(seed, "sentence folds").permutation(len(names)) % FOLDS
    return pairs["cluster"].map(dict(zip(names, drawn.tolist(), strict=True)))
