"""Pitch and voicing per frame: probabilistic YIN (Mauch & Dixon 2014) from librosa, and a fast approximation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from babyslm.speech.audio import RATE, Samples
from babyslm.speech.signal.spectrum import FRAME, HOP, QUIET

__all__ = ["Pitch", "quick_voicing", "track_pitch"]

LOWEST, HIGHEST = 65.0, 500.0
"""Pitch range in Hz, from low male voices to small children."""

RESOLUTION = 0.25
"""Pitch resolution in semitones."""


THRESHOLDS = (2, 18)
"""Beta distribution of the threshold on YIN's difference function; librosa's default."""

SHORTEST, LONGEST = round(RATE / HIGHEST), round(RATE / LOWEST)
"""Shortest and longest lag in samples."""

WINDOW = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(FRAME + 1)[:-1], 2 * FRAME)) ** 2)[: LONGEST + 1]
"""Autocorrelation of the window, which reduces the autocorrelation of a windowed sound at longer lags."""


@dataclass(frozen=True)
class Pitch:
    """Pitch and voicing of each frame; all arrays have shape (..., frames).

    :param hertz: pitch on the most probable path in Hz, NaN where the path is unvoiced.
    :param voiced: whether the most probable path is voiced. The path depends on earlier frames, across words as well.
    :param probability: probability that the frame is voiced, computed from the frame alone.
    """

    hertz: NDArray[np.float64]
    voiced: NDArray[np.bool_]
    probability: NDArray[np.float64]


def track_pitch(sound: Samples) -> Pitch:
    """Track the pitch of a sound, with the frames of `babyslm.speech.signal.spectrum`.

    :param sound: mono at 16 kHz, shape (..., samples), at least two frames; trailing silence has no effect.
    """
    import librosa

    return Pitch(
        *librosa.pyin(
            sound, fmin=LOWEST, fmax=HIGHEST, sr=RATE, frame_length=FRAME, hop_length=HOP, resolution=RESOLUTION
        )
    )


def quick_voicing(powers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the approximate probability that each frame is voiced, shape (frames,).

    One minus the largest normalised autocorrelation replaces YIN's difference function. The computation takes a
    fiftieth of the time of `track_pitch`.

    :param powers: power spectra, shape (bins, frames); see `babyslm.speech.signal.spectrum.powers`.
    """
    correlation = np.fft.irfft(powers, axis=0)[: LONGEST + 1] / WINDOW[:, np.newaxis]
    sounding = correlation[0] > QUIET
    best = correlation[SHORTEST:].max(axis=0) / np.where(sounding, correlation[0], 1.0)
    return np.where(sounding, 1 - betainc(*THRESHOLDS, np.clip(1 - best, 0, 1)), 0.0)
