"""Units of posteriors: least cost, silence removed, draws with the right probabilities, one protocol."""

import itertools
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from babyslm.models.units.codebook import Codebook
from babyslm.models.units.load import load_quantiser
from babyslm.models.units.posteriors import PosteriorUnits
from babyslm.models.units.protocol import Quantiser, SamplingQuantiser
from babyslm.models.units.sampling import sample_labels
from babyslm.verify.learners.units import FeatureSizeError


def logs(frames: int, units: int, seed: int = 0) -> np.ndarray:
    table = np.random.default_rng(seed).normal(0, 1.5, (frames, units))
    return (table - np.log(np.exp(table).sum(axis=1, keepdims=True))).astype(np.float32)


def total(table: np.ndarray, labels: tuple[int, ...], penalty: float) -> float:
    changes = sum(a != b for a, b in itertools.pairwise(labels))
    return float(sum(table[t, label] for t, label in enumerate(labels)) - penalty * changes)


@pytest.mark.parametrize("penalty", [0.0, 0.7, 2.0])
def test_labels_have_the_highest_total_of_all_labellings(penalty: float) -> None:
    for seed in range(8):
        table = logs(5, 3, seed)
        best = max(total(table, tried, penalty) for tried in itertools.product(range(3), repeat=5))
        found = PosteriorUnits(3, penalty).label([table])[0]
        assert total(table, tuple(found.tolist()), penalty) == pytest.approx(best, abs=1e-5)


def test_silence_is_removed_at_the_ends_only_and_a_stream_gives_the_same() -> None:
    labels = [3, 3, 0, 0, 3, 1, 1, 2, 3]
    table = np.full((9, 4), -9.0, dtype=np.float32)
    table[np.arange(9), labels] = 0
    units = PosteriorUnits(4, penalty=1.0)
    assert units.label([table])[0].tolist() == labels
    assert units.quantise([table])[0].tolist() == [0, 3, 1, 2]
    assert PosteriorUnits(4, 1.0, deduplicate=False).quantise([table])[0].tolist() == [0, 0, 3, 1, 1, 2]
    assert units.quantise_stream([table[:3], table[3:4], table[4:]]).tolist() == [0, 3, 1, 2]
    assert units.quantise([table[:2]])[0].tolist() == []
    noise = logs(60, 4, 5)
    np.testing.assert_array_equal(units.quantise_stream([noise[:17], noise[17:]]), units.quantise([noise])[0])


@pytest.mark.parametrize("penalty", [0.0, 1.0])
def test_draws_have_the_probabilities_of_the_formula(penalty: float) -> None:
    table = logs(3, 3, 1)
    paths = list(itertools.product(range(3), repeat=3))
    weights = np.exp([total(table, path, penalty) for path in paths])
    wanted = weights / weights.sum()
    draws = 40_000
    found = sample_labels(table, penalty, np.random.default_rng(0).random((draws, 3)))
    counts = Counter(map(tuple, found.tolist()))
    shares = np.array([counts[path] for path in paths]) / draws
    assert np.abs(shares - wanted).max() < 4 * np.sqrt(0.25 / draws)


def test_draws_depend_on_the_features_alone_and_a_certain_network_draws_its_best_path() -> None:
    units = PosteriorUnits(4, penalty=1.0)
    table = logs(30, 4, 2)
    first, again = units.sample(table, 5), units.sample(table.copy(), 5)
    assert [a.tolist() for a in first] == [b.tolist() for b in again]
    assert len({tuple(a.tolist()) for a in first}) > 1
    certain = np.full((6, 4), -200.0, dtype=np.float32)
    certain[np.arange(6), [0, 0, 1, 1, 2, 2]] = 0
    assert [a.tolist() for a in units.sample(certain, 3)] == [[0, 1, 2]] * 3


def test_codebook_and_posteriors_share_one_protocol_and_come_back_from_a_folder(tmp_path: Path) -> None:
    codebook = Codebook(np.eye(3, dtype=np.float32), penalty=0.5)
    posteriors = PosteriorUnits(5, 2.5, deduplicate=False)
    for number, quantiser in enumerate((codebook, posteriors)):
        assert isinstance(quantiser, Quantiser)
        folder = tmp_path / str(number)
        quantiser.save(folder)
        found = load_quantiser(folder)
        assert (type(found), found.digest, found.settings) == (
            type(quantiser),
            quantiser.digest,
            quantiser.settings,
        )
    assert isinstance(posteriors, SamplingQuantiser)
    assert not isinstance(codebook, SamplingQuantiser)
    assert posteriors.digest != PosteriorUnits(5, 2.0, deduplicate=False).digest
    with pytest.raises(FeatureSizeError):
        posteriors.label([logs(3, 4)])
