"""Pseudo-words that a recogniser learns from: drawn from phone n-grams, whether or not they are words.

A recogniser that had learned words would hear a word better than a non-word, and items left out on its word would
leave a trace of lexicality. Strings drawn from phone n-grams are as often words as their probability says.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from babyslm.stimuli.stimulus import WORD_BOUNDARY
from babyslm.stimuli.words.phonotactics import BOUNDARY, Alphabet, Phonotactics

__all__ = ["PseudoWords"]

LONGEST = 12
"""Longest pseudo-word, in phones."""

SPARSE, EVEN = 0.01, 0.3
"""Add-k smoothing of the trigrams, and of the bigrams that give rare phones their share."""

BIGRAMS = 0.4
"""Weight of the bigrams in the mixture of both."""


@dataclass(frozen=True)
class PseudoWords:
    """Pseudo-words of a language.

    :param phones: all phones of the language.
    :param vowels: the vowels among them; every pseudo-word has one.
    :param words: phone strings of the lexicon, each of which counts once.
    """

    phones: tuple[str, ...]
    vowels: frozenset[str]
    words: tuple[str, ...] = field(repr=False)

    def utterance(self, rng: np.random.Generator, words: int) -> tuple[str, ...]:
        """Draw the phones of an utterance, with `|` between its words.

        :param rng: source of the draws.
        :param words: number of words.
        """
        drawn = [self.word(rng) for _ in range(words)]
        return tuple(phone for word in drawn for phone in (*word, WORD_BOUNDARY))[:-1]

    def word(self, rng: np.random.Generator) -> Sequence[str]:
        """Draw the phones of one pseudo-word."""
        while True:
            codes = self._walk(rng)
            found = [self.phones[code - 1] for code in codes]
            if len(found) <= LONGEST and any(phone in self.vowels for phone in found):
                return found

    def _walk(self, rng: np.random.Generator) -> list[int]:
        """Draw phone after phone, up to the boundary or to one phone more than the longest pseudo-word has."""
        before, last, codes = BOUNDARY, BOUNDARY, list[int]()
        while len(codes) <= LONGEST:
            place = rng.random()
            following = int(np.searchsorted(self._cumulative[before, last], place, side="right"))
            following = min(following, len(self.phones))
            if following == BOUNDARY:
                break
            codes.append(following)
            before, last = last, following
        return codes

    @cached_property
    def _cumulative(self) -> NDArray[np.float64]:
        """Cumulative probability of each symbol after each two, shape (V + 1, V + 1, V + 1)."""
        phonotactics = Phonotactics.of(self.words, [1.0] * len(self.words), Alphabet(self.phones))
        size = len(self.phones) + 1
        keys = np.arange(size**3, dtype=np.int64)
        trigrams = np.exp(phonotactics.ngram(3, "type", smoothing=SPARSE).of_keys(keys)).reshape(size, size, size)
        bigrams = np.exp(phonotactics.ngram(2, "type", smoothing=EVEN).of_keys(keys[: size**2])).reshape(size, size)
        mixed = (1 - BIGRAMS) * trigrams + BIGRAMS * bigrams[None]
        return np.asarray(np.cumsum(mixed / mixed.sum(axis=2, keepdims=True), axis=2))
