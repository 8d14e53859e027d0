"""Units decoded from the log-posteriors of a network: the path of least cost with a cost per change (Viterbi).

The last class of the network is silence. Inside an utterance it is a unit like the others. At both ends it is removed:
a tail of room and noise that the network hears as silence is not part of a word.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from babyslm.files import sha256_text, write_json
from babyslm.models.encoders.protocol import Features
from babyslm.models.units.codebook import deduplicate
from babyslm.models.units.protocol import Units
from babyslm.models.units.sampling import sample_labels
from babyslm.models.units.segmentation import segment, segment_stream
from babyslm.seeds import generator
from babyslm.verify.documents import parse_document, read_json
from babyslm.verify.learners.units import FeatureSizeError

__all__ = ["POSTERIORS_NAME", "PosteriorUnits"]

POSTERIORS_NAME = "posteriors.json"


class _Stored(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    size: int = Field(ge=2)
    penalty: float = Field(ge=0)
    deduplicate: bool


@dataclass(frozen=True)
class PosteriorUnits:
    """Mapping from log-posteriors to units.

    :param size: number of classes, silence included, which is the last one.
    :param penalty: cost of a change of unit, in nats.
    :param deduplicate: whether runs of the same unit count once.
    """

    size: int
    penalty: float = 3.0
    deduplicate: bool = True

    @property
    def dimensions(self) -> int:
        """Number of dimensions of the features: one per class."""
        return self.size

    @cached_property
    def digest(self) -> str:
        """Hexadecimal SHA-256 of everything that determines the units."""
        return sha256_text(f"posteriors {self._stored().model_dump_json()}")

    @property
    def settings(self) -> dict[str, Any]:
        """Settings that affect the units."""
        told = {"kind": "posteriors", "size": self.size, "penalty": self.penalty, "deduplicate": self.deduplicate}
        return told | {"digest": self.digest}

    def label(self, features: Sequence[Features]) -> list[Units]:
        """Return the unit of each frame of each utterance; utterances are independent."""
        return segment([-self._verified(frames) for frames in features], self.penalty)

    def quantise(self, features: Sequence[Features]) -> list[Units]:
        """Return the units of each utterance without silence at its ends."""
        return [self._finished(labels) for labels in self.label(features)]

    def quantise_stream(self, blocks: Iterable[Features]) -> Units:
        """Return the units of one utterance given in blocks of features, equal to those for the whole."""
        return self._finished(segment_stream((-self._verified(block) for block in blocks), self.penalty))

    def sample(self, features: Features, draws: int) -> list[Units]:
        """Return the units of segmentations drawn from their posterior distribution.

        The random numbers depend on the number of frames alone, so that the draws depend on the sound alone.

        :param features: log-posteriors of one utterance, shape (frames, classes).
        :param draws: number of segmentations.
        """
        uniform = generator(0, "segmentations", len(features)).random((draws, len(features)))
        labels = sample_labels(self._verified(features), self.penalty, uniform)
        return [self._finished(row) for row in labels]

    def _finished(self, labels: Units) -> Units:
        """Remove silence at the ends, then repetitions."""
        heard = np.flatnonzero(labels != self.size - 1)
        kept = labels[heard[0] : heard[-1] + 1] if len(heard) else labels[:0]
        return deduplicate(kept) if self.deduplicate else kept

    def _verified(self, features: Features) -> Features:
        if features.ndim != 2 or features.shape[1] != self.size:
            raise FeatureSizeError(features.shape, self.size)
        return features

    def save(self, folder: Path) -> None:
        """Write `posteriors.json`."""
        write_json(folder / POSTERIORS_NAME, self._stored().model_dump(mode="json"))

    @classmethod
    def load(cls, folder: Path) -> "PosteriorUnits":
        """Read the units of a model folder."""
        path = folder / POSTERIORS_NAME
        stored = parse_document(_Stored, read_json(path), path)
        return cls(stored.size, stored.penalty, stored.deduplicate)

    def _stored(self) -> _Stored:
        return _Stored(size=self.size, penalty=self.penalty, deduplicate=self.deduplicate)
