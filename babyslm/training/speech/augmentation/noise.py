"""Coloured noise: a sloping, uneven spectrum whose level swells and falls."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from babyslm.training.speech.augmentation.channel import octaves, smooth_curve
from babyslm.training.speech.augmentation.draws import Draws, NoiseTape
from babyslm.training.speech.augmentation.levels import as_tensor, from_decibels
from babyslm.training.speech.augmentation.settings import AugmentationSettings

__all__ = ["coloured_noise"]

UNEVEN = 6.0
"""dB: largest deviation of the spectrum from its slope."""

FLUCTUATION = 1.5
"""dB: standard deviation of a band's power from frame to frame."""

SWELL = 5.0
"""dB: largest amplitude of the slow change of level."""

RATES = (0.3, 4.0)
"""Hz: rate of the slow change of level."""


def coloured_noise(
    draws: Draws,
    tape: NoiseTape,
    frames: int,
    centres: NDArray[np.float64],
    hop: float,
    settings: AugmentationSettings,
) -> Tensor:
    """Return noise for each utterance, shape (utterances, frames, bands), on the device of the tape.

    :param draws: random numbers of the batch.
    :param tape: normal numbers for the fluctuation of each band.
    :param frames: number of frames.
    :param centres: centres of the bands, Hz.
    :param hop: seconds between frames.
    :param settings: range of the slope.
    """
    device = tape.values.device
    slope = draws.between(settings.noise_slope)[:, None] * octaves(centres)[None]
    spectrum = slope + smooth_curve(draws.take(4), len(centres), UNEVEN)
    swell, phase = SWELL * draws.take(1), 2 * np.pi * draws.take(1)
    rate = draws.between_logs(RATES)[:, None]
    time = as_tensor(np.arange(frames, dtype=np.float64)[None] * hop, device)
    turning = 2 * np.pi * as_tensor(rate, device) * time + as_tensor(phase, device)
    slow = as_tensor(swell, device) * torch.sin(turning)
    fast = FLUCTUATION * tape.read(draws.take(1)[:, 0], frames, len(centres))
    return from_decibels(as_tensor(spectrum, device)[:, None] + slow[..., None] + fast)
