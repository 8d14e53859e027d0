"""The choice across words: which opposite pairs are taken, so that the whole set tells nothing.

Signs are balanced within every word (see `balance`); what is left is size: the sum of a pair's two differences is 0
only for perfect mirror images. A classifier learns from such sums where they lean one way. Therefore pairs are chosen
one after the other so that odd functions of the differences, linear ones and sines of random projections (Rahimi &
Recht 2007), add up to nearly 0, within each word as far as its pairs allow and over all words: the differences are
then distributed as their mirror image, in the sense of a maximum mean discrepancy (Gretton et al. 2012).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from babyslm.seeds import generator
from babyslm.stimuli.balance import TIE, Matrix
from babyslm.stimuli.search import Found

__all__ = ["choose_pairs"]

SINES = (0.6, 0.3, 0.15)
"""Frequencies of the sines, in radians a standard deviation: from fine to coarse."""

SINES_EACH = 64
LINEAR = 0.1
"""Weight of a linear function, against 1 / sqrt(all sines) a sine."""

WITHIN = 5.0
"""Weight of the balance within a word, against the balance over all words."""

MIRRORING = 0.1
"""Weight of a pair's own cost."""

SWEEPS = 2
"""How often every word's choice is made again, in the light of all others."""


class _Odd:
    """Odd functions of the differences."""

    def __init__(self, found: Sequence[Found], seed: int) -> None:
        pooled = np.concatenate([each.differences for each in found])
        spread = np.sqrt((pooled**2).mean(axis=0))
        self.scale = 1 / np.where(spread > TIE, spread, np.inf)
        draws = generator(seed, "sines").normal(size=(pooled.shape[1], SINES_EACH * len(SINES)))
        self.projection = draws * np.repeat(SINES, SINES_EACH)
        self.size = sum(self.projection.shape)

    def __call__(self, differences: Matrix) -> Matrix:
        scaled = differences * self.scale
        sines = np.sin(np.einsum("nf,fs->ns", scaled, self.projection)) / self.projection.shape[1] ** 0.5
        return np.concatenate([scaled * LINEAR, sines], axis=1)


def choose_pairs(found: Sequence[Found], per_word: int, seed: int) -> list[NDArray[np.int64]]:
    """Choose the pairs of every word; no non-word serves two words.

    :param found: the opposite pairs of each word.
    :param per_word: most non-words a word, an even number.
    :param seed: decides the order in which words choose.
    :returns: positions in each word's pairs.
    """
    some = [place for place, each in enumerate(found) if len(each.pairs)]
    if not some:
        return [np.zeros(0, dtype=np.int64) for _ in found]
    odd = _Odd([found[place] for place in some], seed)
    drawn = generator(seed, "order of words").permutation(len(some))
    # Words with few pairs choose first: what they need is still free.
    order = sorted((some[place] for place in drawn), key=lambda place: len(found[place].pairs))
    state = _Choice(found, odd)
    for wanted in range(1, per_word // 2 + 1):  # every word has its first pair before any has its second
        for place in order:
            state.extend(place, wanted)
    for _ in range(SWEEPS):
        for place in order:
            wanted = max(len(state.chosen[place]), 1)
            state.release(place)
            state.extend(place, wanted)
    return [np.array(pairs, dtype=np.int64) for pairs in state.chosen]


class _Choice:
    """The pairs chosen so far, and what their odd functions add up to."""

    def __init__(self, found: Sequence[Found], odd: _Odd) -> None:
        self.found, self.odd = found, odd
        self.chosen: list[list[int]] = [[] for _ in found]
        self.own = [np.zeros(odd.size) for _ in found]
        self.total = np.zeros(odd.size)
        self.names = [[row.tobytes() for row in each.codes] for each in found]
        self.taken: set[bytes] = set()

    def release(self, place: int) -> None:
        """Give back all pairs of a word."""
        pairs, names = self.found[place].pairs, self.names[place]
        for pair in self.chosen[place]:
            self.taken -= {names[pairs.first[pair]], names[pairs.second[pair]]}
        self.total = self.total - self.own[place]
        self.own[place] = np.zeros(self.odd.size)
        self.chosen[place] = []

    def extend(self, place: int, wanted: int) -> None:
        """Choose pairs of a word up to a number, each time the one that brings the sums closest to 0."""
        pairs, names = self.found[place].pairs, self.names[place]
        if len(self.chosen[place]) >= wanted or not len(pairs):
            return
        values = self.odd(self.found[place].differences)
        moves = values[pairs.first] + values[pairs.second]
        fixed = (1 + WITHIN) * (moves**2).sum(axis=1) + MIRRORING * pairs.cost
        free = np.array([name not in self.taken for name in names])
        while len(self.chosen[place]) < wanted:
            open_pairs = free[pairs.first] & free[pairs.second]
            if not open_pairs.any():
                return
            price = fixed + 2 * np.einsum("pf,f->p", moves, self.total + WITHIN * self.own[place])
            best = int(np.argmin(np.where(open_pairs, np.round(price, 9), np.inf)))
            members = [pairs.first[best], pairs.second[best]]
            self.chosen[place].append(best)
            self.own[place] = self.own[place] + moves[best]
            self.total = self.total + moves[best]
            free[members] = False
            self.taken |= {names[member] for member in members}
