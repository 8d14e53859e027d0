"""Long-term power spectra and their summaries."""

import numpy as np
from numpy.typing import NDArray

from babyslm.speech.audio import RATE, Samples

__all__ = ["FRAME", "HOP", "QUIET", "centroid", "frame_count", "power_sum", "powers", "tilt"]

FRAME, HOP = 1024, 320
"""Frame length and step in samples: 64 ms every 20 ms."""

TILT_FROM = 100.0
"""Lowest frequency of the spectral tilt, in Hz."""

QUIET = 1e-10
"""Power that represents silence: -100 dB."""

FREQUENCIES = np.fft.rfftfreq(FRAME, 1 / RATE)
"""Frequencies of the bins in Hz."""

AUDIBLE = FREQUENCIES >= TILT_FROM
OCTAVES = np.log2(FREQUENCIES[AUDIBLE])
SLOPE = (OCTAVES - OCTAVES.mean()) / np.square(OCTAVES - OCTAVES.mean()).sum()
"""Weights whose sum over levels is the slope of the least-squares line."""


def powers(sound: Samples) -> NDArray[np.float64]:
    """Return the power spectra of all frames, shape (bins, frames); frames are centred and Hann-windowed.

    :param sound: mono at 16 kHz, shape (samples,).
    """
    import librosa

    return np.asarray(np.abs(librosa.stft(sound, n_fft=FRAME, hop_length=HOP)) ** 2, dtype=np.float64)


def power_sum(sound: Samples) -> NDArray[np.float64]:
    """Return the sum of the power spectra of all frames, shape (bins,).

    :param sound: mono at 16 kHz, shape (samples,).
    """
    return np.asarray(powers(sound).sum(axis=1))


def frame_count(samples: NDArray[np.int64] | int) -> NDArray[np.int64] | int:
    """Return the number of frames of a sound.

    :param samples: length in samples.
    """
    return 1 + samples // HOP


def centroid(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the centroid of spectra in Hz.

    :param power: mean power, shape (..., bins).
    """
    return np.asarray((power * FREQUENCIES).sum(axis=-1) / power.sum(axis=-1))


def tilt(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the slope of spectra from 100 Hz up, in dB per octave.

    :param power: mean power, non-zero, shape (..., bins).
    """
    return np.asarray((10 * np.log10(power[..., AUDIBLE]) * SLOPE).sum(axis=-1))
