"""Non-words: all phonotactically legal phone strings near a word that are not words."""

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from babyslm.stimuli.phones.mergers import Homophones
from babyslm.stimuli.words.phonotactics import BOUNDARY, Codes, Phonotactics, pad
from babyslm.verify.stimuli.nonwords import DistanceError

__all__ = ["NonWords"]

NEAR = 2
"""Positions farther apart share no trigram: substitutions that are legal separately are legal together."""


@dataclass(frozen=True)
class NonWords:
    """The non-words of a lexicon: strings of the word's length, close to it, legal and not words.

    :param phonotactics: the lexicon that defines legal sequences.
    :param vowels: the vowels among its phones.
    :param known: further words; strings that sound like one of them or like a word of the lexicon are excluded. Their
        mergers define what sounds alike.
    :param max_distance: largest phone edit distance to the word, 1 or 2.
    :param same_skeleton: substitute consonants by consonants and vowels by vowels.
    :param legal_trigrams: allow only attested trigrams, boundaries included.
    :param attested: the attested trigrams; default those of the lexicon.
    :raises DistanceError: if `max_distance` is neither 1 nor 2.
    """

    phonotactics: Phonotactics = field(repr=False)
    vowels: frozenset[str]
    known: Homophones = field(repr=False)
    max_distance: int = 2
    same_skeleton: bool = True
    legal_trigrams: bool = True
    attested: NDArray[np.bool_] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.max_distance not in (1, 2):
            raise DistanceError(self.max_distance)

    def candidates(self, word: Codes) -> Codes:
        """Return every non-word of a word, sorted by code.

        The search is exhaustive: every string within the distance that obeys the rules is returned.

        :param word: codes of the word, shape (length,).
        :returns: shape (non-words, length).
        """
        found = [self._substitute(word, place) for place in range(len(word))]
        if self.max_distance == 2:
            places = range(len(word))
            found += [self._substitute_two(word, i, j) for i in places for j in range(i + 1, len(word))]
            found += [self._move(word, i, j) for i in places for j in places if i != j]
        rows = np.concatenate(found)
        rows = rows[self.legal(rows)] if self.legal_trigrams else rows
        rows = np.unique(rows, axis=0) if len(rows) else rows
        return rows[~self._taken.contain(self._recoded[rows])] if len(rows) else rows

    def among(self, words: Homophones, codes: Codes) -> NDArray[np.bool_]:
        """Say of each string whether it sounds like one of these words.

        :param words: in the alphabet of `known`.
        :param codes: strings of one length (strings, length).
        """
        return words.contain(self._recoded[codes])

    def legal(self, codes: Codes) -> NDArray[np.bool_]:
        """Return whether all trigrams of each string are attested, boundaries included.

        :param codes: strings of one length, shape (strings, length).
        :returns: shape (strings,).
        """
        padded = pad(codes, 2)
        attested = self.phonotactics.attested if self.attested is None else self.attested
        return np.asarray(attested[padded[:, :-2], padded[:, 1:-1], padded[:, 2:]].all(axis=1))

    @cached_property
    def _taken(self) -> Homophones:
        """All words: those of the lexicon and the others."""
        words = [self.phonotactics.alphabet.decode(word) for word in self.phonotactics.words]
        return Homophones.of(words, self.known.mergers).joined(self.known)

    @cached_property
    def _recoded(self) -> Codes:
        """The code that each phone of the lexicon has among the known words."""
        code = self.known.mergers.alphabet.code
        return np.array([BOUNDARY, *(code[phone] for phone in self.phonotactics.alphabet.phones)], dtype=np.uint8)

    @cached_property
    def _is_vowel(self) -> NDArray[np.bool_]:
        return np.array([False, *(phone in self.vowels for phone in self.phonotactics.alphabet.phones)])

    @cached_property
    def _phones(self) -> tuple[Codes, Codes]:
        """The codes of the consonants and of the vowels."""
        codes = np.arange(1, len(self.phonotactics.alphabet.phones) + 1, dtype=np.uint8)
        if not self.same_skeleton:
            return codes, codes
        vowel = self._is_vowel[codes]
        return codes[~vowel], codes[vowel]

    def _options(self, phone: int) -> Codes:
        options = self._phones[int(self._is_vowel[phone])]
        return np.asarray(options[options != phone])

    def _substitute(self, word: Codes, place: int) -> Codes:
        options = self._options(word[place])
        rows = np.repeat(word[None], len(options), axis=0)
        rows[:, place] = options
        return rows

    def _substitute_two(self, word: Codes, i: int, j: int) -> Codes:
        first, second = self._options(word[i]), self._options(word[j])
        if self.legal_trigrams and j - i > NEAR:
            first = first[self.legal(self._substitute(word, i))]
            second = second[self.legal(self._substitute(word, j))]
        rows = np.repeat(word[None], len(first) * len(second), axis=0)
        rows[:, i] = np.repeat(first, len(second))
        rows[:, j] = np.tile(second, len(first))
        return rows

    def _move(self, word: Codes, i: int, j: int) -> Codes:
        """Delete the phone at position i and insert another one such that it ends up at position j."""
        rest = np.delete(word, i)
        if self.same_skeleton:
            low, high = sorted((i, j))
            if any(self._is_vowel[a] != self._is_vowel[b] for a, b in pairwise(word[low : high + 1])):
                return word[None][:0]
        options = self._phones[int(self._is_vowel[word[j]])]
        rows = np.repeat(np.insert(rest, j, BOUNDARY)[None], len(options), axis=0)
        rows[:, j] = options
        return rows
