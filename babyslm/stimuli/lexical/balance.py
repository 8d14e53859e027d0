"""Balance within a word: pairs of non-words that mirror each other around their word.

Let d(c) be the value of a shortcut measure on the non-word c minus its value on the word. Two non-words a and b are
*opposite* if d(a) and d(b) have opposite signs (or are both 0) under every shortcut. If the non-words of a word come
in opposite pairs, each shortcut prefers the word in exactly half of its pairs. The same then holds for the whole set
and for every length, frequency band and split of it. The best opposite pairs mirror each other in size as well,
d(a) ~ -d(b): if all pairs did so perfectly, no classifier over the differences, linear or not, could learn anything.
The residuals of imperfect pairs are balanced across words (`babyslm.stimuli.lexical.choice`).
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from babyslm.stimuli.words.neighbours import Neighbours
from babyslm.stimuli.words.phonotactics import WEIGHTS, Codes, Ngram, Phonotactics

__all__ = ["CROWDS", "SHORTCUTS", "OppositePairs", "Shortcuts", "opposite_pairs"]

ORDERS = (1, 2, 3)
MODELS = tuple(f"{order}-gram {weight}" for order in ORDERS for weight in WEIGHTS)
SHARP = tuple(f"3-gram {weight}, hardly smoothed" for weight in WEIGHTS)
CROWDS = ("neighbours", "OLD20")
INNER = tuple(f"{order}-gram {weight} without boundaries" for order in ORDERS[1:] for weight in WEIGHTS)
SHORTCUTS = (*MODELS, *SHARP, *CROWDS, *INNER)
"""Columns of a matrix of differences. The first eight are balanced in sign within each word, the next two as well or,
where a word has too few such pairs, over the whole set; the last four are balanced in size only."""

HARDLY = 0.01
"""Smoothing constant of the second pair of trigram models. It makes the balance robust to how trigrams are
smoothed."""

TIE = 1e-6
"""Differences below this size count as ties."""

NEARNESS = 0.05
"""Weight of the distance from the word, relative to the weight of the mirroring error."""

EDGES = 200_000
"""Largest number of candidate pairs compared within one sign pattern. Candidates far from the word are dropped
first."""

NOWHERE = np.zeros(0, dtype=np.int64)

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Shortcuts:
    """Measures that could separate words from non-words without knowledge of the words; columns as in `SHORTCUTS`.

    :param phonotactics: the lexicon and its n-gram models.
    :param strict: number of leading columns, the n-grams, under which a difference must not be a tie, and which are
        opposite in sign within every pair.
    :param hard: number of leading columns that are opposite in sign within a pair if a word has enough such pairs.
    """

    phonotactics: Phonotactics = field(repr=False)
    strict: int = len(MODELS) + len(SHARP)
    hard: int = len(MODELS) + len(SHARP) + len(CROWDS)

    @cached_property
    def models(self) -> tuple[Ngram, ...]:
        """The six n-gram models and the two trigram models with little smoothing."""
        known = self.phonotactics
        plain = [known.ngram(order, weight) for order in ORDERS for weight in WEIGHTS]
        return (*plain, *(known.ngram(3, weight, smoothing=HARDLY) for weight in WEIGHTS))

    @cached_property
    def neighbours(self) -> Neighbours:
        """The lexicon, indexed for neighbourhood density."""
        return Neighbours(self.phonotactics.words)

    def differences(self, word: Codes, candidates: Codes) -> Matrix:
        """Return the difference, non-word minus word, under every shortcut; the column of OLD20 is 0.

        :param word: codes of the word, shape (length,).
        :param candidates: codes of its non-words, shape (non-words, length).
        :returns: shape (non-words, shortcuts).
        """
        codes = np.concatenate([word[None], candidates])
        whole, inner = [], []
        for model in self.models:
            terms = model.terms(codes)
            whole.append(terms.sum(axis=1))
            if model.order == 2 or model.smoothing == HARDLY:
                inner.append(terms[:, model.order - 1 : -1].sum(axis=1))
        density = self.neighbours.density(codes).astype(np.float64)
        values = np.stack([*whole, density, np.zeros(len(codes)), *inner], axis=1)
        return np.asarray(values[1:] - values[0])

    def complete(self, word: Codes, candidates: Codes, differences: Matrix) -> Matrix:
        """Return the differences with the column of OLD20 filled in.

        :param word: codes of the word, shape (length,).
        :param candidates: codes of its non-words, shape (non-words, length).
        :param differences: the result of `differences` for them, shape (non-words, shortcuts).
        """
        values = self.neighbours.old20(np.concatenate([word[None], candidates]))
        differences = differences.copy()
        differences[:, SHORTCUTS.index("OLD20")] = values[1:] - values[0]
        return differences


@dataclass(frozen=True)
class OppositePairs:
    """Pairs of non-words that mirror each other around their word, best first.

    :param first: index of the first non-word of each pair.
    :param second: index of the second non-word of each pair.
    :param cost: distance from perfect mirror images close to the word; 0 is perfect.
    """

    first: NDArray[np.int64] = field(default_factory=NOWHERE.copy)
    second: NDArray[np.int64] = field(default_factory=NOWHERE.copy)
    cost: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def __len__(self) -> int:
        return len(self.cost)

    def members(self) -> NDArray[np.int64]:
        """Return the sorted indices of all non-words that occur in a pair."""
        return np.unique(np.concatenate([self.first, self.second]))

    def renumbered(self, members: NDArray[np.int64]) -> "OppositePairs":
        """Return the pairs with each index replaced by its position in `members`.

        :param members: indices of all members, sorted.
        """
        return OppositePairs(np.searchsorted(members, self.first), np.searchsorted(members, self.second), self.cost)

    def among(self, kept: NDArray[np.bool_]) -> "OppositePairs":
        """Return the pairs whose two non-words are both kept; indices do not change.

        :param kept: whether each non-word is kept.
        """
        both = kept[self.first] & kept[self.second]
        return OppositePairs(self.first[both], self.second[both], self.cost[both])

    def within(self, cost: float) -> "OppositePairs":
        """Return the pairs whose cost is at most a given value.

        :param cost: largest cost.
        """
        kept = self.cost <= cost
        return OppositePairs(self.first[kept], self.second[kept], self.cost[kept])

    def disjoint(self, limit: int) -> "OppositePairs":
        """Return the best pairs such that no two of them share a non-word.

        :param limit: largest number of pairs.
        """
        taken: set[int] = set()
        kept: list[int] = []
        for place, (a, b) in enumerate(zip(self.first.tolist(), self.second.tolist(), strict=True)):
            if a not in taken and b not in taken:
                taken |= {a, b}
                kept.append(place)
                if len(kept) == limit:
                    break
        return OppositePairs(self.first[kept], self.second[kept], self.cost[kept])


def opposite_pairs(
    differences: Matrix, hard: int, limit: int, noise: NDArray[np.float64], *, disjoint: bool
) -> OppositePairs:
    """Find the opposite pairs among the non-words of one word.

    :param differences: non-word minus word under each shortcut, shape (non-words, shortcuts).
    :param hard: number of leading shortcuts that must be opposite in sign; the others enter the cost only.
    :param limit: largest number of pairs; the best mirror images are kept.
    :param noise: a small number per non-word, added to the cost of its pairs, so that the seed breaks ties.
    :param disjoint: use each non-word in at most one pair.
    """
    if len(differences) < 2:
        return OppositePairs()
    spread = differences.std(axis=0)
    scaled = differences / np.where(spread > TIE, spread, 1.0)
    far = NEARNESS * (scaled**2).mean(axis=1) + noise
    signs = np.where(np.abs(differences[:, :hard]) < TIE, 0, np.sign(differences[:, :hard])).astype(np.int64)
    patterns = (signs * 3 ** np.arange(hard)).sum(axis=1)
    order = np.lexsort((far, patterns))
    values, starts = np.unique(patterns[order], return_index=True)
    groups = dict(zip(values.tolist(), np.split(order, starts[1:]), strict=True))
    found = [
        _mirrored(scaled, far, groups[pattern], groups[-pattern])
        for pattern in sorted(pattern for pattern in groups if pattern <= 0 and -pattern in groups)
    ]
    if not found:
        return OppositePairs()
    first, second, cost = (np.concatenate(column) for column in zip(*found, strict=True))
    best = np.lexsort((second, first, np.round(cost, 9)))
    pairs = OppositePairs(first[best], second[best], cost[best])
    return (
        pairs.disjoint(limit)
        if disjoint
        else OppositePairs(pairs.first[:limit], pairs.second[:limit], pairs.cost[:limit])
    )


def _mirrored(
    scaled: Matrix, far: NDArray[np.float64], one: NDArray[np.int64], two: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Compute the cost of every pair between two groups with opposite signs, each sorted by distance from the word."""
    if len(one) * len(two) > EDGES:
        side = int(EDGES**0.5)
        one, two = one[: max(side, EDGES // len(two))], two[: max(side, EDGES // len(one))]
    cost = ((scaled[one][:, None] + scaled[two][None]) ** 2).mean(axis=2) + far[one][:, None] + far[two][None]
    same = len(one) == len(two) and one[0] == two[0]  # all differences 0: the group is its own opposite
    rows, columns = np.nonzero(np.triu(np.ones(cost.shape), 1) if same else np.ones(cost.shape))
    return one[rows], two[columns], cost[rows, columns]
