"""Units: nearest centroids, exact segmentation, codebooks that come back as they were saved."""

import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from babyslm.models.units.codebook import Codebook, deduplicate, stack_context
from babyslm.models.units.segmentation import segment
from babyslm.verify.learners.folders import CorruptModelError, MissingModelFileError
from babyslm.verify.learners.units import FeatureSizeError


def codebook(seed: int = 0) -> Codebook:
    draws = np.random.default_rng(seed)
    return Codebook(
        centroids=draws.standard_normal((5, 2)).astype(np.float32),
        context=(-1, 0, 2),
        mean=draws.standard_normal(9).astype(np.float32),
        projection=draws.standard_normal((9, 2)).astype(np.float32),
        penalty=0.5,
    )


def cost(table: np.ndarray, labels: tuple[int, ...], penalty: float) -> float:
    changes = sum(a != b for a, b in itertools.pairwise(labels))
    return float(sum(table[t, label] for t, label in enumerate(labels)) + penalty * changes)


@given(
    frames=st.integers(1, 5),
    labels=st.integers(1, 4),
    penalty=st.floats(0, 3),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=60, deadline=None)
def test_segmentation_is_as_good_as_the_best_of_all_labellings(
    frames: int, labels: int, penalty: float, seed: int
) -> None:
    table = np.random.default_rng(seed).random((frames, labels)).astype(np.float32)
    best = min(cost(table, tried, penalty) for tried in itertools.product(range(labels), repeat=frames))
    found = segment([table], penalty)[0]
    assert cost(table, tuple(found.tolist()), penalty) == pytest.approx(best, abs=1e-5)


def test_segmentation_of_an_utterance_does_not_depend_on_the_others() -> None:
    draws = np.random.default_rng(1)
    tables = [draws.random((int(n), 6)).astype(np.float32) for n in draws.integers(1, 40, 30)]
    together = segment(tables, 0.4)
    for table, labels in zip(tables, together, strict=True):
        np.testing.assert_array_equal(labels, segment([table], 0.4)[0])


def test_without_a_penalty_each_frame_has_its_nearest_label_and_a_high_one_allows_no_change() -> None:
    table = np.random.default_rng(2).random((20, 4)).astype(np.float32)
    np.testing.assert_array_equal(segment([table], 0)[0], table.argmin(axis=1))
    assert segment([table], 1e6)[0].tolist() == [int(table.sum(axis=0).argmin())] * 20


def test_distances_are_squared_distances_to_centroids_up_to_a_constant_of_the_frame() -> None:
    made = codebook()
    features = np.random.default_rng(3).standard_normal((7, 3)).astype(np.float32)
    projected = made.project(features)
    naive = ((projected[:, None] - made.centroids[None]) ** 2).sum(axis=2)
    expected = naive - (projected**2).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(made.distances(features), expected, atol=1e-4)


def test_context_is_stacked_with_the_ends_repeated() -> None:
    features = np.arange(4, dtype=np.float32)[:, None]
    assert stack_context(features, (-1, 0, 2)).tolist() == [[0, 0, 2], [0, 1, 3], [1, 2, 3], [2, 3, 3]]


def test_projection_equals_a_loop_over_frames() -> None:
    made = codebook()
    features = np.random.default_rng(4).standard_normal((6, 3)).astype(np.float32)
    for t, row in enumerate(made.project(features)):
        neighbours = [features[min(5, max(0, t + offset))] for offset in made.context]
        np.testing.assert_allclose(row, (np.concatenate(neighbours) - made.mean) @ made.projection, atol=1e-5)


@given(st.lists(st.integers(0, 3), max_size=30))
def test_deduplication_keeps_one_of_each_run(units: list[int]) -> None:
    assert deduplicate(np.array(units, dtype=np.int64)).tolist() == [unit for unit, _ in itertools.groupby(units)]


def test_runs_count_once_only_if_the_codebook_says_so() -> None:
    features = [np.repeat(np.eye(2, 3, dtype=np.float32), 4, axis=0)]
    once = Codebook(np.eye(2, 3, dtype=np.float32))
    assert once.quantise(features)[0].tolist() == [0, 1]
    assert replace(once, deduplicate=False).quantise(features)[0].tolist() == [0] * 4 + [1] * 4


def test_a_saved_codebook_comes_back_as_it_was(tmp_path: Path) -> None:
    made = codebook()
    made.save(tmp_path)
    back = Codebook.load(tmp_path)
    assert back.digest == made.digest
    features = [np.random.default_rng(5).standard_normal((30, 3)).astype(np.float32)]
    np.testing.assert_array_equal(back.quantise(features)[0], made.quantise(features)[0])
    assert back.dimensions == 3


def test_the_digest_changes_with_whatever_changes_units() -> None:
    made = codebook()
    others = [
        replace(made, penalty=0.6),
        replace(made, deduplicate=False),
        replace(made, context=(0, 1, 2)),
        replace(made, mean=None),
        replace(made, centroids=made.centroids + np.float32(1e-6)),
    ]
    assert len({made.digest, *(other.digest for other in others)}) == 6


def test_features_of_another_encoder_are_refused() -> None:
    with pytest.raises(FeatureSizeError, match=r"\(4, 5\).*\(frames, 3\)"):
        codebook().quantise([np.zeros((4, 5), dtype=np.float32)])


def test_a_damaged_codebook_is_named(tmp_path: Path) -> None:
    codebook().save(tmp_path)
    arrays = tmp_path / "codebook.safetensors"
    whole = arrays.read_bytes()
    arrays.write_bytes(whole[:40])
    with pytest.raises(CorruptModelError, match=r"codebook\.safetensors"):
        Codebook.load(tmp_path)
    arrays.unlink()
    with pytest.raises(MissingModelFileError, match=r"codebook\.safetensors"):
        Codebook.load(tmp_path)
    arrays.write_bytes(whole)
    described = json.loads((tmp_path / "codebook.json").read_text())
    (tmp_path / "codebook.json").write_text(json.dumps(described | {"context": [0, 1]}))
    with pytest.raises(CorruptModelError, match="do not match 9 stacked"):
        Codebook.load(tmp_path)
