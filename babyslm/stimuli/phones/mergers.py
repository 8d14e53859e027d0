"""Mergers: phones that listeners do not tell apart reliably, so that two phone strings count as one word.

A phone set declares them as a list of rules. Each rule names phone sequences of which the later ones are rewritten as
the first one, in a context. The rules apply one after the other, each at every place where its sequence stands. What
remains is the *merged form* of a phone string: strings with one merged form are one word for a listener.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from babyslm.stimuli.words.phonotactics import BOUNDARY, Alphabet, Codes, by_length, pad

__all__ = ["Homophones", "Merger", "Mergers", "Where"]

Where = Literal["anywhere", "polysyllables", "open or unstressed"]

EDGE = "#"
VOWEL = "V"
CONSONANT = "C"
LONGEST = 255


class Merger(BaseModel):
    """One rule: phone sequences that count as the first of them.

    :param phones: the sequences, phones separated by spaces; the first one may be empty, the others are dropped then.
    :param before: what has to follow, one of these: a phone, `V` (any vowel), `C` (any consonant), `#` (the end).
    :param after: what has to precede, in the same form; `#` is the beginning.
    :param where: anywhere; in words of two vowels or more (`polysyllables`); or, for languages that stress the last
        syllable, everywhere but before the last consonants of a word (`open or unstressed`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    phones: list[str] = Field(min_length=2)
    before: list[str] = []
    after: list[str] = []
    where: Where = "anywhere"

    @model_validator(mode="after")
    def _can_be_applied(self) -> "Merger":
        for sequence in self.phones[1:]:
            phones = sequence.split()
            if not phones:
                raise ValueError("only the first of the phones may be empty")
            if len(self.phones[0].split()) > len(phones):
                raise ValueError(f"{self.phones[0]!r} is longer than {sequence!r}; put the shortest sequence first")
            if len(phones) > 1 and phones[0] == phones[-1]:
                raise ValueError(f"{sequence!r} begins and ends with one phone, so its places may overlap")
        return self

    @property
    def symbols(self) -> frozenset[str]:
        """Every phone that the rule names."""
        named = {phone for sequence in self.phones for phone in sequence.split()}
        return frozenset(named | (set(self.before) | set(self.after)) - {EDGE, VOWEL, CONSONANT})


@dataclass(frozen=True)
class Mergers:
    """The mergers of a language, applied to coded phone strings.

    :param alphabet: the phones of the language.
    :param vowels: the vowels among them.
    :param rules: the rules, in the order in which they apply.
    """

    alphabet: Alphabet
    vowels: frozenset[str]
    rules: tuple[Merger, ...] = ()

    def merge(self, codes: Codes) -> Codes:
        """Return the merged form of each string.

        :param codes: strings of one length (strings, length).
        :returns: (strings, length); forms that became shorter end with zeros.
        """
        merged = codes.copy()
        for rule in self.rules:
            new, *others = [self.alphabet.encode(sequence) for sequence in rule.phones]
            for old in others:
                merged = self._rewritten(merged, old, new, rule)
        return merged

    def keys(self, codes: Codes) -> NDArray[np.uint64]:
        """Return a number for the merged form of each string: equal forms, equal numbers.

        Different forms share a number with a probability of 2^-64.

        :param codes: strings of one length (strings, length).
        """
        merged = self.merge(codes)
        numbers = np.where(merged == BOUNDARY, np.uint64(0), self._numbers[np.arange(codes.shape[1]), merged])
        return np.asarray(numbers.sum(axis=1, dtype=np.uint64))

    def keys_of(self, strings: Sequence[str]) -> NDArray[np.uint64]:
        """Return the numbers of phone strings of any length, in their order.

        :param strings: phones of the alphabet separated by spaces.
        """
        coded = [self.alphabet.encode(string) for string in strings]
        keys = np.zeros(len(strings), dtype=np.uint64)
        for places, codes in by_length(coded).values():
            keys[places] = self.keys(codes)
        return keys

    def merged(self, string: str) -> str:
        """Return the merged form of one phone string.

        :param string: phones of the alphabet separated by spaces.
        """
        row = self.merge(self.alphabet.encode(string)[None])[0]
        return self.alphabet.decode(row[row != BOUNDARY])

    @cached_property
    def _numbers(self) -> NDArray[np.uint64]:
        size = (LONGEST, len(self.alphabet.phones) + 1)
        return np.random.default_rng(17).integers(1, 1 << 63, size=size, dtype=np.uint64) * np.uint64(2) + np.uint64(1)

    @cached_property
    def _is_vowel(self) -> NDArray[np.bool_]:
        return np.array([False, *(phone in self.vowels for phone in self.alphabet.phones)])

    def _rewritten(self, codes: Codes, old: Codes, new: Codes, rule: Merger) -> Codes:
        places = codes.shape[1] - len(old) + 1
        if places < 1:
            return codes
        found = np.ones((len(codes), places), dtype=np.bool_)
        for offset, phone in enumerate(old):
            found &= codes[:, offset : offset + places] == phone
        if not found.any():
            return codes
        # The context is looked up only where the sequence stands, which is in few of many strings.
        rows, starts = np.nonzero(found)
        kept = self._place(codes, rule.where, rows, starts)
        if rule.before:
            follows = starts + len(old)
            inside = np.minimum(follows, codes.shape[1] - 1)
            following = np.where(follows < codes.shape[1], codes[rows, inside], BOUNDARY)
            kept &= self._is_one_of(rule.before)[following]
        if rule.after:
            preceding = np.where(starts > 0, codes[rows, starts - 1], BOUNDARY)
            kept &= self._is_one_of(rule.after)[preceding]
        return _replaced(codes, rows[kept], starts[kept], old, new)

    def _is_one_of(self, context: Iterable[str]) -> NDArray[np.bool_]:
        """Say of each code whether it is in a context; the boundary is code 0."""
        allowed = np.zeros(len(self.alphabet.phones) + 1, dtype=np.bool_)
        for symbol in context:
            match symbol:
                case "#":
                    allowed[BOUNDARY] = True
                case "V":
                    allowed |= self._is_vowel
                case "C":
                    allowed[1:] |= ~self._is_vowel[1:]
                case _:
                    allowed[self.alphabet.code[symbol]] = True
        return allowed

    def _place(
        self, codes: Codes, where: Where, rows: NDArray[np.int64], starts: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Return whether a rule may apply to what begins at each of some places."""
        if where == "anywhere":
            return np.ones(len(rows), dtype=np.bool_)
        some, place = np.unique(rows, return_inverse=True)
        vowel = self._is_vowel[codes[some]]
        if where == "polysyllables":
            return np.asarray((vowel.sum(axis=1) > 1)[place])
        later = vowel[:, ::-1].cumsum(axis=1)[:, ::-1] - vowel > 0
        following = pad(codes[some], 1)[:, 1:]
        return np.asarray((later | (following == BOUNDARY))[place, starts])


def _replaced(codes: Codes, rows: NDArray[np.int64], places: NDArray[np.int64], old: Codes, new: Codes) -> Codes:
    """Write the new phones where the old ones begin; what becomes shorter moves to the left."""
    codes = codes.copy()
    for offset in range(len(old)):
        codes[rows, places + offset] = new[offset] if offset < len(new) else BOUNDARY
    if len(new) == len(old):
        return codes
    shorter = np.unique(rows)
    order = np.argsort(codes[shorter] == BOUNDARY, axis=1, kind="stable")
    codes[shorter] = np.take_along_axis(codes[shorter], order, axis=1)
    return codes


@dataclass(frozen=True)
class Homophones:
    """Phone strings, and whatever counts as one of them after the mergers.

    :param mergers: what listeners do not tell apart.
    :param keys: the numbers of the strings' merged forms, sorted, each once.
    """

    mergers: Mergers
    keys: NDArray[np.uint64] = field(repr=False)

    @classmethod
    def of(cls, strings: Iterable[str], mergers: Mergers) -> "Homophones":
        """Take up phone strings; those with phones outside the alphabet are no obstacle to anything and left out.

        :param strings: phones separated by spaces.
        :param mergers: what listeners do not tell apart.
        """
        known = mergers.alphabet.code
        writable = sorted({string for string in strings if all(phone in known for phone in string.split())})
        return cls(mergers, np.unique(mergers.keys_of(writable)))

    def contain(self, codes: Codes) -> NDArray[np.bool_]:
        """Say of each string whether it counts as one of these.

        :param codes: strings of one length, in codes of the mergers' alphabet (strings, length).
        """
        return _contains(self.keys, self.mergers.keys(codes))

    def joined(self, others: "Homophones") -> "Homophones":
        """Return these and others.

        :param others: with the same mergers.
        """
        return Homophones(self.mergers, np.union1d(self.keys, others.keys))

    def without(self, others: "Homophones") -> "Homophones":
        """Return what is not among others.

        :param others: with the same mergers.
        """
        return Homophones(self.mergers, self.keys[~_contains(others.keys, self.keys)])


def _contains(keys: NDArray[np.uint64], asked: NDArray[np.uint64]) -> NDArray[np.bool_]:
    if not len(keys):
        return np.zeros(asked.shape, dtype=np.bool_)
    return np.asarray(keys[np.minimum(np.searchsorted(keys, asked), len(keys) - 1)] == asked)
