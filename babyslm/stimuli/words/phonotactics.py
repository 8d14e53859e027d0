"""Phone n-gram models of a lexicon, the shortcuts that a lexical test must not reward.

A word of L phones is modelled in isolation, with n - 1 boundary symbols before it and one after it, which is predicted
as well:

    log P(w) = sum_{i=1..L+1} ln P(w_i | w_{i-n+1} ... w_{i-1})
    P(x | h) = (count(h x) + k) / (count(h) + k (V + 1))

V is the number of phones of the alphabet (the boundary is one more outcome). Counts are over the words of the lexicon,
weighted by frequency (`token`) or counted once (`type`). By default k = 1: add-one smoothing on isolated words is the
simplest model.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

__all__ = ["BOUNDARY", "WEIGHTS", "Alphabet", "Ngram", "Phonotactics", "Weight", "by_length"]

Weight = Literal["token", "type"]
WEIGHTS: tuple[Weight, ...] = get_args(Weight)

BOUNDARY = 0
"""Code of the word boundary; phones have codes from 1."""

TABLE_ORDER = 3
"""Largest order for which the probabilities of all n-grams are tabulated, which is faster than a search."""

Codes = NDArray[np.uint8]


@dataclass(frozen=True)
class Alphabet:
    """Mapping of phones to integers from 1.

    :param phones: the phones, in the order of their codes.
    """

    phones: tuple[str, ...]

    @cached_property
    def code(self) -> dict[str, int]:
        """Code of each phone."""
        return {phone: number for number, phone in enumerate(self.phones, start=1)}

    @classmethod
    def of(cls, words: Iterable[str]) -> "Alphabet":
        """Return the alphabet of all phones that occur, sorted.

        :param words: phone strings, separated by spaces.
        """
        return cls(tuple(sorted({phone for word in words for phone in word.split()})))

    def encode(self, word: str) -> Codes:
        """Return the codes of one phone string.

        :param word: phones separated by spaces.
        :raises KeyError: if a phone is not in the alphabet.
        """
        return np.array([self.code[phone] for phone in word.split()], dtype=np.uint8)

    def decode(self, codes: Iterable[int]) -> str:
        """Return the phone string of a sequence of codes.

        :param codes: codes from 1.
        """
        return " ".join(self.phones[code - 1] for code in codes)


def by_length(words: Sequence[Codes]) -> dict[int, tuple[NDArray[np.int64], Codes]]:
    """Group coded words by length.

    :param words: codes of the words.
    :returns: for each length, sorted, the indices of its words and their codes, shape (words, length).
    """
    lengths = np.array([len(word) for word in words], dtype=np.int64)
    return {
        int(length): (
            places := np.flatnonzero(lengths == length),
            np.stack([words[place] for place in places.tolist()]),
        )
        for length in np.unique(lengths)
        if length > 0
    }


def pad(codes: Codes, order: int) -> Codes:
    """Add n - 1 boundaries before and one boundary after each word.

    :param codes: words of one length, shape (words, length).
    :param order: n.
    :returns: shape (words, length + n).
    """
    return np.pad(codes, ((0, 0), (order - 1, 1)), constant_values=BOUNDARY)


def ngram_keys(codes: Codes, order: int, base: int) -> NDArray[np.int64]:
    """Return the key of every n-gram of words of one length, boundaries included.

    :param codes: shape (words, length).
    :param order: n.
    :param base: number of symbols, including the boundary.
    :returns: shape (words, length + 1); the n-gram as a number in this base, its last phone as the last digit.
    """
    padded = pad(codes, order).astype(np.int64)
    positions = padded.shape[1] - order + 1
    keys = np.zeros((len(codes), positions), dtype=np.int64)
    for offset in range(order):
        keys = keys * base + padded[:, offset : offset + positions]
    return keys


@dataclass(frozen=True)
class Ngram:
    """A phone n-gram over isolated words with add-k smoothing (see the module).

    :param order: n.
    :param phones: V, the number of phones.
    :param keys: keys of the attested n-grams, sorted.
    :param counts: their counts.
    :param histories: keys of the attested histories, sorted.
    :param totals: their counts.
    :param smoothing: k.
    """

    order: int
    phones: int
    keys: NDArray[np.int64] = field(repr=False)
    counts: NDArray[np.float64] = field(repr=False)
    histories: NDArray[np.int64] = field(repr=False)
    totals: NDArray[np.float64] = field(repr=False)
    smoothing: float = 1.0

    @classmethod
    def train(
        cls, words: Sequence[Codes], weights: Sequence[float], order: int, phones: int, *, smoothing: float = 1.0
    ) -> "Ngram":
        """Train a model on a lexicon.

        :param words: codes of the words.
        :param weights: weight of each word.
        :param order: n.
        :param phones: V, the number of phones.
        :param smoothing: k.
        """
        weight = np.asarray(weights, dtype=np.float64)
        keys, masses = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
        for places, codes in by_length(words).values():
            found = ngram_keys(codes, order, phones + 1)
            keys.append(found.ravel())
            masses.append(np.repeat(weight[places], found.shape[1]))
        seen, place = np.unique(np.concatenate(keys), return_inverse=True)
        counts = np.bincount(place, weights=np.concatenate(masses), minlength=len(seen)).astype(np.float64)
        histories, place = np.unique(seen // (phones + 1), return_inverse=True)
        totals = np.bincount(place, weights=counts, minlength=len(histories)).astype(np.float64)
        return cls(order, phones, seen, counts, histories, totals, smoothing)

    def terms(self, codes: Codes) -> NDArray[np.float64]:
        """Return the log-probability of every phone and of the final boundary, in nats.

        :param codes: words of one length, shape (words, length).
        :returns: shape (words, length + 1).
        """
        keys = ngram_keys(codes, self.order, self.phones + 1)
        if self._table is not None:
            return self._table[keys]
        return self.of_keys(keys)

    def score(self, codes: Codes) -> NDArray[np.float64]:
        """Return the log-probability of words of one length, in nats.

        :param codes: shape (words, length).
        :returns: shape (words,).
        """
        return np.asarray(self.terms(codes).sum(axis=1))

    @cached_property
    def _table(self) -> NDArray[np.float64] | None:
        if self.order > TABLE_ORDER:
            return None
        return self.of_keys(np.arange((self.phones + 1) ** self.order, dtype=np.int64))

    def of_keys(self, keys: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the log-probability of the last phone of n-grams, in nats.

        :param keys: the n-grams, as `ngram_keys` returns them.
        """
        count = _lookup(self.keys, self.counts, keys)
        total = _lookup(self.histories, self.totals, keys // (self.phones + 1))
        return np.asarray(np.log((count + self.smoothing) / (total + self.smoothing * (self.phones + 1))))


def _lookup(keys: NDArray[np.int64], values: NDArray[np.float64], asked: NDArray[np.int64]) -> NDArray[np.float64]:
    if not len(keys):
        return np.zeros(asked.shape)
    place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    return np.where(keys[place] == asked, values[place], 0.0)


@dataclass(frozen=True)
class Phonotactics:
    """Phone sequences of a lexicon, and the n-gram models trained on them.

    :param alphabet: its phones.
    :param words: codes of its distinct words.
    :param frequencies: frequency of each word.
    """

    alphabet: Alphabet
    words: tuple[Codes, ...] = field(repr=False)
    frequencies: tuple[float, ...] = field(repr=False)

    @classmethod
    def of(
        cls, words: Sequence[str], frequencies: Sequence[float], alphabet: Alphabet | None = None
    ) -> "Phonotactics":
        """Encode a lexicon.

        :param words: distinct phone strings.
        :param frequencies: frequency of each word.
        :param alphabet: the phones; default all that occur.
        """
        alphabet = alphabet or Alphabet.of(words)
        return cls(alphabet, tuple(alphabet.encode(word) for word in words), tuple(map(float, frequencies)))

    def ngram(self, order: int, weight: Weight, *, smoothing: float = 1.0) -> Ngram:
        """Train an n-gram on the lexicon.

        :param order: n.
        :param weight: weight words by frequency (`token`) or count each once (`type`).
        :param smoothing: k.
        """
        weights = self.frequencies if weight == "token" else (1.0,) * len(self.words)
        return Ngram.train(self.words, weights, order, len(self.alphabet.phones), smoothing=smoothing)

    @cached_property
    def attested(self) -> NDArray[np.bool_]:
        """Whether each trigram occurs in some word, boundaries (code 0) included, shape (V + 1, V + 1, V + 1)."""
        size = len(self.alphabet.phones) + 1
        table = np.zeros((size, size, size), dtype=np.bool_)
        for _, codes in by_length(self.words).values():
            padded = np.pad(codes, ((0, 0), (1, 1)), constant_values=BOUNDARY)
            table[padded[:, :-2], padded[:, 1:-1], padded[:, 2:]] = True
        return table
