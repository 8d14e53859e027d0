"""Random numbers of an augmentation: by seed and utterance, whatever else is in the batch and on which device."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from babyslm.seeds import derive, generator

__all__ = ["Draws", "NoiseTape"]

WIDTH = 160
"""Random numbers drawn per utterance; an augmentation uses fewer."""

TAPE = 1 << 22
"""Values on a tape of noise."""

LONGEST = 1 << 20
"""Upper limit on the values read at once from a tape."""

Numbers = NDArray[np.float64]


class Draws:
    """Uniform random numbers of a batch, taken in a fixed order by the parts of the augmentation.

    :param seed: seed of the update.
    :param utterances: numbers of the utterances of the batch.
    """

    def __init__(self, seed: int, utterances: Sequence[int]) -> None:
        self.values = np.stack([generator(seed, number).random(WIDTH) for number in utterances])
        self.taken = 0

    def take(self, count: int) -> Numbers:
        """Return the next numbers of each utterance, shape (utterances, count), uniform between 0 and 1."""
        self.taken += count
        if self.taken > WIDTH:
            raise IndexError(self.taken)
        return self.values[:, self.taken - count : self.taken]

    def between(self, limits: tuple[float, float]) -> Numbers:
        """Return one number per utterance, shape (utterances,), uniform between two limits."""
        low, high = limits
        found: Numbers = low + (high - low) * self.take(1)[:, 0]
        return found

    def between_logs(self, limits: tuple[float, float]) -> Numbers:
        """Return one number per utterance, shape (utterances,), whose logarithm is uniform."""
        low, high = limits
        found: Numbers = low * (high / low) ** self.take(1)[:, 0]
        return found

    def chosen(self, share: float) -> NDArray[np.bool_]:
        """Return for each utterance whether it is chosen, with a probability of `share`."""
        return self.take(1)[:, 0] < share


class NoiseTape:
    """Standard normal numbers on the device, read from a place that is drawn anew for each use.

    :param seed: seed of the numbers, which are the same on every device.
    :param device: device of the numbers.
    """

    def __init__(self, seed: int, device: torch.device) -> None:
        draws = torch.Generator().manual_seed(derive(seed, "tape"))
        self.values = torch.randn(TAPE, generator=draws).to(device)

    def read(self, places: Numbers, frames: int, bands: int) -> Tensor:
        """Return fields of noise, shape (len(places), frames, bands).

        The first frames of a field do not depend on the number of frames.

        :param places: numbers between 0 and 1, one per field.
        :param frames: number of frames; frames x bands is at most 2**20.
        :param bands: number of bands.
        """
        starts = torch.from_numpy(np.floor(places * (TAPE - LONGEST)).astype(np.int64)).to(self.values.device)
        rows = self.values.unfold(0, frames * bands, 1)[starts]
        return rows.view(len(places), frames, bands)
