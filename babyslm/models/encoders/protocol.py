"""Protocol of every encoder: sound to a sequence of feature frames."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from babyslm.speech.audio import Samples
from babyslm.speech.sound import Sound

__all__ = ["Encoder", "Features", "StreamingEncoder", "WarpingEncoder"]

Features = NDArray[np.float32]
"""Shape (frames, dimensions)."""


@runtime_checkable
class Encoder(Protocol):
    """Mapping from 16 kHz mono waveforms to feature frames.

    `frame_rate` (Hz) and `dimensions` describe the output; `settings` is a JSON-able dict of everything that
    determines the features, checksum of the weights included; `costly` states whether results should be cached.
    """

    frame_rate: float
    dimensions: int
    costly: bool

    @property
    def settings(self) -> dict[str, Any]:
        """Everything that determines the features."""

    def encode(self, waveforms: Sequence[Samples]) -> list[Features]:
        """Return the features of each waveform, shape (frames, dimensions), float32.

        The features of a waveform depend on it alone, neither on the rest of the batch nor on padding.

        :param waveforms: each of shape (samples,), float32 at 16 kHz, full scale at -1 and 1.
        """


@runtime_checkable
class WarpingEncoder(Encoder, Protocol):
    """Encoder that can simulate another length of the speaker's vocal tract."""

    def warped(self, factor: float) -> Encoder:
        """Return this encoder with warped frequencies; factors above 1 simulate a shorter vocal tract."""


@runtime_checkable
class StreamingEncoder(Encoder, Protocol):
    """Encoder that needs neither a whole sound nor all of its features in memory."""

    def stream(self, sound: Sound) -> Iterator[Features]:
        """Yield the features of one sound, block by block, each of shape (frames, dimensions).

        Concatenated, they equal the result of `encode`. The sound may be read twice.

        :param sound: sound of any length.
        """
