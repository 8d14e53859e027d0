"""Rooms: an exponential tail of energy in each band after the direct sound."""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from babyslm.training.speech.augmentation.levels import as_tensor
from babyslm.training.speech.augmentation.settings import AugmentationSettings

__all__ = ["draw_rooms", "reverberate", "rooms_of"]

DAMPING = 0.7
"""Largest proportion by which the reverberation time of the highest band is shorter than that of the lowest."""

Numbers = NDArray[np.float64]


def draw_rooms(
    uniform: Numbers, chosen: NDArray[np.bool_], settings: AugmentationSettings, bands: int, hop: float
) -> tuple[Numbers, Numbers]:
    """Return the decay of each band and the energy of the reverberation of rooms.

    :param uniform: shape (rooms, 3): random numbers.
    :param chosen: shape (rooms,): whether there is a room; without one the energy is 0.
    :param settings: ranges.
    :param bands: number of bands.
    :param hop: seconds between frames.
    :returns: shape (rooms, bands): factor of the energy from one frame to the next; shape (rooms,): energy of the
        reverberation relative to the direct sound.
    """
    low, high = settings.reverberation
    seconds = low * (high / low) ** uniform[:, :1]
    seconds = seconds * (1 - DAMPING * uniform[:, 1:2] * np.linspace(0, 1, bands)[None])
    least, most = settings.reverberant
    energy = 10 ** ((least + (most - least) * uniform[:, 2]) / 10)
    return 10 ** (-6 * hop / seconds), np.where(chosen, energy, 0.0)


def reverberate(power: Tensor, decay: Tensor, energy: Tensor, longest: int) -> Tensor:
    """Add an exponential tail of energy to each frame.

    With the decay a of a band and the energy e, a frame x gives e (1 - a) / a times sum over k >= 1 of a^k x after k
    frames. The sum is computed by doubling: y_2s(t) = y_s(t) + a^s y_s(t - s).

    :param power: shape (sounds, frames, bands).
    :param decay: shape (sounds, bands): between 0 and 1.
    :param energy: shape (sounds,): of the tail, relative to the direct sound.
    :param longest: frames of a tail that are computed at least.
    """
    frames = power.shape[1]
    found, step, factor = power, 1, decay[:, None]
    for _ in range(max(1, math.ceil(math.log2(max(2, longest))))):
        if step >= frames:
            break
        later = torch.cat([torch.zeros_like(found[:, :step]), found[:, :-step]], dim=1)
        found = found + factor * later
        step, factor = 2 * step, factor * factor
    scale = energy[:, None] * (1 - decay) / decay
    return power + (found - power) * scale[:, None]


def rooms_of(
    power: Tensor,
    uniform: Numbers,
    chosen: NDArray[np.bool_],
    settings: AugmentationSettings,
    hop: float,
) -> Tensor:
    """Put each sound into a room of its own; parameters as in `draw_rooms`."""
    decay, energy = draw_rooms(uniform, chosen, settings, power.shape[2], hop)
    longest = math.ceil(settings.reverberation[1] / hop)
    return reverberate(power, as_tensor(decay, power.device), as_tensor(energy, power.device), longest)
