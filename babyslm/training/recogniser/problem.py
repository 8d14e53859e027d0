"""Connectionist temporal classification of phones in augmented speech (Graves et al. 2006)."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from babyslm.models.encoders.denoising.network import DenoisingNetwork
from babyslm.models.encoders.denoising.settings import HearingSettings
from babyslm.models.recogniser.decoding import BLANK
from babyslm.scoring.batches import length_batches
from babyslm.seeds import derive, generator
from babyslm.training.encoders.denoising.problem import hear_augmented
from babyslm.training.speech.augmentation.mix import Augmentation

__all__ = ["CtcProblem", "Listener"]

Batch = NDArray[np.int64]
Labels = NDArray[np.int64]


class Listener(nn.Module):
    """The network with its head, as the training loop wraps it.

    :param encoder: the network.
    """

    def __init__(self, encoder: DenoisingNetwork) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, frames: Tensor, inside: Tensor) -> Tensor:
        """Return logits, shape (utterances, frames, classes)."""
        logits: Tensor = self.encoder(frames, inside)
        return logits


class CtcProblem:
    """Batches of utterances, augmented anew in every update.

    Phones are to be found within the utterance: the sum over all alignments runs over its frames alone, and the frames
    of silence and noise around it are to be blank.

    :param augmentation: the augmentation, with the clean spectra on the device.
    :param phones: places of the phones of each utterance in the phone set.
    :param training: numbers of the training utterances.
    :param held_out: numbers of the validation utterances; may be empty.
    :param hearing: the door.
    :param batch_frames: upper limit on the frames of a batch, without drawn silence.
    :param seed: seed of the order, and of augmentation in validation.
    """

    def __init__(
        self,
        augmentation: Augmentation,
        phones: Sequence[Labels],
        training: NDArray[np.int64],
        held_out: NDArray[np.int64],
        *,
        hearing: HearingSettings,
        batch_frames: int,
        seed: int,
    ) -> None:
        self.augmentation, self.hearing = augmentation, hearing
        self.training, self.held_out = training, held_out
        self.batch_frames, self.seed = batch_frames, seed
        self.frames = -(-augmentation.spectra.counts // hearing.stack)
        self.lengths = np.array([len(each) for each in phones], dtype=np.int64)
        self.phones = phones

    def plan(self, epoch: int) -> list[Batch]:
        """Return the batches of an epoch, as numbers of utterances."""
        draw = generator(self.seed, "epoch", epoch)
        batches = self._batches(self.training[draw.permutation(len(self.training))])
        return [batches[i] for i in draw.permutation(len(batches))]

    def _batches(self, numbers: NDArray[np.int64]) -> list[Batch]:
        around = (self.hearing.frames(self.hearing.before) + self.hearing.frames(self.hearing.after)) // (
            self.hearing.stack
        )
        lengths = (self.frames[numbers] + around).tolist()
        return [numbers[batch] for batch in length_batches(lengths, self.batch_frames)]

    def symbols(self, batch: Batch) -> int:
        """Return the number of phones of the utterances of a batch."""
        return int(self.lengths[batch].sum())

    def loss(self, network: nn.Module, batch: Batch, device: torch.device) -> Tensor:
        """Return the loss of a batch in nats: that of its phones, and that of the blank frames around.

        The seed of the augmentation is drawn by torch, which the training loop seeds for each update.
        """
        seed = int(torch.randint(2**62, ()))
        with torch.autocast(device.type, enabled=False):
            frames, inside, places = hear_augmented(self.augmentation, self.hearing, batch, seed)
        logs = network(frames, inside).float().log_softmax(dim=2)
        with torch.autocast(device.type, enabled=False):
            return self._alignments(logs, batch, places) + _blanks(logs, self._outside(batch, places) & inside)

    def _outside(self, batch: Batch, places: Tensor) -> Tensor:
        counts = torch.from_numpy(self.frames[batch]).to(places.device, non_blocking=True)
        return (places < 0) | (places >= counts[:, None])

    def _alignments(self, logs: Tensor, batch: Batch, places: Tensor) -> Tensor:
        """Return the negative log-probability of the phones, summed over all alignments to frames of the utterance."""
        counts = torch.from_numpy(self.frames[batch]).to(logs.device, non_blocking=True)
        rows = torch.arange(int(self.frames[batch].max()), device=logs.device)[None] - places[:, :1]
        own = logs.gather(1, rows.clamp_max(logs.shape[1] - 1)[..., None].expand(-1, -1, logs.shape[2]))
        targets = np.concatenate([self.phones[number] for number in batch.tolist()]) + BLANK + 1
        lengths = torch.from_numpy(self.lengths[batch])
        loss: Tensor = functional.ctc_loss(
            own.transpose(0, 1),
            torch.from_numpy(targets).to(logs.device, non_blocking=True),
            counts,
            lengths.to(logs.device, non_blocking=True),
            blank=BLANK,
            reduction="sum",
            zero_infinity=True,  # an utterance with more phones than frames has no alignment
        )
        return loss

    def validate(self, network: nn.Module, device: torch.device) -> float | None:
        """Return the mean loss in nats per phone on the held-out utterances, with the same draws in each call."""
        if not len(self.held_out):
            return None
        torch.manual_seed(derive(self.seed, "validation"))
        batches = self._batches(self.held_out)
        total = sum(float(self.loss(network, batch, device)) for batch in batches)
        return total / sum(self.symbols(batch) for batch in batches)


def _blanks(logs: Tensor, outside: Tensor) -> Tensor:
    """Return the negative log-probability of the blank, summed over the frames outside of the utterances."""
    return -(logs[..., BLANK] * outside).sum()
