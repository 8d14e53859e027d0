import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from babyslm.results.statistics.clusters import cluster_codes, influence
from babyslm.results.statistics.intervals import difference_test, proportion_interval


def naive_variance(values: np.ndarray, clusters: np.ndarray, weights: np.ndarray) -> float:
    """Variance of a weighted mean, cluster after cluster."""
    mean = sum(w * v for w, v in zip(weights, values, strict=True))
    names = sorted(set(clusters.tolist()))
    total = 0.0
    for name in names:
        total += sum(w * (v - mean) for v, c, w in zip(values, clusters, weights, strict=True) if c == name) ** 2
    return total * len(names) / (len(names) - 1)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 1000), items=st.integers(2, 25), clusters=st.integers(2, 8))
def test_the_variance_equals_that_of_a_loop_over_clusters(seed: int, items: int, clusters: int) -> None:
    random = np.random.default_rng(seed)
    values = random.choice([0, 0.25, 0.5, 1.0], items)
    of = np.concatenate([[0, 1], random.integers(0, clusters, items - 2)])
    weights = random.random(items)
    weights /= weights.sum()
    found = influence(values - weights @ values, of, weights)
    assert found.variance == pytest.approx(naive_variance(values, of, weights))
    assert found.shares.sum() == pytest.approx(1)
    assert found.count == len(set(of.tolist()))
    assert found.effective <= found.count + 1e-9


def test_items_that_are_clusters_give_the_classical_standard_error() -> None:
    values = np.random.default_rng(0).random(40)
    found = influence(values - values.mean(), np.arange(40))
    assert np.sqrt(found.variance) == pytest.approx(stats.sem(values))
    assert found.effective == pytest.approx(40)


def test_the_order_of_rows_does_not_matter() -> None:
    random = np.random.default_rng(0)
    values, names = random.random(40), random.integers(0, 9, 40).astype(str)
    items, order = np.arange(40).astype(str), random.permutation(40)
    centred = values - values.mean()
    first = influence(centred, cluster_codes(items, names))
    second = influence(centred[order], cluster_codes(items[order], names[order]))
    np.testing.assert_allclose(first.effects, second.effects, atol=1e-12)


def test_clusters_are_numbered_by_name() -> None:
    assert cluster_codes(["1", "2", "3"], ["pear", "apple", "pear"]).tolist() == [1, 0, 1]


def test_clusters_that_share_an_item_are_one() -> None:
    codes = cluster_codes(["cat", "cat", "dog", "cow", "cow"], ["a", "c", "b", "c", "d"])
    assert codes.tolist() == [0, 0, 1, 0, 0]


def test_leaving_out_the_clusters_would_claim_too_much() -> None:
    random = np.random.default_rng(7)
    held = 0
    for _ in range(400):
        ability = random.beta(3, 2, 80)
        clusters = np.repeat(np.arange(80), random.integers(2, 9, 80))
        values = (random.random(len(clusters)) < ability[clusters]).astype(float)
        mean = values.mean()
        low, high = proportion_interval(mean, influence(values - mean, np.arange(len(values))))
        held += bool(low <= 0.6 <= high)
    assert held / 400 < 0.9


def test_many_errors_in_many_clusters_give_the_interval_of_wilson() -> None:
    values = np.repeat([0.0, 1.0], [1200, 2800])
    low, high = proportion_interval(0.7, influence(values - 0.7, np.arange(4000)))
    wanted = stats.binomtest(2800, 4000).proportion_ci(method="wilson")
    assert (low, high) == pytest.approx((wanted.low, wanted.high), abs=2e-4)


def test_many_disagreements_give_the_paired_t_test() -> None:
    random = np.random.default_rng(0)
    first, second = (random.random((2, 3000)) < np.array([[0.72], [0.7]])).astype(float)
    values = first - second
    found = difference_test(values.mean(), influence(values - values.mean(), np.arange(3000)))
    wanted = stats.ttest_rel(first, second)
    ends = wanted.confidence_interval()
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high), abs=2e-4)
    assert found.p == pytest.approx(wanted.pvalue, abs=2e-3)


def test_fewer_than_two_clusters_give_no_interval() -> None:
    one = influence(np.array([0.5, -0.5]), np.array([0, 0]))
    assert np.isnan(proportion_interval(0.5, one)).all()
    found = difference_test(0.5, one)
    assert np.isnan([found.low, found.high]).all()
    assert found.p == 1


def test_learners_with_the_same_scores_are_not_told_apart_and_not_certain_to_be_equal() -> None:
    found = difference_test(0.0, influence(np.zeros(26), np.arange(26)))
    assert found.p == 1
    assert -0.2 < found.low < 0 < found.high < 0.2


def test_a_whole_benchmark_takes_seconds_at_most() -> None:
    random = np.random.default_rng(0)
    values, clusters = random.random((90_000, 50)), random.integers(0, 18_000, 90_000)
    start = time.process_time()
    proportion_interval(values.mean(axis=0), influence(values - values.mean(axis=0), clusters))
    # A fraction of a second on an idle core; the bound leaves room for a busy machine, not for a loop over items.
    assert time.process_time() - start < 10
