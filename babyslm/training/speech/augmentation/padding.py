"""Silence before and after utterances: clean spectra laid out in the frames of a batch."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from babyslm.training.speech.augmentation.draws import Draws
from babyslm.training.speech.augmentation.settings import AugmentationSettings
from babyslm.training.speech.spectra import Spectra

__all__ = ["Layout", "draw_layout", "lay_out_spectra"]

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Layout:
    """Places of the utterances of a batch, in log-mel frames; all are multiples of the stack.

    :param before: shape (utterances,): frames of silence before each utterance.
    :param lengths: shape (utterances,): frames of each recording: silence, utterance, silence.
    :param frames: frames of the batch.
    """

    before: Integers
    lengths: Integers
    frames: int


def draw_layout(draws: Draws, counts: Integers, settings: AugmentationSettings, hop: float, stack: int) -> Layout:
    """Draw the silence around each utterance.

    :param draws: random numbers of the batch.
    :param counts: shape (utterances,): log-mel frames of each utterance.
    :param settings: ranges of the silence.
    :param hop: seconds between frames.
    :param stack: log-mel frames in a frame of the network.
    """
    before, after = (
        np.round(draws.between(limits) / (hop * stack)).astype(np.int64) * stack
        for limits in (settings.before, settings.after)
    )
    lengths = before + -(-counts // stack) * stack + after
    return Layout(before, lengths, int(lengths.max()))


def lay_out_spectra(spectra: Spectra, utterances: Integers, layout: Layout) -> tuple[Tensor, Tensor]:
    """Return the powers of a batch and the frames of its utterances; silence has no power.

    :param spectra: clean spectra.
    :param utterances: numbers of the utterances.
    :param layout: their places.
    :returns: powers, shape (utterances, frames, bands); shape (utterances, frames): true within an utterance.
    """
    device = spectra.device
    shift = torch.from_numpy(layout.before).to(device, non_blocking=True)
    places = torch.arange(layout.frames, device=device)[None] - shift[:, None]
    return spectra.powers(utterances, places)
