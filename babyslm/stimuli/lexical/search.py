"""Search for the non-words and opposite pairs of each word, before the selection."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, get_args

import numpy as np

from babyslm.engines import in_processes
from babyslm.progress import bar
from babyslm.seeds import generator
from babyslm.stimuli.lexical.balance import SHORTCUTS, TIE, Matrix, OppositePairs, Shortcuts, opposite_pairs
from babyslm.stimuli.lexical.nonwords import NonWords
from babyslm.stimuli.phones.mergers import Homophones
from babyslm.stimuli.words.phonotactics import Codes

__all__ = ["REASONS", "Found", "Reason", "Search", "search_words"]

Reason = Literal[
    "too short",
    "taboo",
    "same spelling",
    "no non-word near",
    "no opposite pair",
    "non-words taken",
    "no balanced pair",
    "not said as asked",
]
REASONS: tuple[Reason, ...] = get_args(Reason)

NOISE = 0.05
"""Largest random addition to the cost of a non-word, by which the seed chooses among non-words that mirror equally
well."""

POOL = 120
"""Number of pairs kept by n-grams and neighbours before OLD20, the expensive shortcut, is computed for their
members."""

WORST = 1.0
"""Largest cost of a pair, in squared standard deviations; pairs above it do not mirror each other."""

ENOUGH = 5
"""Pairs without a common non-word that a word should have: with fewer, more is allowed."""

EDGES = 60
"""Largest number of opposite pairs returned per word."""

CHUNK = 32
"""Number of words per task of a worker."""


@dataclass(frozen=True)
class Found:
    """The opposite pairs of one word.

    :param codes: codes of the non-words in some pair, shape (non-words, length).
    :param differences: non-word minus word under each shortcut, shape (non-words, shortcuts).
    :param pairs: the opposite pairs, as indices into `codes`, best mirror images first.
    :param legal: total number of legal non-words of the word.
    :param reason: the reason why there is no pair, or None.
    """

    codes: Codes = field(repr=False)
    differences: Matrix = field(repr=False)
    pairs: OppositePairs = field(repr=False)
    legal: int
    reason: Reason | None


@dataclass(frozen=True)
class Search:
    """The search for the non-words of a word, with all data that a worker needs.

    :param nonwords: the rules for non-words.
    :param wider: rules that allow more trigrams, for words with too few pairs.
    :param rare: rare words, which are allowed where a word has no other pair.
    :param shortcuts: the measures to balance.
    :param even: whether pairs of a word with few candidates may be opposite under n-grams alone; neighbourhood is then
        even over the set, which only a large set can be.
    :param seed: chooses among non-words that mirror equally well.
    """

    nonwords: NonWords = field(repr=False)
    wider: NonWords = field(repr=False)
    rare: Homophones = field(repr=False)
    shortcuts: Shortcuts = field(repr=False)
    even: bool
    seed: int

    def __call__(self, word: Codes) -> Found:
        """Search the non-words of one word.

        :param word: codes of the word, shape (length,).
        """
        candidates = self.nonwords.candidates(word)
        rare = self.nonwords.among(self.rare, candidates)
        found = self._among(word, candidates[~rare], self.shortcuts.hard)
        few = len(found.pairs.disjoint(ENOUGH))
        if few == ENOUGH:
            return found
        opposite = self.shortcuts.strict if self.even else self.shortcuts.hard
        candidates = self.wider.candidates(word)
        rare = self.wider.among(self.rare, candidates)
        more = self._among(word, candidates[~rare], opposite)
        if not len(more.pairs) and rare.any():
            more = self._among(word, candidates, opposite)
        return more if len(more.pairs.disjoint(ENOUGH)) > few or not few else found

    def _among(self, word: Codes, candidates: Codes, hard: int) -> Found:
        """Find the pairs of candidates that are opposite under the first so many shortcuts."""
        legal = len(candidates)
        differences = self.shortcuts.differences(word, candidates)
        # Ties under an n-gram are excluded: another implementation may round them to either side.
        clear = (np.abs(differences[:, : self.shortcuts.strict]) > TIE).all(axis=1)
        candidates, differences = candidates[clear], differences[clear]
        name = self.nonwords.phonotactics.alphabet.decode(word)
        noise = generator(self.seed, "non-words", name).random(len(candidates)) * NOISE
        known = min(hard, SHORTCUTS.index("OLD20"))
        pool = opposite_pairs(differences, known, POOL, noise, disjoint=True).members()
        candidates, noise = candidates[pool], noise[pool]
        differences = self.shortcuts.complete(word, candidates, differences[pool])
        pairs = opposite_pairs(differences, hard, EDGES, noise, disjoint=False).within(WORST)
        members = pairs.members()
        reason: Reason | None = None
        if not len(members):
            reason = "no opposite pair" if legal else "no non-word near"
        return Found(candidates[members], differences[members], pairs.renumbered(members), legal, reason)


def search_words(search: Search, words: Sequence[Codes], workers: int) -> list[Found]:
    """Search many words; the result does not depend on the number of workers.

    :param search: the search.
    :param words: codes of the words.
    :param workers: number of processes; 1 runs in this process.
    """
    chunks = [words[start : start + CHUNK] for start in range(0, len(words), CHUNK)]
    found: list[Found] = []
    with bar("Non-words", len(words)) as progress:
        for chunk in in_processes(_search_chunk, chunks, workers=workers, setup=partial(_kept, search)):
            found += chunk
            progress.advance(len(chunk))
    return found


def _kept(search: Search) -> Search:
    """Return the state of a worker: the search, which is much larger than the words, is sent to it only once."""
    return search


def _search_chunk(search: Search, chunk: Sequence[Codes]) -> list[Found]:
    return [search(word) for word in chunk]
