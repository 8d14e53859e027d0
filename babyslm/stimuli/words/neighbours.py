"""Neighbourhood of words and non-words in the lexicon: number of neighbours and OLD20.

*Neighbours* are the words of the lexicon one phone apart (one substituted, inserted or deleted; Coltheart's N and its
extension). *OLD20* is the mean phone edit distance to the 20 closest words (Yarkoni, Balota & Yap 2008, on phones
here). A word is not its own neighbour.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from babyslm.stimuli.words.phonotactics import Codes, by_length

__all__ = ["CLOSEST", "Neighbours"]

CLOSEST = 20
"""Number of closest words in OLD20."""

FARTHEST = 8
"""Largest edit distance computed; if a small lexicon has fewer than 20 closer words, the others count as this far."""

LONGEST = 255
BLOCK = 256
"""Number of words compared with the lexicon in one call."""

Keys = NDArray[np.uint64]


@dataclass(frozen=True)
class Neighbours:
    """The lexicon, indexed for neighbourhood queries.

    :param words: codes of the distinct words.
    """

    words: tuple[Codes, ...] = field(repr=False)
    _numbers: NDArray[np.uint64] = field(repr=False, init=False)
    _tables: dict[str, tuple[Keys, NDArray[np.int64]]] = field(repr=False, init=False)
    _strings: list[str] = field(repr=False, init=False)
    _spans: dict[int, tuple[int, int]] = field(repr=False, init=False)

    def __post_init__(self) -> None:
        # The key of a phone string is the sum of one random number per (position, phone). Keys of strings with one
        # phone deleted or masked follow by subtraction. Two strings share a key with probability 2^-64.
        numbers = np.random.default_rng(20).integers(0, 1 << 63, size=(LONGEST + 2, 256), dtype=np.uint64) * np.uint64(
            2
        )
        object.__setattr__(self, "_numbers", numbers + np.uint64(1))
        parts: dict[str, list[Keys]] = {"word": [], "unknown": [], "shorter": []}
        for _, codes in by_length(self.words).values():
            parts["word"].append(self._key(codes))
            parts["unknown"].append(self._unknown(codes).ravel())
            keys, new = self._shorter(codes)
            parts["shorter"].append(keys[new])
        tables = {}
        for name, lists in parts.items():
            joined = np.concatenate([np.zeros(0, dtype=np.uint64), *lists])
            tables[name] = np.unique(joined, return_counts=True)
        object.__setattr__(self, "_tables", tables)
        ordered = sorted(self.words, key=len)
        lengths = np.array([len(word) for word in ordered], dtype=np.int64)
        object.__setattr__(self, "_strings", [_text(word) for word in ordered])
        spans = {
            int(n): (int(np.searchsorted(lengths, n)), int(np.searchsorted(lengths, n + 1))) for n in set(lengths)
        }
        object.__setattr__(self, "_spans", spans)

    def contains(self, codes: Codes) -> NDArray[np.bool_]:
        """Return whether each string is a word of the lexicon.

        :param codes: strings of one length, shape (strings, length).
        """
        return self._count("word", self._key(codes)) > 0

    def density(self, codes: Codes) -> NDArray[np.int64]:
        """Return the number of words one phone away from each string, excluding the string itself.

        :param codes: strings of one length, shape (strings, length).
        """
        known = self.contains(codes).astype(np.int64)
        substituted = self._count("unknown", self._unknown(codes)).sum(axis=1) - known * codes.shape[1]
        inserted = self._count("shorter", self._key(codes))
        keys, new = self._shorter(codes)
        deleted = np.where(new, self._count("word", keys), 0).sum(axis=1)
        return np.asarray(substituted + inserted + deleted)

    def old20(self, codes: Codes) -> NDArray[np.float64]:
        """Return the mean phone edit distance to the 20 closest words, excluding the string itself.

        With fewer than 20 words in the lexicon, the mean is over all of them.

        :param codes: strings of one length, shape (strings, length).
        """
        known = self.contains(codes)
        wanted = np.minimum(CLOSEST, len(self.words) - known)
        counts = np.concatenate(
            [self._distances(codes[start : start + BLOCK]) for start in range(0, len(codes), BLOCK)]
            or [np.zeros((0, FARTHEST + 1), dtype=np.int64)]
        )
        counts[:, 0] -= known
        total = np.cumsum(counts, axis=1)
        taken = np.diff(np.minimum(total, wanted[:, None]), axis=1, prepend=0)
        distances = np.arange(FARTHEST + 1)
        missing = wanted - taken.sum(axis=1)
        return np.asarray(((taken * distances).sum(axis=1) + missing * FARTHEST) / np.maximum(wanted, 1))

    def _distances(self, codes: Codes) -> NDArray[np.int64]:
        """Count the words at each distance, exact up to the distance of the 20th closest word; shape (strings, 9)."""
        from rapidfuzz.distance import Levenshtein
        from rapidfuzz.process import cdist

        length = codes.shape[1]
        strings = [_text(row) for row in codes]
        counts = np.zeros((len(codes), FARTHEST + 1), dtype=np.int64)
        place = np.arange(len(codes))[:, None] * (FARTHEST + 1)
        for apart in range(FARTHEST):  # the length difference is a lower bound
            if apart and (counts[:, : apart + 1].sum(axis=1) > CLOSEST).all():
                break
            for other in {length - apart, length + apart} & self._spans.keys():
                start, end = self._spans[other]
                found = cdist(strings, self._strings[start:end], scorer=Levenshtein.distance, dtype=np.uint8)
                flat = (np.minimum(found, FARTHEST) + place).ravel()
                counts += np.bincount(flat, minlength=counts.size).reshape(counts.shape)
        return counts

    def _key(self, codes: Codes) -> Keys:
        return np.asarray(self._placed(codes).sum(axis=1, dtype=np.uint64))

    def _placed(self, codes: Codes, shift: int = 0) -> Keys:
        places = np.arange(codes.shape[1]) + 1 - shift
        return np.asarray(self._numbers[places, codes])

    def _unknown(self, codes: Codes) -> Keys:
        """Return the keys of each string with the phone at each position masked, shape (strings, length)."""
        placed = self._placed(codes)
        unknown = self._numbers[np.arange(codes.shape[1]) + 1, 0]
        return np.asarray(placed.sum(axis=1, keepdims=True, dtype=np.uint64) - placed + unknown)

    def _shorter(self, codes: Codes) -> tuple[Keys, NDArray[np.bool_]]:
        """Return the keys of each string with the phone at each position deleted, and whether the result is new.

        Both have shape (strings, length). Within a run of equal phones all deletions give the same string; the first
        counts.
        """
        here, moved = self._placed(codes), self._placed(codes, 1)
        before = np.cumsum(here, axis=1, dtype=np.uint64) - here
        behind = moved.sum(axis=1, keepdims=True, dtype=np.uint64) - np.cumsum(moved, axis=1, dtype=np.uint64)
        new = np.ones(codes.shape, dtype=np.bool_)
        new[:, 1:] = codes[:, 1:] != codes[:, :-1]
        return before + behind, new

    def _count(self, table: str, asked: Keys) -> NDArray[np.int64]:
        keys, counts = self._tables[table]
        if not len(keys):
            return np.zeros(asked.shape, dtype=np.int64)
        place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
        return np.where(keys[place] == asked, counts[place], 0)


def _text(codes: Sequence[int] | Codes) -> str:
    """Encode phones as characters, as rapidfuzz needs them."""
    return "".join(chr(int(code) + 32) for code in codes)
