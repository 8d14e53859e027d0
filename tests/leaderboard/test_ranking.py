"""Ranks, against tests of two learners at a time and cases that can be worked out by hand."""

import numpy as np
import pytest
from scipy import stats

from babyslm.leaderboard.board.ranking import rank, separable
from babyslm.results.outcomes.compare import holm
from babyslm.results.statistics.clusters import Influence, influence
from babyslm.results.statistics.intervals import proportion_interval


def evidence_of(items: np.ndarray) -> Influence:
    """Influence of the items, each a cluster, on the accuracies of learners; items has shape (learners, items)."""
    return influence((items - items.mean(axis=1, keepdims=True)).T, np.arange(items.shape[1]))


def naive_separable(items: np.ndarray) -> np.ndarray:
    """Every two learners, one after another, by the paired t test."""
    count = len(items)
    pairs = [(i, j) for i in range(count) for j in range(i + 1, count)]
    p = [1.0 if (items[i] == items[j]).all() else stats.ttest_rel(items[i], items[j]).pvalue for i, j in pairs]
    better = np.zeros((count, count), dtype=bool)
    for (i, j), corrected in zip(pairs, holm(np.array(p)), strict=True):
        if corrected < 0.05:
            first, second = (i, j) if items[i].mean() > items[j].mean() else (j, i)
            better[first, second] = True
    return better


def test_every_pair_is_tested_as_if_alone() -> None:
    random = np.random.default_rng(0)
    abilities = np.array([0.9, 0.85, 0.85, 0.6, 0.55, 0.5])
    items = (random.random((6, 150)) < abilities[:, None]).astype(float)
    items[2] = items[1]
    better = separable(items.mean(axis=1), evidence_of(items))
    assert (better == naive_separable(items)).all()
    assert better[0, 5]
    assert not better[1, 2]
    assert not better[2, 1]


def test_learners_that_err_on_the_same_items_are_separable_where_their_intervals_overlap() -> None:
    random = np.random.default_rng(1)
    first = (random.random(400) < 0.7).astype(float)
    second = first.copy()
    second[np.flatnonzero(first)[:20]] = 0
    items = np.stack([first, second])
    evidence = evidence_of(items)
    ends = proportion_interval(items.mean(axis=1), evidence)
    assert ends.low[0] < ends.high[1], "the intervals overlap"
    assert separable(items.mean(axis=1), evidence)[0, 1]


def test_many_comparisons_are_paid_for() -> None:
    """Learners that all guess stay in one group, however many there are."""
    random = np.random.default_rng(2)
    items = (random.random((60, 200)) < 0.5).astype(float)
    order = np.argsort(-items.mean(axis=1), kind="stable")
    items = items[order]
    accuracy = items.mean(axis=1)
    better = separable(accuracy, evidence_of(items))
    assert better.sum() == 0
    assert set(rank(accuracy, better).rank.tolist()) == {1}
    assert (naive_p_uncorrected(items) < 0.05).sum() > 20


def naive_p_uncorrected(items: np.ndarray) -> np.ndarray:
    return np.array(
        [stats.ttest_rel(items[i], items[j]).pvalue for i in range(len(items)) for j in range(i + 1, len(items))]
    )


def test_all_of_a_group_share_its_rank() -> None:
    better = np.zeros((5, 5), dtype=bool)
    better[0, [2, 3, 4]] = better[1, [3, 4]] = better[2, 4] = True
    ranks = rank(np.array([0.9, 0.85, 0.7, 0.6, 0.5]), better)
    assert ranks.rank.tolist() == [1, 1, 3, 3, 5]
    assert ranks.group.tolist() == [1, 1, 2, 2, 3]
    assert ranks.best.tolist() == [1, 1, 2, 3, 4]
    assert ranks.worst.tolist() == [2, 3, 4, 5, 5]


@pytest.mark.parametrize(("count", "clusters"), [(0, 10), (1, 10), (3, 1)])
def test_nothing_is_separable_without_evidence(count: int, clusters: int) -> None:
    accuracy = np.linspace(1, 0, count)
    better = separable(accuracy, influence(np.zeros((clusters, count)), np.arange(clusters)))
    assert better.shape == (count, count)
    assert not better.any()


def test_a_difference_that_never_varies_is_certain() -> None:
    items = np.stack([np.ones(20), np.zeros(20)])
    assert separable(items.mean(axis=1), evidence_of(items))[0, 1]
