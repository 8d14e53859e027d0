"""Power of utterances and of what is mixed with them, in decibels, and the addition of powers."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

__all__ = ["add_powers", "as_tensor", "from_decibels", "mean_power", "scale_to_ratio", "unit_power"]

NEPERS = float(np.log(10)) / 10
"""Natural logarithm of a power of one decibel."""

CROSS = 0.3
"""Standard deviation of the cosine between two sounds in a band: several bins of independent phase are averaged."""


def add_powers(first: Tensor, second: Tensor, noise: Tensor) -> Tensor:
    """Add the powers of two independent sounds with a random cross term 2 sqrt(ab) cos(phase).

    :param first: band powers.
    :param second: band powers of the same shape.
    :param noise: standard normal numbers of the same shape, for the cosine.
    """
    return (first + second + 2 * CROSS * (first * second).sqrt() * noise).clamp_min(0)


def mean_power(power: Tensor, inside: Tensor) -> Tensor:
    """Return the mean, over some frames, of the power summed over bands, shape (sounds,).

    :param power: shape (sounds, frames, bands).
    :param inside: shape (sounds, frames): true for the frames that count; at least one per sound.
    """
    total = (power.sum(dim=2) * inside).sum(dim=1)
    return total / inside.sum(dim=1)


def scale_to_ratio(speech: Tensor, other: Tensor, inside: Tensor, decibels: Tensor) -> Tensor:
    """Scale a second sound so that the first exceeds it by a number of decibels over the frames that count.

    :param speech: shape (sounds, frames, bands).
    :param other: the second sound, of the same shape; one without power stays without.
    :param inside: shape (sounds, frames): the frames that count.
    :param decibels: shape (sounds,).
    """
    gain = mean_power(speech, inside) * from_decibels(-decibels)
    return unit_power(other, inside) * gain[:, None, None]


def unit_power(power: Tensor, inside: Tensor) -> Tensor:
    """Scale each sound to a mean power of 1 over the frames that count; a sound without power stays so."""
    mean = mean_power(power, inside)
    return power / torch.where(mean > 0, mean, 1.0)[:, None, None]


def from_decibels(decibels: Tensor) -> Tensor:
    """Return the power of a number of decibels."""
    return (decibels * NEPERS).exp()


def as_tensor(numbers: NDArray[np.float64], device: torch.device) -> Tensor:
    """Return host numbers as float32 on the device, without waiting for it."""
    return torch.from_numpy(np.ascontiguousarray(numbers, dtype=np.float32)).to(device, non_blocking=True)
