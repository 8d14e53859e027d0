"""Pitch and voicing by frame: probabilistic YIN (Mauch & Dixon 2014), as librosa has it, and a quick stand-in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from babyslm.speech.audio import RATE, Samples
from babyslm.speech.signal.spectrum import FRAME, HOP, QUIET

__all__ = ["Pitch", "quick_voicing", "track_pitch"]

LOWEST, HIGHEST = 65.0, 500.0
"""Pitch range searched, Hz: a deep man to a small child."""

RESOLUTION = 0.25
"""Semitones."""


THRESHOLDS = (2, 18)
"""Beta distribution of the threshold under which YIN's difference counts as a period; librosa's default."""

SHORTEST, LONGEST = round(RATE / HIGHEST), round(RATE / LOWEST)
"""Lags searched, samples."""

WINDOW = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(FRAME + 1)[:-1], 2 * FRAME)) ** 2)[: LONGEST + 1]
"""Autocorrelation of the window, by which that of a windowed sound is smaller at longer lags."""


@dataclass(frozen=True)
class Pitch:
    """What is known of each frame; all of shape (..., frames).

    :param hertz: the pitch on the likeliest path, NaN where that is unvoiced.
    :param voiced: whether the likeliest path is voiced. What a path carries over from one frame to the next it carries
        from one word to the next as well.
    :param probability: how probable it is that the frame is voiced, told from the frame alone.
    """

    hertz: NDArray[np.float64]
    voiced: NDArray[np.bool_]
    probability: NDArray[np.float64]


def track_pitch(sound: Samples) -> Pitch:
    """Track the pitch of a sound, in the frames of `babyslm.speech.signal.spectrum`.

    :param sound: mono at 16 kHz, shape (..., samples), two frames at least; silence behind a sound changes nothing.
    """
    import librosa

    return Pitch(
        *librosa.pyin(
            sound, fmin=LOWEST, fmax=HIGHEST, sr=RATE, frame_length=FRAME, hop_length=HOP, resolution=RESOLUTION
        )
    )


def quick_voicing(powers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return about how probable it is that each frame is voiced, shape (frames,).

    One less the largest normalised autocorrelation stands for YIN's difference. It takes a fiftieth of the time of
    `track_pitch`.

    :param powers: power spectra, shape (bins, frames); see `babyslm.speech.signal.spectrum.powers`.
    """
    correlation = np.fft.irfft(powers, axis=0)[: LONGEST + 1] / WINDOW[:, np.newaxis]
    sounding = correlation[0] > QUIET
    best = correlation[SHORTEST:].max(axis=0) / np.where(sounding, correlation[0], 1.0)
    return np.where(sounding, 1 - betainc(*THRESHOLDS, np.clip(1 - best, 0, 1)), 0.0)
