"""What every encoder does: turn sound into a sequence of feature frames."""

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
    """Waveforms at 16 kHz, mono, to feature frames.

    Two attributes say what comes out: `frame_rate` in Hz and `dimensions`; `settings` is a JSON-able dict that decides
    the features, checksum of the weights included; `costly` tells whether results are worth a place in the cache.
    """

    frame_rate: float
    dimensions: int
    costly: bool

    @property
    def settings(self) -> dict[str, Any]:
        """Everything that decides the features."""

    def encode(self, waveforms: Sequence[Samples]) -> list[Features]:
        """Return the features of each waveform, shape (frames, dimensions), float32.

        The features of a waveform depend on it alone: neither on its batch mates nor on padding.

        :param waveforms: each of shape (samples,), float32 at 16 kHz, full scale at -1 and 1.
        """


@runtime_checkable
class WarpingEncoder(Encoder, Protocol):
    """An encoder that can hear as if the speaker's vocal tract had another length."""

    def warped(self, factor: float) -> Encoder:
        """Return this encoder with its frequencies warped: above 1 as for a shorter vocal tract."""


@runtime_checkable
class StreamingEncoder(Encoder, Protocol):
    """An encoder that need not hold a whole sound, nor all of its features."""

    def stream(self, sound: Sound) -> Iterator[Features]:
        """Yield the features of one sound, block by block, each of shape (frames, dimensions).

        Put together they are what `encode` gives. The sound may be read twice.

        :param sound: of any length.
        """
