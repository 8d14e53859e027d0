import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from babyslm.results.statistics.intervals import cluster_codes, draw_means, p_value, percentile_interval
from babyslm.seeds import generator


def naive_draws(
    values: np.ndarray, clusters: np.ndarray, groups: np.ndarray, draws: int, seed: int, names: tuple[str, ...]
) -> np.ndarray:
    """Draw clusters, copy their items, average the copies."""
    random = generator(seed, "bootstrap", *names)
    count = clusters.max() + 1
    means = np.full((draws, groups.max() + 1), np.nan)
    for draw in range(draws):
        chosen = random.integers(0, count, size=count)
        for group in range(groups.max() + 1):
            copies = [
                v for c in chosen for v, k, g in zip(values, clusters, groups, strict=True) if (k, g) == (c, group)
            ]
            if copies:
                means[draw, group] = sum(copies) / len(copies)
    return means


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), items=st.integers(1, 25), clusters=st.integers(1, 8), groups=st.integers(1, 3))
def test_the_weighted_draws_equal_a_loop_that_copies_items(seed: int, items: int, clusters: int, groups: int) -> None:
    random = np.random.default_rng(seed)
    values = random.choice([0, 0.25, 0.5, 1.0], items)
    of = cluster_codes(np.arange(items).astype(str), random.integers(0, clusters, items).astype(str))
    group = random.integers(0, groups, items)
    ours = draw_means(values, of, group, draws=70, seed=seed, names=("lexical", "dev"))
    np.testing.assert_allclose(ours, naive_draws(values, of, group, 70, seed, ("lexical", "dev")), atol=1e-12)


def test_draws_depend_on_seed_and_names_alone() -> None:
    values, clusters = np.random.default_rng(0).random(50), np.arange(50) // 2
    first = draw_means(values, clusters, draws=20, seed=1, names=("a",))
    np.testing.assert_array_equal(first, draw_means(values, clusters, draws=20, seed=1, names=("a",)))
    np.testing.assert_array_equal(first[:5], draw_means(values, clusters, draws=5, seed=1, names=("a",)))
    assert not np.array_equal(first, draw_means(values, clusters, draws=20, seed=2, names=("a",)))
    assert not np.array_equal(first, draw_means(values, clusters, draws=20, seed=1, names=("b",)))


def test_the_order_of_rows_does_not_matter() -> None:
    random = np.random.default_rng(0)
    values, names = random.random(40), random.integers(0, 9, 40).astype(str)
    items, order = np.arange(40).astype(str), random.permutation(40)
    first = draw_means(values, cluster_codes(items, names), draws=30)
    second = draw_means(values[order], cluster_codes(items[order], names[order]), draws=30)
    np.testing.assert_allclose(first, second, atol=1e-12)


def test_clusters_are_numbered_by_name() -> None:
    assert cluster_codes(["1", "2", "3"], ["pear", "apple", "pear"]).tolist() == [1, 0, 1]


def test_clusters_that_share_an_item_are_one() -> None:
    codes = cluster_codes(["cat", "cat", "dog", "cow", "cow"], ["a", "c", "b", "c", "d"])
    assert codes.tolist() == [0, 0, 1, 0, 0]


def test_rows_without_a_group_still_take_part_in_the_draws() -> None:
    values, clusters = np.arange(6.0), np.arange(6)
    means = draw_means(values, clusters, np.array([0, 0, 0, -1, -1, -1]), draws=400)
    assert means.shape == (400, 1)
    assert np.isnan(means).any()
    assert np.nanmax(means) <= 2


def simulated_coverage(tests: int, *, clustered: bool) -> float:
    """Share of simulated experiments whose interval holds the true accuracy .6."""
    random = np.random.default_rng(7)
    hits = 0
    for test in range(tests):
        ability = random.beta(3, 2, 80)
        sizes = random.integers(2, 9, 80)
        clusters = np.repeat(np.arange(80), sizes)
        values = (random.random(len(clusters)) < ability[clusters]).astype(float)
        of = clusters if clustered else np.arange(len(values))
        low, high = percentile_interval(draw_means(values, of, draws=400, seed=test)[:, 0], 80)
        hits += low <= 0.6 <= high
    return hits / tests


def test_the_interval_holds_the_truth_as_often_as_it_claims() -> None:
    assert 0.92 <= simulated_coverage(400, clustered=True) <= 0.98


def test_leaving_out_the_clusters_would_claim_too_much() -> None:
    assert simulated_coverage(150, clustered=False) < 0.9


def test_fewer_than_two_clusters_give_no_interval() -> None:
    assert np.isnan(percentile_interval(np.full(100, 0.5), 1)).all()
    assert np.isnan(percentile_interval(np.full(100, np.nan), 5)).all()
    assert percentile_interval(np.arange(101.0), 2) == pytest.approx((2.5, 97.5))


def test_p_values_are_two_sided_and_never_nothing() -> None:
    assert p_value(np.ones(999)) == pytest.approx(2 / 1000)
    assert p_value(-np.ones(999)) == pytest.approx(2 / 1000)
    assert p_value(np.zeros(99)) == 1
    assert p_value(np.array([-1.0] * 100 + [1.0] * 899)) == pytest.approx(2 * 101 / 1000)


def test_p_values_are_even_where_nothing_differs() -> None:
    random = np.random.default_rng(3)
    values = [
        p_value(draw_means(random.choice([-1.0, 0.0, 1.0], 60), np.arange(60), draws=300, seed=test)[:, 0])
        for test in range(300)
    ]
    assert 0.02 <= np.mean(np.array(values) < 0.05) <= 0.09
    assert 0.4 <= np.mean(values) <= 0.6


def test_two_thousand_draws_on_a_whole_benchmark_take_seconds_at_most() -> None:
    random = np.random.default_rng(0)
    values, clusters = random.random(90_000), random.integers(0, 18_000, 90_000)
    start = time.process_time()
    draw_means(values, clusters, draws=2_000)
    # The aim is one second on an idle core; the bound leaves room for a busy machine, not for a loop over items.
    assert time.process_time() - start < 10
