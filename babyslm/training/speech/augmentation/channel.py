"""Channels: low-pass filters, tilts and equalisers as gains of bands; clipping as compression of loud frames."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from babyslm.training.speech.augmentation.draws import Draws
from babyslm.training.speech.augmentation.levels import mean_power
from babyslm.training.speech.augmentation.settings import AugmentationSettings

__all__ = ["channel_gains", "clip_frames", "draw_clipping", "octaves", "smooth_curve"]

REFERENCE = 1000.0
"""Hz at which a slope has no gain."""

ORDERS = (1.0, 6.0)
"""Order of a low-pass filter."""

STOP = 60.0
"""dB: largest loss of a low-pass filter; microphones and converters add noise of their own below it."""

HEADROOM = (0.0, 9.0)
"""dB: power that a frame may have above the mean of the recording before it is clipped."""

DISTORTION = (0.02, 0.3)
"""Proportion of the clipped power that returns as distortion in all bands."""

Numbers = NDArray[np.float64]


def octaves(centres: Numbers) -> Numbers:
    """Return the distance of each band from 1 kHz in octaves.

    :param centres: centres of the bands, Hz.
    """
    found: Numbers = np.log2(centres / REFERENCE)
    return found


def smooth_curve(uniform: Numbers, bands: int, largest: float) -> Numbers:
    """Return smooth random curves over bands: sums of cosines, at most `largest` in size.

    :param uniform: shape (curves, cosines): random numbers.
    :param bands: number of bands.
    :param largest: largest absolute value, dB.
    """
    cosines = uniform.shape[1]
    places = (np.arange(bands) + 0.5) / bands
    waves = np.cos(np.pi * np.arange(1, cosines + 1)[:, None] * places[None])
    found: Numbers = (2 * uniform - 1) @ waves * (largest / cosines)
    return found


def channel_gains(draws: Draws, centres: Numbers, settings: AugmentationSettings) -> Numbers:
    """Return the gain of each band in dB, shape (utterances, bands).

    :param draws: random numbers of the batch.
    :param centres: centres of the bands, Hz.
    :param settings: ranges.
    """
    chosen = draws.chosen(settings.low_pass)[:, None]
    cutoff, order = draws.between_logs(settings.cutoff)[:, None], draws.between(ORDERS)[:, None]
    loss = np.minimum(10 * np.log10(1 + (centres[None] / cutoff) ** (2 * order)), STOP)
    tilt = draws.between(settings.tilt)[:, None] * octaves(centres)[None]
    found: Numbers = tilt + smooth_curve(draws.take(5), len(centres), settings.equaliser) - np.where(chosen, loss, 0)
    return found


def draw_clipping(draws: Draws, settings: AugmentationSettings) -> tuple[NDArray[np.bool_], Numbers, Numbers]:
    """Return whether each utterance is clipped, its headroom in dB and its distortion."""
    return draws.chosen(settings.clipping), draws.between(HEADROOM), draws.between_logs(DISTORTION)


def clip_frames(power: Tensor, inside: Tensor, headroom: Tensor, distortion: Tensor, chosen: Tensor) -> Tensor:
    """Limit the power of loud frames, as a converter that is overloaded does, and spread distortion over all bands.

    A frame's power summed over bands is limited to the mean power of the recording times the headroom; of what is cut
    off, a proportion returns, the same in each band.

    :param power: shape (sounds, frames, bands).
    :param inside: shape (sounds, frames): frames of the recording.
    :param headroom: shape (sounds,): as a power.
    :param distortion: shape (sounds,).
    :param chosen: shape (sounds,): which sounds are clipped.
    """
    total = power.sum(dim=2)
    limit = (mean_power(power, inside) * headroom)[:, None]
    kept = torch.minimum(total, limit) / total.clamp_min(torch.finfo(torch.float32).tiny)
    lost = (total - limit).clamp_min(0) * distortion[:, None] / power.shape[2]
    return torch.where(chosen[:, None, None], power * kept[..., None] + lost[..., None], power)
