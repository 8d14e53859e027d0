"""Simulated coverage of the intervals, at accuracies from chance to perfection and from 20 clusters on."""

import numpy as np
import pytest

from babyslm.results.statistics.clusters import influence
from babyslm.results.statistics.intervals import difference_test, proportion_interval

RUNS = 2_000
LEAST = 0.94
NOISE = 3 * np.sqrt(LEAST * (1 - LEAST) / RUNS)
"""Three standard errors of a simulated coverage of .94."""

SIZES = {"equal": (1, 1), "unequal": (1, 6)}


def abilities(random: np.random.Generator, mean: float, correlation: float, count: int) -> np.ndarray:
    """Abilities of clusters, shape (RUNS, count), of a beta distribution with this mean and correlation."""
    if mean in (0.0, 1.0):
        return np.full((RUNS, count), mean)
    total = 1 / correlation - 1
    return random.beta(mean * total, (1 - mean) * total, (RUNS, count))


def items(random: np.random.Generator, count: int, sizes: tuple[int, int]) -> np.ndarray:
    return np.repeat(np.arange(count), random.integers(sizes[0], sizes[1] + 1, count))


@pytest.mark.parametrize("truth", [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0])
@pytest.mark.parametrize("count", [20, 26, 60])
@pytest.mark.parametrize("sizes", list(SIZES))
def test_the_interval_of_an_accuracy_holds_the_truth(truth: float, count: int, sizes: str) -> None:
    random = np.random.default_rng([count, round(100 * truth), len(sizes)])
    for correlation in (0.05, 0.3, 0.6):
        for trials in (1, 8):  # one voice, or eight that a word is averaged over
            clusters = items(random, count, SIZES[sizes])
            right = random.binomial(trials, abilities(random, truth, correlation, count)[:, clusters]).T / trials
            mean = right.mean(axis=0)
            low, high = proportion_interval(mean, influence(right - mean, clusters))
            held = np.mean((low <= truth + 1e-12) & (truth - 1e-12 <= high))
            assert held >= LEAST - NOISE, (correlation, trials)


@pytest.mark.parametrize(
    ("first", "second"), [(0.6, 0.6), (0.8, 0.75), (0.95, 0.93), (0.99, 0.99), (0.9, 0.5), (1, 1)]
)
@pytest.mark.parametrize("count", [20, 26, 60])
@pytest.mark.parametrize("shared", [0.0, 0.9])
def test_the_interval_of_a_difference_holds_the_truth(first: float, second: float, count: int, shared: float) -> None:
    """Two learners whose errors are independent given the cluster, or mostly the same errors."""
    random = np.random.default_rng([count, round(100 * first), round(100 * shared)])
    for trials in (1, 8):
        clusters = items(random, count, (1, 4))
        uniform = random.random((2, trials, RUNS, len(clusters)))
        uniform[1] = np.where(random.random(uniform[0].shape) < shared, uniform[0], uniform[1])
        ability = [abilities(random, mean, 0.3, count)[:, clusters] for mean in (first, second)]
        right = [(uniform[k] < ability[k]).mean(axis=0).T for k in range(2)]
        values = right[0] - right[1]
        difference = values.mean(axis=0)
        found = difference_test(difference, influence(values - difference, clusters))
        truth = first - second
        held = np.mean((found.low <= truth + 1e-12) & (truth - 1e-12 <= found.high))
        assert held >= LEAST - NOISE, trials
        if first == second and first < 1:
            assert np.mean(found.p < 0.05) <= 1 - LEAST + NOISE, trials


def test_a_learner_without_an_error_is_not_certain() -> None:
    clusters = influence(np.zeros(257), np.arange(257))
    low, high = proportion_interval(1.0, clusters)
    assert high == 1.0
    assert low == pytest.approx(1 - 3.878 / 257, abs=1e-3)  # t of 256 degrees of freedom, squared: 3.878


def test_intervals_narrow_as_the_evidence_grows() -> None:
    random = np.random.default_rng(0)
    widths = []
    for count in (20, 80, 320, 1280):
        right = (random.random(count) < 0.75).astype(float)
        low, high = proportion_interval(right.mean(), influence(right - right.mean(), np.arange(count)))
        widths.append(float(high - low))
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] == pytest.approx(2 * 1.962 * np.sqrt(0.75 * 0.25 / 1280), rel=0.05)
