"""Room impulse responses, measured or simulated."""

from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from babyslm.files import sha256_text
from babyslm.seeds import generator
from babyslm.speech.audio import RATE, read_audio
from babyslm.speech.kept import kept_array
from babyslm.verify.speech.conditions import RoomsMissingError, SilentNoiseError

__all__ = ["ROOMS", "Room", "measured_response", "reverberate", "simulated_response"]

RECIPE = 1
"""Version of the simulation: increased whenever the same settings would give another room."""

ROOMS = 16
"""Number of rooms per preset and seed; each scene uses one of them."""

ORDER = 30
"""Largest number of reflections in the image-source model."""

LEAD = 16
"""Frames kept before the direct sound, for the fractional-delay filter."""

WALL = 0.5
"""Smallest distance of source and microphone from the walls, in metres."""

Response = NDArray[np.float64]


class Room(BaseModel):
    """Parameter ranges from which rooms are drawn.

    :param length: range in metres.
    :param width: range in metres.
    :param height: range in metres.
    :param rt60: range of the reverberation time (decay by 60 dB) in seconds.
    :param distance: range of the distance between speaker and microphone in metres.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    length: tuple[float, float]
    width: tuple[float, float]
    height: tuple[float, float]
    rt60: tuple[float, float]
    distance: tuple[float, float]


@lru_cache(maxsize=256)
def simulated_response(room: Room, condition: str, seed: int, number: int) -> Response:
    """Return the impulse response of a simulated room, by the image-source model (Allen and Berkley, 1979).

    :param room: parameter ranges.
    :param condition: name of the preset, for error messages.
    :param seed: seed of the set.
    :param number: number of the room, 0 to `ROOMS` - 1.
    :returns: shape (frames,) at 16 kHz, direct sound at its beginning, unit energy.
    """
    try:
        made_by = version("pyroomacoustics")
    except PackageNotFoundError:
        raise RoomsMissingError(condition) from None
    settings = (RECIPE, made_by, room.model_dump_json(), seed, number)
    return kept_array("rooms", sha256_text("\x1f".join(map(str, settings))), lambda: _simulate(room, seed, number))


def _simulate(room: Room, seed: int, number: int) -> Response:
    import pyroomacoustics

    rng = generator(seed, "room", room.model_dump_json(), number)
    size = np.array([rng.uniform(*room.length), rng.uniform(*room.width), rng.uniform(*room.height)])
    source, microphone = _places(size, rng.uniform(*room.distance), rng)
    absorption, order = pyroomacoustics.inverse_sabine(rng.uniform(*room.rt60), size)
    box = pyroomacoustics.ShoeBox(
        size,
        fs=RATE,
        materials=pyroomacoustics.Material(absorption),
        max_order=min(order, ORDER),
        air_absorption=True,
    )
    box.add_source(source)
    box.add_microphone(microphone)
    box.compute_rir()
    return _aligned(np.asarray(box.rir[0][0], dtype=np.float64))


def _places(
    size: NDArray[np.float64], distance: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw the positions of speaker and microphone, at heights of mouths and small children; best of 50 draws."""
    low, high = np.full(3, WALL), size - WALL
    low[2], high[2] = 0.5, min(1.6, high[2])
    sources = rng.uniform(low, high, (50, 3))
    microphones = rng.uniform(low, high, (50, 3))
    apart = np.linalg.norm(sources - microphones, axis=1)
    best = int(np.abs(apart - distance).argmin())
    return sources[best], microphones[best]


@lru_cache(maxsize=256)
def measured_response(path: Path) -> Response:
    """Return a measured impulse response: mono at 16 kHz, direct sound at its beginning, unit energy.

    :param path: sound file with any sample rate and number of channels.
    :raises SilentNoiseError: if the file is silent.
    """
    response = read_audio(path, resample=True, downmix=True).astype(np.float64)
    if not response.any():
        raise SilentNoiseError(str(path))
    return _aligned(response)


def _aligned(response: Response) -> Response:
    direct = int(np.abs(response).argmax())
    kept = response[max(0, direct - LEAD) :]
    return kept / float(np.linalg.norm(kept))


def reverberate(samples: NDArray[np.float64], response: Response, tail: float) -> NDArray[np.float64]:
    """Convolve sound with an impulse response; the onset of the sound does not shift.

    :param samples: shape (frames,).
    :param response: the result of `simulated_response` or `measured_response`.
    :param tail: seconds of reverberation kept after the end of the sound.
    """
    from scipy.signal import fftconvolve

    wet = np.asarray(fftconvolve(samples, response), dtype=np.float64)
    lead = int(np.abs(response).argmax())
    end = min(len(wet), lead + len(samples) + round(tail * RATE))
    return wet[lead:end]
