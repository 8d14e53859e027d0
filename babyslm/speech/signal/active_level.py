"""The level of speech while somebody speaks: ITU-T P.56, method B."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from babyslm.speech.audio import RATE

__all__ = ["HANGOVER", "MARGIN_DB", "TIME_CONSTANT", "active_level"]

TIME_CONSTANT = 0.03
"""Seconds: of each of the two smoothing stages of the envelope."""

HANGOVER = 0.2
"""Seconds during which speech counts as going on after the envelope fell below the threshold."""

MARGIN_DB = 15.9
"""dB between the active level and the threshold that decides what is active."""

THRESHOLDS = 16
"""Thresholds tried, each half of the one before, from the peak downwards."""


def active_level(samples: NDArray[Any], rate: int = RATE) -> float:
    """Return the active speech level in dB relative to full scale; minus infinity for silence.

    Follows ITU-T P.56, method B: an envelope of two exponential stages, a hangover, and the threshold that lies
    `MARGIN_DB` below the level it gives; between two thresholds the level is interpolated. The thresholds hang on the
    peak instead of full scale, so that the level of a signal twice as loud is exactly 6.02 dB higher.

    :param samples: shape (frames,), full scale at -1 and 1.
    :param rate: Hz.
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
    energy = float(np.square(signal).sum())  # not by BLAS, whose threads cost more than they bring here
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
    """Count the frames at which the envelope is above a threshold, or was within the hangover."""
    last = np.maximum.accumulate(np.where(above, np.arange(len(above)), -hangover - 1))
    return int((np.arange(len(above)) - last <= hangover).sum())


def _where_excess_is_margin(levels: list[float], excess: list[float]) -> float:
    """Interpolate the level between the last two thresholds; without a crossing the last level counts."""
    if len(levels) < 2 or excess[-1] > MARGIN_DB:
        return levels[-1]
    share = (excess[-2] - MARGIN_DB) / (excess[-2] - excess[-1])
    return levels[-2] + share * (levels[-1] - levels[-2])
