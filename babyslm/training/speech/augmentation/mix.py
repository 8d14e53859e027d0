"""The whole augmentation of a batch: warp, room, babble and noise at a drawn ratio, channel, clipping."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from babyslm.training.speech.augmentation.babble import NUMBERS, babble
from babyslm.training.speech.augmentation.channel import channel_gains, clip_frames, draw_clipping
from babyslm.training.speech.augmentation.draws import Draws, NoiseTape
from babyslm.training.speech.augmentation.levels import (
    add_powers,
    as_tensor,
    from_decibels,
    scale_to_ratio,
    unit_power,
)
from babyslm.training.speech.augmentation.noise import coloured_noise
from babyslm.training.speech.augmentation.padding import draw_layout, lay_out_spectra
from babyslm.training.speech.augmentation.rooms import rooms_of
from babyslm.training.speech.augmentation.settings import AugmentationSettings
from babyslm.training.speech.augmentation.warp import warp_bands
from babyslm.training.speech.spectra import Spectra

__all__ = ["Augmentation", "Augmented"]


BALANCE = (-12.0, 12.0)
"""dB: power of babble relative to noise, where an utterance has both."""


@dataclass(frozen=True)
class Augmented:
    """A batch of augmented recordings.

    :param power: shape (utterances, log-mel frames, bands).
    :param lengths: shape (utterances,): log-mel frames of each recording, a multiple of the stack.
    :param before: shape (utterances,): log-mel frames of silence before each utterance, a multiple of the stack.
    """

    power: Tensor
    lengths: NDArray[np.int64]
    before: NDArray[np.int64]


class Augmentation:
    """Augmentation of utterances whose clean spectra are in a store.

    :param spectra: clean spectra of all utterances, on the device.
    :param settings: ranges of the parameters.
    :param stack: log-mel frames in a frame of the network.
    :param seed: seed of the tape of noise.
    """

    def __init__(self, spectra: Spectra, settings: AugmentationSettings, *, stack: int, seed: int) -> None:
        self.spectra, self.settings, self.stack = spectra, settings, stack
        self.tape = NoiseTape(seed, spectra.device)

    @torch.no_grad()
    def __call__(self, utterances: NDArray[np.int64], seed: int) -> Augmented:
        """Augment utterances; each result depends on the seed and the utterance alone.

        :param utterances: numbers of the utterances, each at most once.
        :param seed: seed of this update.
        """
        spectra, settings, device = self.spectra, self.settings, self.spectra.device
        draws = Draws(seed, utterances.tolist())
        layout = draw_layout(draws, spectra.counts[utterances], settings, spectra.hop, self.stack)
        power, spoken = lay_out_spectra(spectra, utterances, layout)
        changed = ~draws.chosen(settings.clean)
        factors = np.where(draws.chosen(settings.warp) & changed, draws.between_logs(settings.warps), 1.0)
        power = warp_bands(power, spectra.centres, factors)
        room = draws.chosen(settings.room) & changed
        power = rooms_of(power, draws.take(3), room, settings, spectra.hop)
        lengths = torch.from_numpy(layout.lengths).to(device, non_blocking=True)
        inside = torch.arange(layout.frames, device=device)[None] < lengths[:, None]
        power = self._with_others(draws, utterances, power, spoken, layout.lengths, changed)
        gains = np.where(changed[:, None], channel_gains(draws, spectra.centres, settings), 0.0)
        power = power * from_decibels(as_tensor(gains, device))[:, None]
        clipped, headroom, distortion = draw_clipping(draws, settings)
        power = clip_frames(
            power,
            inside,
            from_decibels(as_tensor(headroom, device)),
            as_tensor(distortion, device),
            torch.from_numpy(clipped & changed).to(device, non_blocking=True),
        )
        return Augmented(power * inside[..., None], layout.lengths, layout.before)

    def _with_others(
        self,
        draws: Draws,
        utterances: NDArray[np.int64],
        power: Tensor,
        spoken: Tensor,
        lengths: NDArray[np.int64],
        changed: NDArray[np.bool_],
    ) -> Tensor:
        """Add babble and noise; the ratio is that of the utterance to both together."""
        spectra, settings, device = self.spectra, self.settings, self.spectra.device
        frames = power.shape[1]
        talking, noisy = draws.chosen(settings.babble) & changed, draws.chosen(settings.noise) & changed
        others = babble(spectra, utterances, lengths, frames, draws.take(NUMBERS), talking, settings)
        hiss = coloured_noise(draws, self.tape, frames, spectra.centres, spectra.hop, settings)
        hiss = hiss * as_tensor(noisy.astype(np.float64), device)[:, None, None]
        balance = as_tensor(draws.between(BALANCE), device)
        others = unit_power(others, spoken) * from_decibels(balance)[:, None, None] + unit_power(hiss, spoken)
        ratio = as_tensor(draws.between(settings.snr), device)
        others = scale_to_ratio(power, others, spoken, ratio)
        return add_powers(power, others, self.tape.read(draws.take(1)[:, 0], frames, spectra.bands))
