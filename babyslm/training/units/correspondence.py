"""Speaker-invariant projection learned from pairs of similar utterances of different speakers.

Short utterances of different speakers whose features are closest are taken to be the same word. The frame-by-frame
differences within such a pair reflect the speakers. The projection keeps the directions in which frames vary most
relative to these differences: the generalised eigenvectors of total against within-pair covariance, as in linear
discriminant analysis, without labels. The search for pairs is then repeated with the projected features.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from babyslm.models.encoders.protocol import Features
from babyslm.models.units.codebook import stack_context
from babyslm.verify.learners.units import NoCorrespondenceError

__all__ = ["CorrespondenceSettings", "correspondence_projection", "nearest_pairs"]

EMBEDDING_POINTS = 10
"""Frames that represent an utterance in the search for neighbours."""

RIDGE = 1e-3
"""Regularisation: the within-pair covariance is increased by this proportion of the mean variance."""

BLOCK = 1024
"""Number of utterances whose distances to all others are in memory at once."""

Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]


class CorrespondenceSettings(BaseModel):
    """Settings of the search for pairs of similar utterances.

    :param max_seconds: maximum length of an utterance that is taken for an isolated word, in seconds.
    :param neighbours: number of nearest utterances of other speakers paired with each utterance.
    :param rounds: how often pairs are searched and the projection is learned.
    :param points: number of points along a pair at which frames are compared.
    :param most: upper limit on the number of utterances compared.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["correspondence"] = "correspondence"
    dimensions: int = Field(default=12, ge=1)
    max_seconds: float = Field(default=0.8, gt=0)
    neighbours: int = Field(default=3, ge=1)
    rounds: int = Field(default=2, ge=1)
    points: int = Field(default=20, ge=2)
    most: int = Field(default=10_000, ge=2)


def correspondence_projection(
    words: Sequence[Features],
    speakers: NDArray[np.int64],
    moments: tuple[NDArray[np.float64], NDArray[np.float64]],
    context: Sequence[int],
    settings: CorrespondenceSettings,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Learn a projection in which similar utterances of different speakers are close.

    :param words: features of short utterances, each (frames, dimensions).
    :param speakers: shape (len(words),): the speaker of each utterance.
    :param moments: mean, shape (D,), and covariance, shape (D, D), of the stacked frames of all speech, whose
        variation is to be preserved.
    :param context: offsets of the stacked frames.
    :param settings: settings of the search for pairs.
    :returns: mean of shape (D,) and projection of shape (D, d).
    """
    if len(words) < 2 or len(np.unique(speakers)) < 2:
        raise NoCorrespondenceError(len(words), settings.max_seconds)
    mean, total = moments
    stacked = [stack_context(features, context) for features in words]
    looks: list[Features] = list(words)
    projection = np.zeros(0)
    for _ in range(settings.rounds):
        pairs = nearest_pairs(looks, speakers, settings.neighbours)
        within = _within(stacked, pairs, settings.points)
        projection = _discriminants(total, within, settings.dimensions)
        looks = [((features - mean) @ projection).astype(np.float32) for features in stacked]
    return mean.astype(np.float32), projection.astype(np.float32)


def nearest_pairs(words: Sequence[Features], speakers: NDArray[np.int64], neighbours: int) -> Pairs:
    """Return the most similar pairs of utterances of different speakers.

    :param words: features of each utterance, each (frames, dimensions).
    :param speakers: shape (len(words),): the speaker of each utterance.
    :param neighbours: number of neighbours per utterance; fewer if the other speakers have fewer utterances.
    :returns: indices of the first and of the second members of the pairs; each utterance is first with its neighbours.
    """
    points = np.stack([_along(features, EMBEDDING_POINTS).ravel() for features in words]).astype(np.float32)
    points -= points.mean(axis=0)
    squares = np.square(points).sum(axis=1)
    first, second = [], []
    for start in range(0, len(points), BLOCK):
        rows = slice(start, start + BLOCK)
        distances = squares[rows, None] + squares[None] - 2 * points[rows] @ points.T
        distances[speakers[rows, None] == speakers[None]] = np.inf
        nearest = np.argpartition(distances, min(neighbours, len(points)) - 1, axis=1)[:, :neighbours]
        reached = np.isfinite(np.take_along_axis(distances, nearest, axis=1))
        first.append((np.arange(start, start + len(nearest))[:, None] + 0 * nearest)[reached])
        second.append(nearest[reached])
    return np.concatenate(first), np.concatenate(second)


def _along(features: Features, points: int) -> Features:
    """Return frames at equal steps along an utterance."""
    found: Features = features[np.round(np.linspace(0, len(features) - 1, points)).astype(np.int64)]
    return found


def _within(stacked: Sequence[Features], pairs: Pairs, points: int) -> NDArray[np.float64]:
    """Return the within-pair covariance: half that of the differences between paired frames, regularised."""
    looks = np.stack([_along(features, points) for features in stacked])
    size = looks.shape[2]
    scatter, count = np.zeros((size, size)), 0
    for start in range(0, len(pairs[0]), BLOCK):
        part = slice(start, start + BLOCK)
        differences = (looks[pairs[0][part]] - looks[pairs[1][part]]).reshape(-1, size).astype(np.float64)
        scatter += differences.T @ differences
        count += len(differences)
    within: NDArray[np.float64] = scatter / (2 * count)
    within += RIDGE * np.trace(within) / size * np.eye(size)
    return within


def _discriminants(total: NDArray[np.float64], within: NDArray[np.float64], dimensions: int) -> NDArray[np.float64]:
    """Return the directions of greatest total relative to within-pair variance, scaled to within-pair variance 1."""
    _, vectors = scipy.linalg.eigh(total, within)
    found: NDArray[np.float64] = vectors[:, ::-1][:, :dimensions]
    return found
