"""Active speech level: ITU-T P.56, method B."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from babyslm.speech.audio import RATE

__all__ = ["HANGOVER", "MARGIN_DB", "TIME_CONSTANT", "active_level"]

TIME_CONSTANT = 0.03
"""Time constant of each of the two smoothing stages of the envelope, in seconds."""

HANGOVER = 0.2
"""Seconds for which speech counts as active after the envelope has fallen below the threshold."""

MARGIN_DB = 15.9
"""Difference in dB between the active level and the activity threshold."""

THRESHOLDS = 16
"""Number of thresholds, each half of the previous one, from the peak downwards."""


def active_level(samples: NDArray[Any], rate: int = RATE) -> float:
    """Return the active speech level in dB relative to full scale; minus infinity for silence.

    Follows ITU-T P.56, method B: an envelope with two exponential stages, a hangover time, and the threshold that lies
    `MARGIN_DB` below the resulting level, with interpolation between thresholds. The thresholds are relative to the
    peak instead of full scale, so that doubling the amplitude raises the level by exactly 6.02 dB.

    :param samples: shape (frames,), full scale at -1 and 1.
    :param rate: sample rate in Hz.
    """
    from scipy.signal import lfilter

    signal = samples.astype(np.float64)
    peak = float(np.abs(signal).max(initial=0.0))
    if peak == 0:
        return float("-inf")
    signal /= peak
    decay = np.exp(-1 / (rate * TIME_CONSTANT))
    stage = lfilter([1 - decay], [1, -decay], np.abs(signal))
    envelope = lfilter([1 - decay], [1, -decay], stage)
    energy = float(np.square(signal).sum())  # not by BLAS, whose threads do not pay off here
    levels, excess = [], []
    for halvings in range(THRESHOLDS - 1, -1, -1):
        count = _active_frames(envelope >= 2.0**-halvings, round(HANGOVER * rate))
        if count == 0:
            break
        levels.append(10 * np.log10(energy / count))
        excess.append(levels[-1] + 20 * halvings * np.log10(2))
        if excess[-1] <= MARGIN_DB:
            break
    return 20 * float(np.log10(peak)) + _where_excess_is_margin(levels, excess)


def _active_frames(above: NDArray[np.bool_], hangover: int) -> int:
    """Count the frames at which the envelope is above a threshold, or was within the hangover time."""
    last = np.maximum.accumulate(np.where(above, np.arange(len(above)), -hangover - 1))
    return int((np.arange(len(above)) - last <= hangover).sum())


def _where_excess_is_margin(levels: list[float], excess: list[float]) -> float:
    """Interpolate the level between the last two thresholds; without a crossing return the last level."""
    if len(levels) < 2 or excess[-1] > MARGIN_DB:
        return levels[-1]
    share = (excess[-2] - MARGIN_DB) / (excess[-2] - excess[-1])
    return levels[-2] + share * (levels[-1] - levels[-2])
