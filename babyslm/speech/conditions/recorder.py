"""Simulation of a low-quality recorder: loss of high frequencies, and clipping."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from babyslm.speech.audio import RATE

__all__ = ["Recorder", "record"]

ORDER = 4


class Recorder(BaseModel):
    """Properties of a recorder.

    :param lowpass: cut-off frequency (-3 dB) in Hz; None for none.
    :param clipping: dB by which the largest peak exceeds the clipping level; 0 for none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    lowpass: float | None = Field(default=None, gt=100, lt=RATE / 2)
    clipping: float = Field(default=0.0, ge=0)


def record(samples: NDArray[np.float64], recorder: Recorder) -> NDArray[np.float64]:
    """Return the recorded signal: low-pass first (clothing, microphone), then clipping (converter).

    :param samples: shape (frames,).
    :param recorder: properties of the recorder.
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
