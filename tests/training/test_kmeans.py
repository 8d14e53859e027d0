"""k-means on streams: torch step for step as scikit-learn, and frames that lie on disk."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch
from sklearn.cluster import MiniBatchKMeans

from babyslm.models.encoders.load import make_encoder
from babyslm.models.encoders.settings import LogMelSettings, MfccSettings
from babyslm.models.units.codebook import stack_context
from babyslm.models.units.published import import_codebook
from babyslm.seeds import derive
from babyslm.training.speech.utterances import SpokenUtterances
from babyslm.training.units import kmeans
from babyslm.training.units.frames import FrameStore
from babyslm.training.units.kmeans import best_centroids, mean_distance, torch_centroids, train_centroids
from babyslm.training.units.learn import UnitSettings, learn_codebook
from babyslm.verify.learners.units import OtherCodebookError, TooFewFramesError

CPU = torch.device("cpu")


def blocks(count: int = 12, rows: int = 700, width: int = 5, centres: int = 40) -> list[np.ndarray]:
    draws = np.random.default_rng(0)
    middle = 3 * draws.standard_normal((centres, width))
    return [
        (middle[draws.integers(0, centres, rows)] + 0.4 * draws.standard_normal((rows, width))).astype(np.float32)
        for _ in range(count)
    ]


@pytest.mark.parametrize(("size", "rows"), [(7, 700), (50, 700), (300, 700), (200, 3500), (64, 64)])
@pytest.mark.parametrize("seed", [0, 5])
def test_torch_ends_where_scikit_learn_does(size: int, rows: int, seed: int) -> None:
    """Many centroids for few clusters, so that idle ones are replaced, are among the cases."""
    stream = blocks(rows=rows)
    theirs = MiniBatchKMeans(size, init="k-means++", n_init=1, random_state=seed, compute_labels=False)
    for block in stream:
        theirs.partial_fit(block)
    ours = torch_centroids(iter(stream), size, seed=seed, device=CPU)
    np.testing.assert_allclose(ours, theirs.cluster_centers_, atol=1e-4)
    np.testing.assert_allclose(ours, train_centroids(iter(stream), size, seed=seed), atol=1e-4)


def test_idle_centroids_are_replaced_in_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = blocks()
    stream[1:] = [block + 100 for block in stream[1:]]  # what the first block held does not come again
    kept = torch_centroids(iter(stream), 30, seed=0, device=CPU)
    monkeypatch.setattr(kmeans, "IDLE", 0.0)
    left = torch_centroids(iter(stream), 30, seed=0, device=CPU)
    assert (left.mean(axis=1) < 50).sum() > (kept.mean(axis=1) < 50).sum()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_a_gpu_ends_where_scikit_learn_does() -> None:
    stream, gpu = blocks(), torch.device("cuda")
    ours = train_centroids(iter(stream), 50, seed=1, device=gpu)
    np.testing.assert_allclose(ours, train_centroids(iter(stream), 50, seed=1), atol=1e-3)
    assert mean_distance(stream, ours, device=gpu) == pytest.approx(mean_distance(stream, ours), rel=1e-4)


def test_a_stream_is_taken_block_by_block() -> None:
    alive = 0

    def once() -> Iterator[np.ndarray]:
        nonlocal alive
        for block in blocks():
            alive += 1
            yield block

    train_centroids(once(), 9, seed=0)
    assert alive == 12
    with pytest.raises(TooFewFramesError, match="units.size=800: only 700 frames"):
        torch_centroids(once(), 800, seed=0, device=CPU)
    assert alive == 13


def test_restarts_are_seeded_and_the_best_is_kept() -> None:
    made = blocks()
    several = best_centroids(lambda: made, 20, passes=1, restarts=4, seed=3)
    tried = [train_centroids(iter(made), 20, seed=derive(3, "k-means", run)) for run in range(4)]
    distances = [mean_distance(made, centroids) for centroids in tried]
    assert len(set(distances)) == 4
    np.testing.assert_array_equal(several, tried[int(np.argmin(distances))])


def test_mean_distance_equals_a_loop() -> None:
    made, centroids = blocks(2, 20), blocks(1, 6)[0]
    naive = np.mean([min(float(((frame - c) ** 2).sum()) for c in centroids) for block in made for frame in block])
    assert mean_distance(made, centroids) == pytest.approx(naive, rel=1e-4)


def test_frames_on_disk_are_those_that_were_added(tmp_path: Path) -> None:
    draws = np.random.default_rng(0)
    utterances = [draws.standard_normal((n, 3)).astype(np.float32) for n in (4, 1, 9, 2)]
    context = (-2, 0, 1)
    expected = np.concatenate([stack_context(frames, context) for frames in utterances])
    with FrameStore(3, context, tmp_path) as store:
        for frames in utterances:
            store.add(np.array_split(frames, 2))
        assert len(store) == 16
        assert list(tmp_path.iterdir()) == []  # the file has no name: nothing is left behind, whatever happens
        np.testing.assert_array_equal(np.concatenate(list(store.blocks(size=5))), expected)
        order = draws.permutation(16)
        np.testing.assert_array_equal(np.concatenate(list(store.blocks(order, 7))), expected[order])
        mean, covariance = store.moments()
    np.testing.assert_allclose(mean, expected.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(covariance, np.cov(expected.T), atol=1e-6)


def test_a_codebook_made_elsewhere_is_taken_as_it_is(tmp_path: Path) -> None:
    encoder = make_encoder(MfccSettings(deltas=0))
    centroids = np.random.default_rng(0).standard_normal((6, encoder.dimensions)).astype(np.float32)
    np.save(tmp_path / "km.npy", centroids)
    import_codebook(tmp_path / "km.npy", tmp_path / "units")
    corpus = cast("SpokenUtterances", None)  # of which nothing is heard
    settings = UnitSettings(size=6, codebook=tmp_path / "units", deduplicate=False)
    codebook = learn_codebook(corpus, encoder, settings, seed=0)
    np.testing.assert_array_equal(codebook.centroids, centroids)
    assert not codebook.deduplicate
    with pytest.raises(
        OtherCodebookError, match=r"6 units of 13 dimensions, but units\.size=7 and the encoder gives 13"
    ):
        learn_codebook(corpus, encoder, settings.model_copy(update={"size": 7}), seed=0)
    with pytest.raises(OtherCodebookError, match="gives 40"):
        learn_codebook(corpus, make_encoder(LogMelSettings()), settings, seed=0)
