"""k-means on a stream of frames: scikit-learn's mini-batch algorithm on a CPU, or the same steps in torch on a GPU.

Each block moves centroids towards the mean of the frames nearest to them, at a rate that falls with the number of
frames a centroid has received (Sculley 2010). Centroids with almost no frames are regularly moved to frames of the
block.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from babyslm.models.encoders.protocol import Features
from babyslm.seeds import derive
from babyslm.verify.learners.units import TooFewFramesError

if TYPE_CHECKING:
    import torch

__all__ = ["best_centroids", "mean_distance", "torch_centroids", "train_centroids"]

COUNTED = 1024
"""Frames that a block counts for in scikit-learn's schedule of the search for idle centroids."""

FIRST = 3
"""k-means++ draws from this many times the frames of a block, or this many times the centroids if these are more."""

IDLE = 0.01
"""A centroid with less than this proportion of the busiest centroid's frames is idle and is moved."""

PATIENCE = 10
"""Idle centroids are searched for after every this many frames per centroid."""

Blocks = Callable[[], Iterable[Features]]


def train_centroids(
    blocks: Iterable[Features], size: int, *, seed: int, device: "torch.device | None" = None
) -> Features:
    """Run k-means on a stream of blocks, one in memory at a time; k-means++ initialises from the first block.

    :param blocks: each (frames, dimensions); the first must hold at least `size` frames.
    :param size: number of centroids.
    :param seed: seed of the initialisation.
    :param device: a GPU uses torch; anything else uses scikit-learn.
    :returns: centroids, shape (size, dimensions).
    """
    if device is not None and device.type != "cpu":
        return torch_centroids(blocks, size, seed=seed, device=device)
    from sklearn.cluster import MiniBatchKMeans

    model = MiniBatchKMeans(size, init="k-means++", n_init=1, random_state=seed % 2**32, compute_labels=False)
    for block in _verified(blocks, size):
        model.partial_fit(block)
    centroids: Features = model.cluster_centers_.astype(np.float32)
    return centroids


def torch_centroids(blocks: Iterable[Features], size: int, *, seed: int, device: "torch.device") -> Features:
    """Run the same algorithm with the same random draws in torch.

    :param blocks: each (frames, dimensions).
    :param size: number of centroids.
    :param seed: as for scikit-learn.
    :param device: device for distances and means.
    :returns: centroids, shape (size, dimensions), equal to scikit-learn's up to rounding.
    """
    import torch

    random = np.random.RandomState(seed % 2**32)  # the generator that scikit-learn uses
    centroids = counts = torch.zeros(0)
    waiting = 0
    for block in _verified(blocks, size):
        frames = torch.from_numpy(block).to(device)
        if len(centroids) == 0:
            centroids = torch.from_numpy(_first_centroids(block, size, random)).to(device)
            counts = torch.zeros(size, device=device)
            counted = min(COUNTED, len(block))
        waiting += counted
        due = bool((counts == 0).any()) or waiting >= PATIENCE * size
        waiting = 0 if due else waiting
        centroids, counts = _step(frames, centroids, counts)
        if due:
            _replace_idle(frames, centroids, counts, random)
    found: Features = centroids.cpu().numpy()
    return found


def _verified(blocks: Iterable[Features], size: int) -> Iterator[Features]:
    """Yield the blocks that hold frames; a first block with too few frames is an error."""
    started = False
    for block in blocks:
        if not started and len(block) < size:
            raise TooFewFramesError(len(block), size)
        started = True
        if len(block):
            yield np.ascontiguousarray(block, dtype=np.float32)


def _first_centroids(block: Features, size: int, random: "np.random.RandomState") -> Features:
    from sklearn.cluster import kmeans_plusplus

    most = FIRST * min(COUNTED, len(block))
    most = min(FIRST * size if most < size else most, len(block))
    drawn = block if most == len(block) else block[random.randint(0, len(block), most)]
    centroids: Features = kmeans_plusplus(drawn, size, random_state=random)[0]
    return centroids


def _step(
    frames: "torch.Tensor", centroids: "torch.Tensor", counts: "torch.Tensor"
) -> "tuple[torch.Tensor, torch.Tensor]":
    """Move each centroid towards the mean of its frames; sums are matrix products, so they are reproducible."""
    import torch

    nearest = (centroids.square().sum(dim=1) - 2 * frames @ centroids.T).argmin(dim=1)
    chosen = torch.nn.functional.one_hot(nearest, len(centroids)).to(frames.dtype)
    gained = chosen.sum(dim=0)
    after = counts + gained
    moved = (centroids * counts[:, None] + chosen.T @ frames) / after.clamp_min(1)[:, None]
    return torch.where(gained[:, None] > 0, moved, centroids), after


def _replace_idle(
    frames: "torch.Tensor", centroids: "torch.Tensor", counts: "torch.Tensor", random: "np.random.RandomState"
) -> None:
    """Move idle centroids to frames of the block, in place; at most half as many as the block has frames."""
    import torch

    had: NDArray[np.float32] = counts.cpu().numpy()
    idle = had < IDLE * had.max()
    half = int(0.5 * len(frames))
    if idle.sum() > 0.5 * len(frames):
        idle[np.argsort(had)[half:]] = False
    if not idle.any():
        return
    drawn = random.choice(len(frames), replace=False, size=int(idle.sum()))
    where = torch.from_numpy(idle).to(counts.device)
    centroids[where] = frames[torch.from_numpy(drawn).to(frames.device)]
    counts[where] = float(had[~idle].min())


def best_centroids(
    blocks: Blocks, size: int, *, passes: int, restarts: int, seed: int, device: "torch.device | None" = None
) -> Features:
    """Run k-means from several seeds and return the centroids with the smallest mean distance (the first of equals).

    :param blocks: function that returns the same blocks for each pass.
    :param size: number of centroids.
    :param passes: passes over the blocks in each run.
    :param restarts: number of runs.
    :param seed: the seed of each run is derived from it.
    :param device: see `train_centroids`.
    """
    tried = []
    for run in range(restarts):
        stream = (block for _ in range(passes) for block in blocks())
        tried.append(train_centroids(stream, size, seed=derive(seed, "k-means", run), device=device))
    if len(tried) == 1:
        return tried[0]
    return min(tried, key=lambda centroids: mean_distance(blocks(), centroids, device=device))


def mean_distance(blocks: Iterable[Features], centroids: Features, *, device: "torch.device | None" = None) -> float:
    """Return the mean squared distance of frames to their nearest centroid.

    :param blocks: each (frames, dimensions).
    :param centroids: shape (size, dimensions).
    :param device: on a GPU the distances are computed in torch.
    """
    total, count = 0.0, 0
    for block in blocks:
        total += float(_nearest(block, centroids, device).sum(dtype=np.float64))
        count += len(block)
    return total / max(1, count)


def _nearest(block: Features, centroids: Features, device: "torch.device | None") -> Features:
    """Return the squared distance of each frame to its nearest centroid."""
    own = np.square(block).sum(axis=1)
    squares = np.square(centroids).sum(axis=1)
    if device is None or device.type == "cpu":
        nearest: Features = (squares - 2 * block @ centroids.T).min(axis=1) + own
        return nearest
    import torch

    there = [torch.from_numpy(np.ascontiguousarray(part)).to(device) for part in (block, centroids, squares)]
    least: Features = (there[2] - 2 * there[0] @ there[1].T).amin(dim=1).cpu().numpy()
    found: Features = least + own
    return found
