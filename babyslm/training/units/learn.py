"""Learning of speech units: a projection of feature frames, and k-means on the projected frames."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
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

__all__ = [
    "FrameSource",
    "PcaSettings",
    "UnitSettings",
    "encoded",
    "learn_codebook",
    "learn_units",
    "mean_distance",
    "train_centroids",
]

BLOCK = 10_000
"""Frames per step of k-means."""

SMALLEST = 1e-9
"""Variance of a component relative to the largest one, below which it counts as this much when it is whitened."""


class FrameSource(Protocol):
    """Utterances and the features of their frames.

    `frame_rate` (Hz) and `dimensions` describe the features, `seconds` and `speakers` the utterances.
    """

    @property
    def frame_rate(self) -> float:
        """Frames per second."""

    @property
    def dimensions(self) -> int:
        """Dimensions of a frame."""

    @property
    def seconds(self) -> NDArray[np.float64]:
        """Length of each utterance."""

    @property
    def speakers(self) -> NDArray[np.int64]:
        """Speaker of each utterance."""

    def features(self, chosen: list[int]) -> Iterator[tuple[int, Iterable[Features]]]:
        """Yield index and features of the chosen utterances, to be used at once."""


@dataclass(frozen=True)
class CorpusFrames:
    """Features of a corpus, computed from its sound.

    :param corpus: utterances with sound.
    :param encoder: waveform to features.
    """

    corpus: SpokenUtterances
    encoder: Encoder

    @property
    def frame_rate(self) -> float:
        """Frames per second."""
        return self.encoder.frame_rate

    @property
    def dimensions(self) -> int:
        """Dimensions of a frame."""
        return self.encoder.dimensions

    @property
    def seconds(self) -> NDArray[np.float64]:
        """Length of each utterance."""
        return self.corpus.seconds

    @property
    def speakers(self) -> NDArray[np.int64]:
        """Speaker of each utterance."""
        return self.corpus.speakers

    def features(self, chosen: list[int]) -> Iterator[tuple[int, Iterable[Features]]]:
        """Yield index and features of the chosen utterances, to be used at once."""
        return encoded(self.corpus, chosen, self.encoder)


class PcaSettings(BaseModel):
    """Principal component analysis of the stacked frames.

    :param dimensions: number of components kept.
    :param whiten: power of its standard deviation by which each component is divided: 0 leaves the variances as they
        are, 1 makes them equal, .5 lies between (half-whitened).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["pca"] = "pca"
    dimensions: int = Field(default=20, ge=1)
    whiten: float = Field(default=0.0, ge=0, le=1)


class UnitSettings(BaseModel):
    """Settings of the units.

    :param size: number of units.
    :param context: offsets of the stacked frames, relative to the frame.
    :param projection: projection of the stacked frames; default none.
    :param penalty: cost of a change of unit, in mean squared distances of a frame to its nearest centroid.
    :param deduplicate: whether runs of the same unit count once.
    :param frames: upper limit on the frames used to learn projection and centroids, drawn as whole utterances.
    :param passes: passes of k-means over these frames.
    :param restarts: runs of k-means, each with its own seed; the run with the smallest distance is kept.
    :param codebook: folder of an external codebook, see `babyslm import-codebook`; nothing is learned then, and `size`
        is the number of units expected in it.
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
    """Learn a codebook from a part of a corpus, with little of it in memory at a time.

    :param corpus: utterances with sound.
    :param encoder: waveform to features.
    :param settings: settings of the units.
    :param seed: seed of the sample of utterances and of k-means.
    :param device: device of k-means: torch on a GPU, otherwise scikit-learn.
    :param folder: folder of temporary features; default the system's folder for temporary files.
    """
    if settings.codebook is not None:
        return _made_elsewhere(settings, encoder)
    return learn_units(CorpusFrames(corpus, encoder), settings, seed=seed, device=device, folder=folder)


def learn_units(
    source: FrameSource, settings: UnitSettings, *, seed: int, device: str = "auto", folder: Path | None = None
) -> Codebook:
    """Learn a codebook from the frames of a source; parameters as in `learn_codebook`."""
    where = resolve_device(device)
    drawn = _draw(source.seconds, settings.frames / source.frame_rate, seed)
    with FrameStore(source.dimensions, settings.context, folder) as frames:
        for _, features in source.features(drawn):
            frames.add(features)
        mean, projection = _projection(source, frames, settings, seed)
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
    """Read the codebook named in the settings; `deduplicate` is taken from the settings."""
    assert settings.codebook is not None
    codebook = replace(Codebook.load(settings.codebook), deduplicate=settings.deduplicate)
    if (codebook.size, codebook.dimensions) != (settings.size, encoder.dimensions):
        raise OtherCodebookError(
            settings.codebook, codebook.size, codebook.dimensions, settings.size, encoder.dimensions
        )
    return codebook


def _draw(lengths: NDArray[np.float64], seconds: float, seed: int) -> list[int]:
    """Draw utterances until their total length reaches a number of seconds; at least one is drawn."""
    order = generator(seed, "utterances").permutation(len(lengths))
    before = np.cumsum(lengths[order]) - lengths[order]
    return sorted(order[before < seconds].tolist())


def encoded(corpus: SpokenUtterances, chosen: list[int], encoder: Encoder) -> Iterator[tuple[int, Iterable[Features]]]:
    """Yield index and features of the chosen utterances, in ascending order of indices if files are sorted.

    The features of an utterance come in one block, those of a long one in several blocks, to be used at once.
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
    source: FrameSource, frames: FrameStore, settings: UnitSettings, seed: int
) -> tuple[Features | None, Features | None]:
    match settings.projection:
        case PcaSettings(dimensions=dimensions, whiten=whiten):
            mean, covariance = frames.moments()
            values, vectors = np.linalg.eigh(covariance)
            order = np.argsort(-values, kind="stable")[:dimensions]
            least = max(float(values.max()) * SMALLEST, float(np.finfo(np.float64).tiny))
            kept = vectors[:, order] * np.maximum(values[order], least) ** (-whiten / 2)
            return mean.astype(np.float32), kept.astype(np.float32)
        case CorrespondenceSettings() as found:
            short = np.flatnonzero(source.seconds <= found.max_seconds)
            draws = generator(seed, "words").permutation(len(short))[: found.most]
            numbers = sorted(short[draws].tolist())
            words = {number: np.concatenate(list(blocks)) for number, blocks in source.features(numbers)}
            looks = [words[number] for number in numbers]
            return correspondence_projection(
                looks, source.speakers[numbers], frames.moments(), settings.context, found
            )
        case None:
            return None, None
