"""Protocol of quantisers: features to units, by centroids or by the posteriors of a network."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from babyslm.models.encoders.protocol import Features

__all__ = ["Quantiser", "SamplingQuantiser", "Units"]

Units = NDArray[np.int64]
"""Shape (n,): numbers of units."""


@runtime_checkable
class Quantiser(Protocol):
    """Mapping from the features of an encoder to units.

    `penalty` is the cost of a change of unit, and `deduplicate` states whether runs of the same unit count once.
    """

    @property
    def size(self) -> int:
        """Number of units."""

    @property
    def dimensions(self) -> int:
        """Number of dimensions of the features that are accepted."""

    @property
    def digest(self) -> str:
        """Hexadecimal SHA-256 of everything that determines the units."""

    @property
    def settings(self) -> dict[str, Any]:
        """Settings that affect the units, recorded in results."""

    def label(self, features: Sequence[Features]) -> list[Units]:
        """Return the unit of each frame of each utterance; utterances are independent."""

    def quantise(self, features: Sequence[Features]) -> list[Units]:
        """Return the units of each utterance."""

    def quantise_stream(self, blocks: Iterable[Features]) -> Units:
        """Return the units of one utterance given in blocks of features, equal to those for the whole."""

    def save(self, folder: Path) -> None:
        """Write the quantiser into a model folder."""


@runtime_checkable
class SamplingQuantiser(Quantiser, Protocol):
    """Quantiser that can also draw segmentations from their posterior distribution."""

    def sample(self, features: Features, draws: int) -> list[Units]:
        """Return the units of `draws` segmentations of one utterance; they depend on the features alone."""
