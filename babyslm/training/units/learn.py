"""Learning speech units: a projection of feature frames, and k-means in it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from babyslm.models.devices import resolve_device
from babyslm.models.encoders.protocol import Encoder, Features, StreamingEncoder
from babyslm.models.units.codebook import Codebook
from babyslm.models.units.encoding import LONG, chunks_of
from babyslm.seeds import generator
from babyslm.speech.sound import Recording, read_whole
from babyslm.training.speech.utterances import SpokenUtterances
from babyslm.training.units.correspondence import CorrespondenceSettings, correspondence_projection
from babyslm.training.units.frames import FrameStore
from babyslm.training.units.kmeans import best_centroids, mean_distance, train_centroids
from babyslm.verify.learners.units import OtherCodebookError

__all__ = ["PcaSettings", "UnitSettings", "encoded", "learn_codebook", "mean_distance", "train_centroids"]

BLOCK = 10_000
"""Frames a step of k-means."""


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
    :param codebook: folder of a codebook made elsewhere, see `babyslm import-codebook`; nothing is learned then, and
        `size` says what is expected in it.
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
    codebook: Path | None = None


def learn_codebook(
    corpus: SpokenUtterances,
    encoder: Encoder,
    settings: UnitSettings,
    *,
    seed: int,
    device: str = "auto",
    folder: Path | None = None,
) -> Codebook:
    """Learn how features become units from a part of a corpus, of which little is in memory at a time.

    :param corpus: utterances with sound.
    :param encoder: waveform to features.
    :param settings: what decides the units.
    :param seed: decides which utterances are drawn and where k-means starts.
    :param device: where k-means runs: torch on a GPU, otherwise scikit-learn.
    :param folder: where features lie meanwhile; default the system's folder of temporary files.
    """
    if settings.codebook is not None:
        return _made_elsewhere(settings, encoder)
    where = resolve_device(device)
    drawn = _draw(corpus, settings.frames / encoder.frame_rate, seed)
    with FrameStore(encoder.dimensions, settings.context, folder) as frames:
        for _, features in encoded(corpus, drawn, encoder):
            frames.add(features)
        mean, projection = _projection(corpus, encoder, frames, settings, seed)
        order = generator(seed, "frames").permutation(len(frames))

        def blocks() -> Iterator[Features]:
            for block in frames.blocks(order, BLOCK):
                shifted: Features = block if mean is None else block - mean
                yield shifted if projection is None else shifted @ projection

        centroids = best_centroids(
            blocks, settings.size, passes=settings.passes, restarts=settings.restarts, seed=seed, device=where
        )
        codebook = Codebook(centroids, settings.context, mean, projection, 0.0, settings.deduplicate)
        return replace(codebook, penalty=settings.penalty * mean_distance(blocks(), centroids, device=where))


def _made_elsewhere(settings: UnitSettings, encoder: Encoder) -> Codebook:
    """Read the codebook that the settings name; whether runs count once is theirs to say."""
    assert settings.codebook is not None
    codebook = replace(Codebook.load(settings.codebook), deduplicate=settings.deduplicate)
    if (codebook.size, codebook.dimensions) != (settings.size, encoder.dimensions):
        raise OtherCodebookError(
            settings.codebook, codebook.size, codebook.dimensions, settings.size, encoder.dimensions
        )
    return codebook


def _draw(corpus: SpokenUtterances, seconds: float, seed: int) -> list[int]:
    """Draw utterances until their length reaches a number of seconds; the first one always is among them."""
    order = generator(seed, "utterances").permutation(len(corpus))
    before = np.cumsum(corpus.seconds[order]) - corpus.seconds[order]
    return sorted(order[before < seconds].tolist())


def encoded(corpus: SpokenUtterances, chosen: list[int], encoder: Encoder) -> Iterator[tuple[int, Iterable[Features]]]:
    """Yield number and features of the chosen utterances, in the order of their numbers where files are sorted.

    The features of an utterance come in one block, those of a long one in several, to be used at once.
    """
    numbers: list[int] = []

    def sounds() -> Iterator[Recording]:
        for number, recording in corpus.recordings(chosen):
            numbers.append(number)
            yield recording

    done = 0
    for chunk in chunks_of(sounds()):
        found: list[Iterable[Features]]
        if len(chunk[0]) > LONG and isinstance(encoder, StreamingEncoder):
            found = [encoder.stream(chunk[0])]
        else:
            found = [[features] for features in encoder.encode([read_whole(sound) for sound in chunk])]
        yield from zip(numbers[done : done + len(chunk)], found, strict=True)
        done += len(chunk)


def _projection(
    corpus: SpokenUtterances, encoder: Encoder, frames: FrameStore, settings: UnitSettings, seed: int
) -> tuple[Features | None, Features | None]:
    match settings.projection:
        case PcaSettings(dimensions=dimensions):
            mean, covariance = frames.moments()
            values, vectors = np.linalg.eigh(covariance)
            kept = vectors[:, np.argsort(-values, kind="stable")[:dimensions]]
            return mean.astype(np.float32), kept.astype(np.float32)
        case CorrespondenceSettings() as found:
            short = np.flatnonzero(corpus.seconds <= found.max_seconds)
            draws = generator(seed, "words").permutation(len(short))[: found.most]
            numbers = sorted(short[draws].tolist())
            words = {number: np.concatenate(list(blocks)) for number, blocks in encoded(corpus, numbers, encoder)}
            looks = [words[number] for number in numbers]
            return correspondence_projection(
                looks, corpus.speakers[numbers], frames.moments(), settings.context, found
            )
        case None:
            return None, None
