"""Babble: other utterances of the corpus, each at its own level and in its own room."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from babyslm.training.speech.augmentation.levels import as_tensor, from_decibels, unit_power
from babyslm.training.speech.augmentation.rooms import rooms_of
from babyslm.training.speech.augmentation.settings import AugmentationSettings
from babyslm.training.speech.spectra import Spectra

__all__ = ["NUMBERS", "babble"]

PER_TALKER = 6
"""Random numbers that a talker needs: utterance, level, and those of a room."""

NUMBERS = 1 + 8 * PER_TALKER
"""Random numbers that an utterance needs for its babble."""


def babble(
    spectra: Spectra,
    utterances: NDArray[np.int64],
    counts: NDArray[np.int64],
    frames: int,
    uniform: NDArray[np.float64],
    chosen: NDArray[np.bool_],
    settings: AugmentationSettings,
) -> Tensor:
    """Return the babble of each utterance, shape (utterances, frames, bands); 0 where there is none.

    A talker begins at the onset of another utterance and speaks on through those that follow it in the corpus. The
    utterance itself is never among them.

    :param spectra: clean spectra of the corpus, on the device of the result.
    :param utterances: numbers of the utterances.
    :param counts: log-mel frames of the recording of each, silence included.
    :param frames: frames of the result; frames from an utterance's count on do not matter.
    :param uniform: shape (utterances, NUMBERS): random numbers.
    :param chosen: whether an utterance has babble.
    :param settings: number of talkers, their levels, rooms.
    """
    device = spectra.device
    found = torch.zeros(len(utterances), frames, spectra.bands, device=device)
    if len(spectra) < 2 or not chosen.any():
        return found
    talkers = np.minimum(1 + np.floor(settings.talkers * uniform[:, 0] ** 2).astype(np.int64), settings.talkers)
    heard = chosen[:, None] & (np.arange(settings.talkers)[None] < talkers[:, None])
    rows, places = np.nonzero(heard)
    own = uniform[:, 1:].reshape(len(utterances), -1, PER_TALKER)[rows, places]
    others = np.floor(own[:, 0] * (len(spectra) - 1)).astype(np.int64)
    others += others >= utterances[rows]
    low, high = settings.talker_levels
    levels = low + (high - low) * own[:, 1]
    power = spectra.running(others, frames, without=utterances[rows])
    power = rooms_of(power, own[:, 3:6], own[:, 2] < settings.room, settings, spectra.hop)
    ends = torch.from_numpy(counts[rows]).to(device, non_blocking=True)
    inside = torch.arange(frames, device=device)[None] < ends[:, None]
    power = unit_power(power, inside) * from_decibels(as_tensor(levels, device))[:, None, None]
    return found.index_add(0, torch.from_numpy(rows).to(device, non_blocking=True), power)
