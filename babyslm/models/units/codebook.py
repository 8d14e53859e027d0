"""Quantisation into speech units: each feature frame becomes the index of its nearest centroid."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from babyslm.files import write_json
from babyslm.models.encoders.protocol import Features
from babyslm.models.folder import read_arrays, write_arrays
from babyslm.models.units.protocol import Units
from babyslm.models.units.segmentation import segment, segment_stream
from babyslm.verify.documents import parse_document, read_json
from babyslm.verify.learners.folders import CorruptModelError, MissingModelFileError
from babyslm.verify.learners.units import FeatureSizeError

__all__ = ["Codebook", "Units", "deduplicate", "stack_blocks", "stack_context"]

CODEBOOK_NAME = "codebook.json"
ARRAYS_NAME = "codebook.safetensors"


class _Stored(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    context: tuple[int, ...] = Field(min_length=1)
    penalty: float = Field(ge=0)
    deduplicate: bool


@dataclass(frozen=True, eq=False)
class Codebook:
    """Mapping from features to units: neighbouring frames are stacked and projected; the unit is the nearest centroid.

    :param centroids: shape (units, d), float32.
    :param context: offsets of the stacked frames, relative to the frame; (0,) is the frame alone. Beyond the ends of
        the utterance its first and last frames are repeated.
    :param mean: shape (D,): subtracted from the stacked frames; None for no subtraction.
    :param projection: shape (D, d): applied to the stacked frames; None for no projection.
    :param penalty: cost of a change of unit, in squared distances; see `babyslm.models.units.segmentation`.
    :param deduplicate: whether runs of the same unit count once.
    """

    centroids: NDArray[np.float32]
    context: tuple[int, ...] = (0,)
    mean: NDArray[np.float32] | None = None
    projection: NDArray[np.float32] | None = None
    penalty: float = 0.0
    deduplicate: bool = True

    @property
    def size(self) -> int:
        """Number of units."""
        return len(self.centroids)

    @property
    def dimensions(self) -> int:
        """Number of dimensions of the features that the codebook accepts."""
        stacked = self.centroids.shape[1] if self.projection is None else self.projection.shape[0]
        return int(stacked // len(self.context))

    @cached_property
    def digest(self) -> str:
        """Hexadecimal SHA-256 of everything that determines the units."""
        digest = sha256(self._stored().model_dump_json().encode())
        for name, array in sorted(self._arrays().items()):
            digest.update(f"{name} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array, dtype="<f4").tobytes())
        return digest.hexdigest()

    @property
    def settings(self) -> dict[str, Any]:
        """Settings that affect the units."""
        return {
            "size": self.size,
            "context": list(self.context),
            "penalty": self.penalty,
            "deduplicate": self.deduplicate,
            "codebook": self.digest,
        }

    def project(self, features: Features) -> Features:
        """Stack neighbours and project: (frames, dimensions) to (frames, d)."""
        return self._projected(stack_context(self._verified(features), self.context))

    def distances(self, features: Features) -> Features:
        """Return squared Euclidean distances from each frame to each centroid, shape (frames, units).

        The squared norm of the frame, equal for all centroids, is omitted: |c|^2 - 2 x c.
        """
        return self._from_centroids(self.project(features))

    def label(self, features: Sequence[Features]) -> list[Units]:
        """Return the unit of each frame of each utterance; utterances are independent."""
        return segment([self.distances(frames) for frames in features], self.penalty)

    def quantise(self, features: Sequence[Features]) -> list[Units]:
        """Return the units of each utterance, with runs counted once if `deduplicate` is set."""
        labels = self.label(features)
        return [deduplicate(units) for units in labels] if self.deduplicate else labels

    def quantise_stream(self, blocks: Iterable[Features]) -> Units:
        """Return the units of one utterance given in blocks of features, equal to those of `quantise` for the whole.

        :param blocks: consecutive frames, each of shape (frames, dimensions).
        """
        stacked = stack_blocks(map(self._verified, blocks), self.context)
        labels = segment_stream((self._from_centroids(self._projected(block)) for block in stacked), self.penalty)
        return deduplicate(labels) if self.deduplicate else labels

    def _verified(self, features: Features) -> Features:
        if features.ndim != 2 or features.shape[1] != self.dimensions:
            raise FeatureSizeError(features.shape, self.dimensions)
        return features

    def _projected(self, stacked: Features) -> Features:
        if self.mean is not None:
            stacked = stacked - self.mean
        return stacked if self.projection is None else stacked @ self.projection

    def _from_centroids(self, projected: Features) -> Features:
        squares = np.square(self.centroids).sum(axis=1)
        found: Features = squares - 2 * (projected @ self.centroids.T)
        return found

    def save(self, folder: Path) -> None:
        """Write `codebook.safetensors`, then `codebook.json`."""
        write_arrays(folder / ARRAYS_NAME, self._arrays())
        write_json(folder / CODEBOOK_NAME, self._stored().model_dump(mode="json"))

    @classmethod
    def load(cls, folder: Path) -> "Codebook":
        """Read the codebook of a model folder."""
        path = folder / CODEBOOK_NAME
        if not path.is_file():
            raise MissingModelFileError(path)
        stored = parse_document(_Stored, read_json(path), path)
        arrays = read_arrays(folder / ARRAYS_NAME)
        _verify_arrays(arrays, len(stored.context), folder / ARRAYS_NAME)
        return cls(
            arrays["centroids"],
            stored.context,
            arrays.get("mean"),
            arrays.get("projection"),
            stored.penalty,
            stored.deduplicate,
        )

    def _stored(self) -> _Stored:
        return _Stored(context=self.context, penalty=self.penalty, deduplicate=self.deduplicate)

    def _arrays(self) -> dict[str, NDArray[np.float32]]:
        arrays = {"centroids": self.centroids, "mean": self.mean, "projection": self.projection}
        return {name: array for name, array in arrays.items() if array is not None}


def stack_context(features: Features, context: Sequence[int]) -> Features:
    """Stack neighbouring frames along the feature axis; frames at the ends are repeated.

    :param features: shape (frames, dimensions).
    :param context: offsets in frames.
    :returns: shape (frames, dimensions x offsets).
    """
    if tuple(context) == (0,):
        return features
    places = np.clip(np.arange(len(features))[:, None] + np.asarray(context), 0, max(0, len(features) - 1))
    stacked: Features = features[places].reshape(len(features), len(context) * features.shape[1])
    return stacked


def stack_blocks(blocks: Iterable[Features], context: Sequence[int]) -> Iterator[Features]:
    """Stack neighbours of an utterance given in blocks, with the result of `stack_context` for the whole.

    :param blocks: consecutive frames, each of shape (frames, dimensions).
    :param context: offsets in frames.
    """
    before, after = max(0, -min(context)), max(0, *context)
    held: Features | None = None
    for block in blocks:
        if len(block) == 0:
            continue
        held = np.concatenate([np.repeat(block[:1], before, axis=0) if held is None else held, block])
        if len(held) > before + after:
            yield _stack_inner(held, context, before, after)
            held = held[len(held) - before - after :]
    if held is not None and after:
        yield _stack_inner(np.concatenate([held, np.repeat(held[-1:], after, axis=0)]), context, before, after)


def _stack_inner(held: Features, context: Sequence[int], before: int, after: int) -> Features:
    """Stack the frames that have all of their neighbours."""
    count = len(held) - before - after
    return np.concatenate([held[before + offset : before + offset + count] for offset in context], axis=1)


def deduplicate(units: Units) -> Units:
    """Reduce each run of the same unit to one.

    >>> deduplicate(np.array([4, 4, 2, 2, 4])).tolist()
    [4, 2, 4]
    """
    if len(units) == 0:
        return units
    kept: Units = units[np.concatenate([[True], units[1:] != units[:-1]])]
    return kept


def _verify_arrays(arrays: dict[str, NDArray[np.float32]], frames: int, path: Path) -> None:
    """Reject arrays that are missing, not finite, or inconsistent in shape."""
    centroids, mean, projection = (arrays.get(name) for name in ("centroids", "mean", "projection"))
    if centroids is None or centroids.ndim != 2 or 0 in centroids.shape:
        raise CorruptModelError(path, "has no centroids of shape (units, dimensions)")
    for name, array in arrays.items():
        if array.dtype != np.float32 or not np.isfinite(array).all():
            raise CorruptModelError(path, f"{name} must be finite float32 numbers")
    stacked = centroids.shape[1]
    if projection is not None:
        if projection.ndim != 2 or projection.shape[1] != stacked:
            raise CorruptModelError(path, f"projection {projection.shape} does not match centroids of {stacked}")
        stacked = projection.shape[0]
    if (mean is not None and mean.shape != (stacked,)) or stacked % frames:
        raise CorruptModelError(path, f"mean, context and projection do not match {stacked} stacked dimensions")
