"""Shortcuts of the lexical test: phone n-grams, neighbourhood, length, and classifiers over all of them."""

from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from babyslm.stimuli.audit.classifier import classifier_figures, classify_pairs
from babyslm.stimuli.audit.figures import Figure, count, share
from babyslm.stimuli.stimulus_set import StimulusTable
from babyslm.stimuli.words.neighbours import Neighbours
from babyslm.stimuli.words.phonotactics import WEIGHTS, Alphabet, Codes, Phonotactics, by_length

__all__ = ["LexicalAudit"]

ORDERS = (1, 2, 3, 4, 5)
JUDGED = 3
"""Highest order judged. Longer n-grams memorise most words; they are reported for information only."""

NGRAM_TOLERANCE = 0.5
LENGTH_TOLERANCE = 2.0
"""Tolerance of an n-gram within one word length, in points."""

ENOUGH = 100
"""Smallest number of pairs of one length for which the length is judged."""

TOLERANCE = 1.5
"""Tolerance of classifiers and neighbourhood, in points."""


class LexicalAudit:
    """Measures of lexical shortcuts trained on a lexicon.

    :param words: distinct phone strings.
    :param frequencies: frequency of each word.
    :param tables: the lexical tables, at least one; their phones are added to the alphabet.
    """

    def __init__(self, words: list[str], frequencies: list[float], tables: list[StimulusTable]) -> None:
        rows = pd.concat([table.rows[["phones", "correct"]] for table in tables])
        self.strings = sorted(set(rows["phones"]))
        self.words = frozenset(words) | set(rows.loc[rows["correct"] == 1, "phones"])
        alphabet = Alphabet.of([*words, *self.strings])
        self.phonotactics = Phonotactics.of(words, frequencies, alphabet)

    def figures(self, table: StimulusTable, *, seed: int) -> Iterator[Figure]:
        """Yield the figures of one table.

        :param table: a lexical table.
        :param seed: assigns words to the folds of the classifier.
        """
        name = f"{table.task}/{table.split}"
        pairs = table.pairs.drop_duplicates(["phones", "bad_phones"])
        good, bad = (self.values.loc[pairs[side]] for side in ("phones", "bad_phones"))
        differences = pd.DataFrame(good.to_numpy() - bad.to_numpy(), columns=self.values.columns, index=pairs.index)
        yield from self._ngrams(name, pairs, differences)
        yield share("length", name, "phones", differences["length"], tolerance=NGRAM_TOLERANCE)
        yield share("neighbourhood", name, "edit-distance-1 count", differences["neighbours"], tolerance=TOLERANCE)
        yield share("neighbourhood", name, "OLD20", -differences["OLD20"], tolerance=TOLERANCE)
        judged = [f"{n}-gram {weight}" for n, weight in product(ORDERS[:JUDGED], WEIGHTS)]
        features = differences[[*judged, "neighbours", "OLD20", "length"]].to_numpy()
        classified = classify_pairs(features, list(pairs["phones"]), seed=seed)
        yield from classifier_figures("classifier", name, classified, tolerance=TOLERANCE)
        nonwords = pairs["bad_phones"]
        yield count(
            "homophones",
            name,
            "non-words that sound like a word",
            int(nonwords[nonwords.isin(self.words)].nunique()),
            nonwords.nunique(),
        )

    @cached_property
    def values(self) -> pd.DataFrame:
        """All measures of every string in the set: mean log-probabilities (nats), density, OLD20, length (phones)."""
        coded = [self.phonotactics.alphabet.encode(string) for string in self.strings]
        columns = {f"{n}-gram {weight}": self._scores(coded, n, weight) for n, weight in product(ORDERS, WEIGHTS)}
        neighbours = Neighbours(self.phonotactics.words)
        columns["neighbours"] = _measured(coded, lambda codes: neighbours.density(codes).astype(np.float64))
        columns["OLD20"] = _measured(coded, neighbours.old20)
        columns["length"] = np.array([len(word) for word in coded], dtype=np.float64)
        return pd.DataFrame(columns, index=pd.Index(self.strings))

    def _scores(self, coded: list[Codes], order: int, weight: str) -> NDArray[np.float64]:
        model = self.phonotactics.ngram(order, "token" if weight == "token" else "type")
        # The mean, as for learners. Members of equal length are ordered as by the sum.
        return _measured(coded, lambda codes: model.score(codes) / (codes.shape[1] + 1))

    def _ngrams(self, name: str, pairs: pd.DataFrame, differences: pd.DataFrame) -> Iterator[Figure]:
        for order, weight in product(ORDERS, WEIGHTS):
            measure = f"{order}-gram {weight}"
            judged = order <= JUDGED
            values = differences[measure]
            yield share("phone n-grams", name, measure, values, tolerance=NGRAM_TOLERANCE if judged else None)
            if not judged:
                continue
            for length, group in values.groupby(pairs["phones"].str.split().str.len()):
                if len(group) >= ENOUGH:
                    subset = f"{length} phones"
                    yield share(
                        "phone n-grams by length", name, measure, group, tolerance=LENGTH_TOLERANCE, subset=subset
                    )


def _measured(coded: list[Codes], measure: Callable[[Codes], NDArray[np.float64]]) -> NDArray[np.float64]:
    """Measure strings of any length, batched by length."""
    values = np.zeros(len(coded))
    for places, codes in by_length(coded).values():
        values[places] = measure(codes)
    return values
