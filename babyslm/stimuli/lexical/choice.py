"""Balance across words: selection of opposite pairs such that the differences of the whole set carry no information.

Signs are balanced within every word (see `balance`). Sizes are not: the two differences of a pair sum to 0 only for
perfect mirror images, and a classifier can learn from sums that lean to one side. Therefore pairs are selected one
after the other such that three kinds of odd functions of the differences sum to nearly 0 over the set:

* the decorrelated differences themselves, also within each word as far as its pairs allow. These are the features of a
  linear classifier.
* the signs of the differences in neighbourhood, which are not opposite in every pair.
* for every two shortcuts, the cells of a grid over both differences, each cell counted against the opposite cell.
  Trees and other non-linear classifiers use such regions.

The distribution of the differences is then symmetric about 0, and a classifier cannot beat chance. Sums are kept per
split, so each split is balanced by itself, however small it is. The first pair of a word is always selected, a further
pair only if the balance does not suffer (see `PATIENCE`). In small sets later pairs cannot compensate. There, pairs
are released again until the decorrelated sums are well below those of random signs (see `CHANCE`), and a word may lose
all its pairs.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from babyslm.seeds import generator
from babyslm.stimuli.lexical.balance import CROWDS, SHORTCUTS, TIE, Matrix
from babyslm.stimuli.lexical.search import Found

__all__ = ["SMALL", "choose_pairs"]

QUANTILES = (0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97)
"""Quantiles at which the grid divides the absolute size of a difference."""

LINEAR = 0.03
"""Weight of the squared sums, in standard deviations."""

WITHIN = 5.0
"""Weight of the sums within a word, relative to the sums over all words."""

CELLS = 5.0
"""Weight of the cells, averaged over all grids."""

EVEN = 0.3
"""Weight of the signs of neighbourhood, squared: of how many pairs more prefer the word than its non-word."""

MIRRORING = 0.1
"""Weight of the cost of the pair itself."""

PATIENCE = 25.0
"""Largest increase of the objective that a further pair may cause: about one slightly asymmetric pair, which later
pairs can compensate."""

RIDGE = 1e-3
"""Smallest share of the variance in a decorrelated direction; directions below it are not scaled up further."""

SWEEPS = 3
"""Number of times that the selection for every word is repeated, given the selection for all other words."""

SMALL = 1000
"""Number of tested words below which pairs are released again; larger sets are balanced without it."""

CHANCE = 0.25
"""Largest mean square of the decorrelated sums of a split in a small set, in units of its expectation if the signs of
all differences were random."""

FEWEST = 40
"""Number of pairs of a split below which none is released."""


class _Grid:
    """Cells of the grids over pairs of shortcuts; opposite cells share a number and differ in sign."""

    def __init__(self, differences: Matrix) -> None:
        self.cuts = [_cuts(np.abs(column)) for column in differences.T]
        self.grids = np.array(list(combinations(range(len(self.cuts)), 2))).reshape(-1, 2)
        self.side = 2 * (len(QUANTILES) + 1) + 1
        self.cells = self.side**2 // 2 + 1
        self.size = len(self.grids) * self.cells

    def __call__(self, differences: Matrix) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return the cell of each difference in each grid, and its side (-1, 0 or 1)."""
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
    """Return the matrix that whitens the differences (principal axes, unit variance)."""
    spread = np.sqrt((differences**2).mean(axis=0))
    scale = np.where(spread > TIE, 1 / np.maximum(spread, TIE), 0.0)
    scaled = differences * scale
    variances, axes = np.linalg.eigh(scaled.T @ scaled / len(scaled))
    return np.asarray(scale[:, None] * axes / np.sqrt(np.maximum(variances, RIDGE)))


def choose_pairs(found: Sequence[Found], splits: Sequence[str], per_word: int, seed: int) -> list[NDArray[np.int64]]:
    """Select the pairs of every word; no non-word is used for two words.

    :param found: the opposite pairs of each word.
    :param splits: the split of each word; each split is balanced by itself.
    :param per_word: largest number of non-words per word, an even number.
    :param seed: draws the order of the words.
    :returns: for each word, the indices of its selected pairs.
    """
    some = [place for place, each in enumerate(found) if len(each.pairs)]
    if not some:
        return [np.zeros(0, dtype=np.int64) for _ in found]
    drawn = generator(seed, "order of words").permutation(len(some))
    # Words with few pairs are served first, while their non-words are still free.
    order = sorted((some[place] for place in drawn), key=lambda place: len(found[place].pairs))
    state = _Choice(found, splits)
    for wanted in range(1, per_word // 2 + 1):  # all first pairs before any second pair
        for place in order:
            state.extend(place, wanted)
    for _ in range(SWEEPS):
        for place in order:
            wanted = max(len(state.chosen[place]), 1)
            state.release(place)
            state.extend(place, wanted)
    if len(some) <= SMALL:
        state.trim()
    return [np.array(pairs, dtype=np.int64) for pairs in state.chosen]


class _Choice:
    """The pairs selected so far, and the sums of their odd functions."""

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
        """Release all pairs of a word."""
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
        """Select pairs of a word up to a given number, each time the one that brings the sums closest to 0."""
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

    def trim(self) -> None:
        """Release pairs until the sums of each split are small; first the pair whose release reduces them most."""
        scaled = [each.differences @ self.decorrelated for each in self.found]
        for split in sorted(self.totals):
            pairs = [
                (place, pair)
                for place, chosen in enumerate(self.chosen)
                if self.splits[place] == split
                for pair in chosen
            ]
            if len(pairs) <= FEWEST:
                continue
            first = np.stack([scaled[place][self.found[place].pairs.first[pair]] for place, pair in pairs])
            second = np.stack([scaled[place][self.found[place].pairs.second[pair]] for place, pair in pairs])
            moves, squares = first + second, (first**2 + second**2).mean(axis=1)
            kept = np.ones(len(pairs), dtype=np.bool_)
            total = moves.sum(axis=0)
            while kept.sum() > FEWEST and (total**2).mean() > CHANCE * squares[kept].sum():
                left = np.where(kept, np.round(((total - moves) ** 2).sum(axis=1), 9), np.inf)
                worst = int(np.argmin(left))
                if left[worst] >= (total**2).sum():
                    break
                kept[worst] = False
                total = total - moves[worst]
            for (place, pair), stays in zip(pairs, kept, strict=True):
                if not stays:
                    self.chosen[place].remove(pair)

    def _members(self, place: int) -> list[int]:
        pairs = self.found[place].pairs
        return [int(member) for pair in self.chosen[place] for member in (pairs.first[pair], pairs.second[pair])]

    def _cell_cost(self, place: int, cells: NDArray[np.int32], sides: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the increase of the squared counts by each pair alone; 0 if its members lie in opposite cells."""
        first, second = self.found[place].pairs.first, self.found[place].pairs.second
        alone = (sides**2).sum(axis=1)
        together = np.where(cells[first] == cells[second], sides[first] * sides[second], 0).sum(axis=1)
        return np.asarray(CELLS / len(self.grid.grids) * (alone[first] + alone[second] + 2 * together))
