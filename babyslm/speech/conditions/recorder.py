"""What a cheap or worn recorder does to sound: it loses the high frequencies and clips what is loud."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from babyslm.speech.audio import RATE

__all__ = ["Recorder", "record"]

ORDER = 4


class Recorder(BaseModel):
    """A recorder.

    :param lowpass: Hz at which it is 3 dB down; None for all frequencies.
    :param clipping: dB by which the largest peak exceeds what it can hold; 0 for none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    lowpass: float | None = Field(default=None, gt=100, lt=RATE / 2)
    clipping: float = Field(default=0.0, ge=0)


def record(samples: NDArray[np.float64], recorder: Recorder) -> NDArray[np.float64]:
    """Return what the recorder makes of sound: low-pass first (clothes, microphone), clipping after it (converter).

    :param samples: shape (frames,).
    :param recorder: its properties.
    """
    from scipy.signal import sosfilt

    if recorder.lowpass is not None:
        samples = np.asarray(sosfilt(_lowpass(recorder.lowpass), samples))
    if recorder.clipping > 0:
        limit = float(np.abs(samples).max(initial=0.0)) * 10 ** (-recorder.clipping / 20)
        samples = np.clip(samples, -limit, limit)
    return samples


@cache
def _lowpass(frequency: float) -> NDArray[np.float64]:
    """Return a Butterworth filter as second-order sections."""
    from scipy.signal import butter

    return np.asarray(butter(ORDER, frequency, fs=RATE, output="sos"))
