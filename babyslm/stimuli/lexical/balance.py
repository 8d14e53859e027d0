"""The balanced choice: non-words in pairs that mirror each other around their word.

Whatever a shortcut measures, let d(c) be its value on the non-word c less its value on the word. Two non-words a and
b are *opposite* if under every shortcut d(a) and d(b) have opposite signs (or are both 0). A word whose non-words come
in opposite pairs is preferred in exactly half of its pairs, under each shortcut, so the whole set is, and so is every
length, frequency band and split of it. Among opposite pairs those serve best whose differences mirror each other in
size as well, d(a) ~ -d(b): were all of them perfect, no classifier over the differences, linear or not, could learn
anything. What imperfect ones leave over is balanced across words (`babyslm.stimuli.lexical.choice`).
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
"""Columns of a matrix of differences. The first eight are balanced word by word; the next two as well, and over the
whole set where a word has too few such pairs; the last four through size alone."""

HARDLY = 0.01
"""Smoothing of a second pair of trigrams, so that the balance does not hang on how rare trigrams are smoothed."""

TIE = 1e-6
"""Smaller differences are ties."""

NEARNESS = 0.05
"""Weight of lying close to the word, against mirroring well."""

EDGES = 200_000
"""Pairs of candidates weighed within one sign pattern; beyond, the candidates far from the word are left aside."""

NOWHERE = np.zeros(0, dtype=np.int64)

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Shortcuts:
    """What could tell a word from a non-word without knowing the word; columns as in `SHORTCUTS`.

    :param phonotactics: the lexicon.
    :param strict: so many shortcuts, the n-grams, are opposite in every pair.
    :param hard: so many are where enough pairs are found.
    """

    phonotactics: Phonotactics = field(repr=False)
    strict: int = len(MODELS) + len(SHARP)
    hard: int = len(MODELS) + len(SHARP) + len(CROWDS)

    @cached_property
    def models(self) -> tuple[Ngram, ...]:
        """The six n-grams, and the two trigrams that are hardly smoothed."""
        known = self.phonotactics
        plain = [known.ngram(order, weight) for order in ORDERS for weight in WEIGHTS]
        return (*plain, *(known.ngram(3, weight, smoothing=HARDLY) for weight in WEIGHTS))

    @cached_property
    def neighbours(self) -> Neighbours:
        """The lexicon, indexed for neighbourhood density."""
        return Neighbours(self.phonotactics.words)

    def differences(self, word: Codes, candidates: Codes) -> Matrix:
        """Return non-word less word under every shortcut but OLD20, whose column is 0.

        :param word: the word (length).
        :param candidates: its non-words (non-words, length).
        :returns: (non-words, shortcuts).
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
        """Return the differences with OLD20's filled in.

        :param word: the word (length).
        :param candidates: its non-words (non-words, length).
        :param differences: what `differences` gave for them.
        """
        values = self.neighbours.old20(np.concatenate([word[None], candidates]))
        differences = differences.copy()
        differences[:, SHORTCUTS.index("OLD20")] = values[1:] - values[0]
        return differences


@dataclass(frozen=True)
class OppositePairs:
    """Pairs of non-words that mirror each other around their word, the best first.

    :param first: position of the one.
    :param second: position of the other.
    :param cost: how far they are from perfect mirror images close to the word; 0 is perfect.
    """

    first: NDArray[np.int64] = field(default_factory=NOWHERE.copy)
    second: NDArray[np.int64] = field(default_factory=NOWHERE.copy)
    cost: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def __len__(self) -> int:
        return len(self.cost)

    def members(self) -> NDArray[np.int64]:
        """Return the positions of all non-words that are in some pair, sorted."""
        return np.unique(np.concatenate([self.first, self.second]))

    def renumbered(self, members: NDArray[np.int64]) -> "OppositePairs":
        """Return the pairs with positions in `members` for positions.

        :param members: all members, sorted.
        """
        return OppositePairs(np.searchsorted(members, self.first), np.searchsorted(members, self.second), self.cost)

    def among(self, kept: NDArray[np.bool_]) -> "OppositePairs":
        """Return the pairs both of whose non-words are kept; positions stay as they are.

        :param kept: whether each non-word is.
        """
        both = kept[self.first] & kept[self.second]
        return OppositePairs(self.first[both], self.second[both], self.cost[both])

    def within(self, cost: float) -> "OppositePairs":
        """Return the pairs up to a cost.

        :param cost: the largest.
        """
        kept = self.cost <= cost
        return OppositePairs(self.first[kept], self.second[kept], self.cost[kept])

    def disjoint(self, limit: int) -> "OppositePairs":
        """Return the best pairs of which no two share a non-word.

        :param limit: most pairs returned.
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

    :param differences: non-word less word under each shortcut (non-words, shortcuts).
    :param hard: the first so many shortcuts must be opposite in sign; the others only count for the cost.
    :param limit: most pairs returned, the best mirror images.
    :param noise: a small number a non-word, added to its pairs' cost, so that a seed decides between equals.
    :param disjoint: return no non-word twice.
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
    """Weigh every pair of two groups with opposite signs; the groups are sorted by their distance from the word."""
    if len(one) * len(two) > EDGES:
        side = int(EDGES**0.5)
        one, two = one[: max(side, EDGES // len(two))], two[: max(side, EDGES // len(one))]
    cost = ((scaled[one][:, None] + scaled[two][None]) ** 2).mean(axis=2) + far[one][:, None] + far[two][None]
    same = len(one) == len(two) and one[0] == two[0]  # all differences 0: the group is its own opposite
    rows, columns = np.nonzero(np.triu(np.ones(cost.shape), 1) if same else np.ones(cost.shape))
    return one[rows], two[columns], cost[rows, columns]
