"""Learning speech units: a projection of feature frames, and k-means in it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from babyslm.models.encoders.protocol import Encoder, Features
from babyslm.models.units import Codebook, stack_context
from babyslm.seeds import derive, generator
from babyslm.training.correspondence import CorrespondenceSettings, correspondence_projection
from babyslm.training.speech_data import SpokenUtterances
from babyslm.verify.units import TooFewFramesError

__all__ = ["PcaSettings", "UnitSettings", "learn_codebook", "train_centroids"]

BLOCK = 10_000
"""Frames a step of k-means."""

ENCODED = 64
"""Utterances encoded at once."""


class PcaSettings(BaseModel):
    """Principal components of the stacked frames.

    :param dimensions: how many are kept.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["pca"] = "pca"
    dimensions: int = Field(default=20, ge=1)


class UnitSettings(BaseModel):
    """What decides the units.

    :param size: how many units there are.
    :param context: frames that are stacked, relative to the frame.
    :param projection: of the stacked frames; none where it is left out.
    :param penalty: what a change of unit costs, in mean squared distances of a frame to its nearest centroid.
    :param deduplicate: whether runs of a unit count once.
    :param frames: most frames that projection and centroids are learned from, drawn by whole utterances.
    :param passes: how often k-means sees them.
    :param restarts: runs of k-means, each from its own seed; that of the least distance is kept.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: int = Field(default=100, ge=2, le=10_000)
    context: tuple[int, ...] = Field(default=(0,), min_length=1)
    projection: Annotated[PcaSettings | CorrespondenceSettings, Field(discriminator="kind")] | None = None
    penalty: float = Field(default=0.0, ge=0)
    deduplicate: bool = True
    frames: int = Field(default=300_000, ge=100)
    passes: int = Field(default=5, ge=1)
    restarts: int = Field(default=1, ge=1)


def learn_codebook(corpus: SpokenUtterances, encoder: Encoder, settings: UnitSettings, *, seed: int) -> Codebook:
    """Learn how features become units from a part of a corpus.

    :param corpus: utterances with sound.
    :param encoder: waveform to features.
    :param settings: what decides the units.
    :param seed: decides which utterances are drawn and where k-means starts.
    """
    drawn = _draw(corpus, settings.frames / encoder.frame_rate, seed)
    features = dict(_encoded(corpus, drawn, encoder))
    stacked = np.concatenate([stack_context(features[number], settings.context) for number in sorted(features)])
    mean, projection = _projection(corpus, encoder, stacked, settings, seed)
    if mean is not None:
        stacked = stacked - mean
    if projection is not None:
        stacked = stacked @ projection
    order = generator(seed, "frames").permutation(len(stacked))
    blocks = [stacked[order[start : start + BLOCK]] for start in range(0, len(order), BLOCK)]
    centroids = _best_of(blocks, settings, seed)
    codebook = Codebook(centroids, settings.context, mean, projection, 0.0, settings.deduplicate)
    return replace(codebook, penalty=settings.penalty * mean_distance(blocks, centroids))


def _draw(corpus: SpokenUtterances, seconds: float, seed: int) -> list[int]:
    """Draw utterances until their length reaches a number of seconds; the first one always is among them."""
    order = generator(seed, "utterances").permutation(len(corpus))
    before = np.cumsum(corpus.seconds[order]) - corpus.seconds[order]
    return sorted(order[before < seconds].tolist())


def _encoded(corpus: SpokenUtterances, chosen: list[int], encoder: Encoder) -> Iterator[tuple[int, Features]]:
    chunk = []
    for entry in corpus.waveforms(chosen):
        chunk.append(entry)
        if len(chunk) == ENCODED:
            yield from _encode_chunk(chunk, encoder)
            chunk = []
    yield from _encode_chunk(chunk, encoder)


def _encode_chunk(chunk: list[tuple[int, Features]], encoder: Encoder) -> Iterator[tuple[int, Features]]:
    features = encoder.encode([waveform for _, waveform in chunk])
    yield from zip((number for number, _ in chunk), features, strict=True)


def _projection(
    corpus: SpokenUtterances, encoder: Encoder, stacked: Features, settings: UnitSettings, seed: int
) -> tuple[Features | None, Features | None]:
    match settings.projection:
        case PcaSettings(dimensions=dimensions):
            mean = stacked.mean(axis=0, dtype=np.float64)
            values, vectors = np.linalg.eigh(np.cov(stacked.T.astype(np.float64)))
            kept = vectors[:, np.argsort(-values, kind="stable")[:dimensions]]
            return mean.astype(np.float32), kept.astype(np.float32)
        case CorrespondenceSettings() as found:
            short = np.flatnonzero(corpus.seconds <= found.max_seconds)
            draws = generator(seed, "words").permutation(len(short))[: found.most]
            numbers = sorted(short[draws].tolist())
            words = dict(_encoded(corpus, numbers, encoder))
            looks = [words[number] for number in numbers]
            return correspondence_projection(looks, corpus.speakers[numbers], stacked, settings.context, found)
        case None:
            return None, None


def _best_of(blocks: list[Features], settings: UnitSettings, seed: int) -> Features:
    """Run k-means from several seeds and keep the centroids nearest to the frames; the first of equals."""
    stream = blocks * settings.passes
    tried = [
        train_centroids(stream, settings.size, seed=derive(seed, "k-means", run)) for run in range(settings.restarts)
    ]
    return min(tried, key=lambda centroids: mean_distance(blocks, centroids)) if len(tried) > 1 else tried[0]


def train_centroids(blocks: Iterable[Features], size: int, *, seed: int) -> Features:
    """Run k-means on a stream of blocks, of which one is in memory at a time; k-means++ on the first block.

    :param blocks: each (frames, dimensions); the first must hold `size` frames or more.
    :param size: number of centroids.
    :param seed: decides where it starts.
    :returns: centroids, shape (size, dimensions).
    """
    from sklearn.cluster import MiniBatchKMeans

    model = MiniBatchKMeans(size, init="k-means++", n_init=1, random_state=seed % 2**32, compute_labels=False)
    for number, block in enumerate(blocks):
        if number == 0 and len(block) < size:
            raise TooFewFramesError(len(block), size)
        if len(block):
            model.partial_fit(np.ascontiguousarray(block, dtype=np.float32))
    centroids: Features = model.cluster_centers_.astype(np.float32)
    return centroids


def mean_distance(blocks: Iterable[Features], centroids: Features) -> float:
    """Return the mean squared distance of frames to their nearest centroid."""
    squares = np.square(centroids).sum(axis=1)
    total, count = 0.0, 0
    for block in blocks:
        nearest = (squares - 2 * block @ centroids.T).min(axis=1) + np.square(block).sum(axis=1)
        total += float(nearest.sum(dtype=np.float64))
        count += len(block)
    return total / max(1, count)
