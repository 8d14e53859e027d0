"""The choice across words: which opposite pairs are taken, so that the whole set tells nothing.

Signs are balanced within every word (see `balance`); what is left is size: the sum of a pair's two differences is 0
only for perfect mirror images. A classifier learns from such sums where they lean one way. Therefore pairs are chosen
one after the other so that three kinds of odd functions of the differences add up to nearly 0 over the set:

* the differences themselves, decorrelated, within each word too as far as its pairs allow: what a linear classifier
  sees;
* where neighbourhood is not opposite in every pair: how often the word has more neighbours, or closer ones;
* for every two shortcuts, the cells of a grid over both differences, a cell counting against the cell opposite to it:
  what trees and other classifiers see.

The differences are then spread as their own mirror image is, and there is nothing to learn. Splits add up apart, so
that each is balanced by itself, however small. A word's first pair is always taken, a further one only if it does not
make things worse.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from babyslm.seeds import generator
from babyslm.stimuli.lexical.balance import CROWDS, SHORTCUTS, TIE, Matrix
from babyslm.stimuli.lexical.search import Found

__all__ = ["choose_pairs"]

QUANTILES = (0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97)
"""Where the grid cuts the sizes of a difference."""

LINEAR = 0.003
"""Weight of the sums, in standard deviations, squared."""

WITHIN = 60.0
"""Weight of the sums within a word, against the sums over all words."""

CELLS = 5.0
"""Weight of the cells, averaged over all grids."""

EVEN = 0.3
"""Weight of the signs of neighbourhood, squared: of how many pairs more prefer the word than its non-word."""

MIRRORING = 0.1
"""Weight of a pair's own cost."""

PATIENCE = 25.0
"""How much worse a further pair may make things: one pair that leans little, as later ones can make up for it."""

RIDGE = 1e-3
"""Smallest share of a decorrelated direction in the variance: smaller ones are not stretched further."""

SWEEPS = 2
"""How often every word's choice is made again, in the light of all others."""


class _Grid:
    """Cells of the grids over two differences each; opposite cells share a number and differ in sign."""

    def __init__(self, differences: Matrix) -> None:
        self.cuts = [_cuts(np.abs(column)) for column in differences.T]
        self.grids = np.array(list(combinations(range(len(self.cuts)), 2))).reshape(-1, 2)
        self.side = 2 * (len(QUANTILES) + 1) + 1
        self.cells = self.side**2 // 2 + 1
        self.size = len(self.grids) * self.cells

    def __call__(self, differences: Matrix) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return the number of each difference's cell in each grid, and on which side it lies (-1, 0 or 1)."""
        steps = np.stack(
            [
                np.where(np.abs(column) < TIE, 0, np.sign(column)) * (np.searchsorted(cuts, np.abs(column)) + 1)
                for column, cuts in zip(differences.T, self.cuts, strict=True)
            ],
            axis=1,
        ).astype(np.int32)
        code = steps[:, self.grids[:, 0]] * self.side + steps[:, self.grids[:, 1]]
        cell = np.abs(code) + np.arange(len(self.grids), dtype=np.int32) * self.cells
        return cell.astype(np.int32), np.sign(code).astype(np.float32)


def _cuts(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    some = sizes[sizes >= TIE]
    return np.asarray(np.quantile(some, QUANTILES)) if len(some) else np.zeros(len(QUANTILES))


def _decorrelation(differences: Matrix) -> Matrix:
    """Return the matrix that makes differences uncorrelated and of unit size (principal axes, whitened)."""
    spread = np.sqrt((differences**2).mean(axis=0))
    scale = np.where(spread > TIE, 1 / np.maximum(spread, TIE), 0.0)
    scaled = differences * scale
    variances, axes = np.linalg.eigh(scaled.T @ scaled / len(scaled))
    return np.asarray(scale[:, None] * axes / np.sqrt(np.maximum(variances, RIDGE)))


def choose_pairs(found: Sequence[Found], splits: Sequence[str], per_word: int, seed: int) -> list[NDArray[np.int64]]:
    """Choose the pairs of every word; no non-word serves two words.

    :param found: the opposite pairs of each word.
    :param splits: the split that each word is in; each split is balanced by itself.
    :param per_word: most non-words a word, an even number.
    :param seed: decides the order in which words choose.
    :returns: positions in each word's pairs.
    """
    some = [place for place, each in enumerate(found) if len(each.pairs)]
    if not some:
        return [np.zeros(0, dtype=np.int64) for _ in found]
    drawn = generator(seed, "order of words").permutation(len(some))
    # Words with few pairs choose first: what they need is still free.
    order = sorted((some[place] for place in drawn), key=lambda place: len(found[place].pairs))
    state = _Choice(found, splits)
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

    def __init__(self, found: Sequence[Found], splits: Sequence[str]) -> None:
        pooled = np.concatenate([each.differences for each in found if len(each.pairs)])
        self.decorrelated = LINEAR**0.5 * _decorrelation(pooled)
        self.found = found
        self.grid = _Grid(pooled)
        self.chosen: list[list[int]] = [[] for _ in found]
        self.own = np.zeros((len(found), pooled.shape[1]))
        self.splits = splits
        self.totals = {split: np.zeros(pooled.shape[1]) for split in splits}
        self.counts = {split: np.zeros(self.grid.size) for split in splits}
        self.leaning = {split: np.zeros(len(CROWDS)) for split in splits}
        self.names = [[row.tobytes() for row in each.codes] for each in found]
        self.taken: set[bytes] = set()

    def release(self, place: int) -> None:
        """Give back all pairs of a word."""
        cells, sides = self.grid(self.found[place].differences)
        counts = self.counts[self.splits[place]]
        for member in self._members(place):
            counts[cells[member]] -= sides[member]
            self.taken.discard(self.names[place][member])
            self.leaning[self.splits[place]] -= self._signs(place)[member]
        self.totals[self.splits[place]] -= self.own[place]
        self.own[place] = 0
        self.chosen[place] = []

    def extend(self, place: int, wanted: int) -> None:
        """Choose pairs of a word up to a number, each time the one that brings the sums closest to 0."""
        pairs, names = self.found[place].pairs, self.names[place]
        free = np.array([name not in self.taken for name in names], dtype=np.bool_)
        if len(self.chosen[place]) >= wanted or not (free[pairs.first] & free[pairs.second]).any():
            return
        scaled = np.einsum("mf,fd->md", self.found[place].differences, self.decorrelated)
        moves = scaled[pairs.first] + scaled[pairs.second]
        cells, sides = self.grid(self.found[place].differences)
        counts, total = self.counts[self.splits[place]], self.totals[self.splits[place]]
        signs, leaning = self._signs(place), self.leaning[self.splits[place]]
        leans = signs[pairs.first] + signs[pairs.second]
        fixed = (1 + WITHIN) * (moves**2).sum(axis=1) + MIRRORING * pairs.cost + self._cell_cost(place, cells, sides)
        fixed += EVEN * (leans**2).sum(axis=1)
        while len(self.chosen[place]) < wanted:
            open_pairs = free[pairs.first] & free[pairs.second]
            if not open_pairs.any():
                return
            lean = 2 * CELLS / len(self.grid.grids) * (counts[cells] * sides).sum(axis=1)
            price = fixed + lean[pairs.first] + lean[pairs.second]
            price += 2 * np.einsum("pf,f->p", moves, total + WITHIN * self.own[place])
            price += 2 * EVEN * (leans * leaning).sum(axis=1)
            best = int(np.argmin(np.where(open_pairs, np.round(price, 9), np.inf)))
            if self.chosen[place] and price[best] > PATIENCE:
                return
            self.chosen[place].append(best)
            self.own[place] += moves[best]
            total += moves[best]
            leaning += leans[best]
            for member in (pairs.first[best], pairs.second[best]):
                counts[cells[member]] += sides[member]
                self.taken.add(names[member])
                free[member] = False

    def _signs(self, place: int) -> Matrix:
        """Return on which side of the word each non-word lies in neighbourhood: -1, 0 or 1 (non-words, measures)."""
        first = SHORTCUTS.index(CROWDS[0])
        crowds = self.found[place].differences[:, first : first + len(CROWDS)]
        signs = np.zeros((len(crowds), len(CROWDS)))
        signs[:, : crowds.shape[1]] = np.where(np.abs(crowds) < TIE, 0, np.sign(crowds))
        return signs

    def _members(self, place: int) -> list[int]:
        pairs = self.found[place].pairs
        return [int(member) for pair in self.chosen[place] for member in (pairs.first[pair], pairs.second[pair])]

    def _cell_cost(self, place: int, cells: NDArray[np.int32], sides: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return what a pair adds to the squared counts by itself: nothing, if its two lie in opposite cells."""
        first, second = self.found[place].pairs.first, self.found[place].pairs.second
        alone = (sides**2).sum(axis=1)
        together = np.where(cells[first] == cells[second], sides[first] * sides[second], 0).sum(axis=1)
        return np.asarray(CELLS / len(self.grid.grids) * (alone[first] + alone[second] + 2 * together))
