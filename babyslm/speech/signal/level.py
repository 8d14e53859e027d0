"""Normalisation of silence and level, the same for all speech."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from babyslm.speech.audio import RATE, Samples, resample_audio, to_pcm16

__all__ = ["LEVEL", "MARGIN", "normalize_speech", "speech_bounds"]

MARGIN = 0.05
"""Seconds of silence before and after each utterance."""

LEVEL = -26.0
"""Root mean square of the speech between the margins, in dB relative to full scale."""

SILENCE = -60.0
"""Threshold of silence at both ends, in dB relative to the peak."""

PEAK = 0.98
"""Largest sample value; a louder utterance is attenuated as a whole, not clipped."""


def speech_bounds(samples: NDArray[Any]) -> tuple[int, int]:
    """Return the first frame of speech and the frame after the last; (0, 0) for silence.

    :param samples: shape (frames,).
    """
    loud = np.abs(samples.astype(np.float64))
    peak = loud.max(initial=0.0)
    if peak == 0:
        return 0, 0
    above = np.flatnonzero(loud > peak * 10 ** (SILENCE / 20))
    return int(above[0]), int(above[-1]) + 1


def normalize_speech(samples: NDArray[Any], rate: int) -> tuple[NDArray[np.int16], float]:
    """Trim silence, resample to 16 kHz, set the level and add a margin of silence at both ends.

    :param samples: shape (frames,), int16 or float, not empty.
    :param rate: sample rate of `samples` in Hz.
    :returns: int16 at 16 kHz, and the shift in seconds from times in `samples` to times in the result.
    """
    start, end = speech_bounds(samples)
    speech = samples[start:end].astype(np.float64)
    if samples.dtype == np.int16:
        speech /= 32768
    changed: Samples | NDArray[np.float64] = speech if rate == RATE else resample_audio(speech, rate, RATE)
    changed = changed.astype(np.float64)
    power = float(np.sqrt(np.mean(changed**2))) if len(changed) else 0.0
    if power > 0:
        gain = min(10 ** (LEVEL / 20) / power, PEAK / float(np.abs(changed).max()))
        changed = changed * gain
    margin = np.zeros(round(MARGIN * RATE))
    return to_pcm16(np.concatenate([margin, changed, margin])), MARGIN - start / rate
