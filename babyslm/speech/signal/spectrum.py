"""Long-term power spectra and what they are summarised by."""

import numpy as np
from numpy.typing import NDArray

from babyslm.speech.audio import RATE, Samples

__all__ = ["FRAME", "HOP", "QUIET", "centroid", "frame_count", "power_sum", "powers", "tilt"]

FRAME, HOP = 1024, 320
"""64 ms every 20 ms."""

TILT_FROM = 100.0
"""Hz."""

QUIET = 1e-10
"""Power that stands for silence: -100 dB."""

FREQUENCIES = np.fft.rfftfreq(FRAME, 1 / RATE)
"""Hz of the bins."""

AUDIBLE = FREQUENCIES >= TILT_FROM
OCTAVES = np.log2(FREQUENCIES[AUDIBLE])
SLOPE = (OCTAVES - OCTAVES.mean()) / np.square(OCTAVES - OCTAVES.mean()).sum()
"""Weights whose sum over levels is the slope of the line through them by least squares."""


def powers(sound: Samples) -> NDArray[np.float64]:
    """Return the power spectra of all frames, shape (bins, frames); frames are centred and Hann-windowed.

    :param sound: mono at 16 kHz, shape (samples,).
    """
    import librosa

    return np.asarray(np.abs(librosa.stft(sound, n_fft=FRAME, hop_length=HOP)) ** 2, dtype=np.float64)


def power_sum(sound: Samples) -> NDArray[np.float64]:
    """Return the power spectra of all frames added up, shape (bins,).

    :param sound: mono at 16 kHz, shape (samples,).
    """
    return np.asarray(powers(sound).sum(axis=1))


def frame_count(samples: NDArray[np.int64] | int) -> NDArray[np.int64] | int:
    """Return how many spectra a sound has.

    :param samples: its length.
    """
    return 1 + samples // HOP


def centroid(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the centre of mass of spectra, Hz.

    :param power: mean power, shape (..., bins).
    """
    return np.asarray((power * FREQUENCIES).sum(axis=-1) / power.sum(axis=-1))


def tilt(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the slope of spectra from 100 Hz up, dB an octave.

    :param power: mean power, none zero, shape (..., bins).
    """
    return np.asarray((10 * np.log10(power[..., AUDIBLE]) * SLOPE).sum(axis=-1))
