"""More speakers from one voice: vocal tract, pitch and rate moved apart.

Played faster by a factor α, a voice has formants and pitch α times as high, and lasts 1/α as long; so it is asked for
at 1/α of the speed. What is left of the pitch is moved by WORLD (Morise, Yokomori & Ozawa 2016), which takes speech
apart into pitch, envelope and aperiodicity, and leaves the envelope where it is.
"""

from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from babyslm.verify.speech.neural import NeuralPackageError

__all__ = ["SAME", "shift_pitch", "world_version"]

SAME = 0.005
"""Pitch factors that lie this near to 1 are left alone."""

FRAME = 0.005
"""Seconds between two frames of WORLD."""

LOWEST, HIGHEST = 65.0, 700.0
"""Pitch range searched, Hz."""


def world_version() -> str:
    """Return the version of the package that holds WORLD."""
    try:
        return version("pyworld-prebuilt")
    except ModuleNotFoundError as error:
        raise NeuralPackageError("pyworld-prebuilt", "a voice with another pitch") from error


def shift_pitch(
    samples: NDArray[np.float32], rate: int, factor: float, *, pitch: NDArray[np.float32] | None = None
) -> NDArray[np.float64]:
    """Multiply the pitch of speech and leave its formants and its length as they are.

    :param samples: shape (frames,).
    :param rate: Hz.
    :param factor: of the pitch.
    :param pitch: the pitch as the synthesiser made it, Hz, evenly spaced over the samples, 0 where unvoiced; default
        it is estimated (Harvest: Morise 2017).
    :returns: shape (frames,), the same length.
    """
    try:
        import pyworld
    except ImportError as error:
        raise NeuralPackageError("pyworld-prebuilt", "a voice with another pitch") from error
    sound = np.ascontiguousarray(samples, dtype=np.float64)
    if pitch is None:
        hertz, times = pyworld.harvest(sound, rate, LOWEST, HIGHEST, 1000 * FRAME)
    else:
        times = np.arange(int(len(sound) / rate / FRAME) + 1) * FRAME
        places = (times * rate / len(sound) * len(pitch)).astype(np.int64)
        hertz = pitch[np.clip(places, 0, len(pitch) - 1)].astype(np.float64)
        hertz[hertz < LOWEST] = 0.0
    envelope = pyworld.cheaptrick(sound, hertz, times, rate)
    noise = pyworld.d4c(sound, hertz, times, rate)
    made = np.asarray(pyworld.synthesize(hertz * factor, envelope, noise, rate, 1000 * FRAME), dtype=np.float64)
    return np.pad(made, (0, max(0, len(sound) - len(made))))[: len(sound)]
