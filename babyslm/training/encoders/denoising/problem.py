"""Masked prediction of labels of clean speech from augmented speech."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from babyslm.models.encoders.denoising.hearing import decibels, levels
from babyslm.models.encoders.denoising.network import DenoisingNetwork
from babyslm.models.encoders.denoising.settings import HearingSettings
from babyslm.scoring.batches import length_batches
from babyslm.seeds import derive, generator
from babyslm.training.encoders.denoising.settings import Prediction
from babyslm.training.speech.augmentation.mix import Augmentation

__all__ = ["DenoisingProblem", "Predictor", "hear_augmented"]

Batch = NDArray[np.int64]
Labels = NDArray[np.int64]


class Predictor(nn.Module):
    """The encoder with its head, as the training loop wraps it.

    :param encoder: the network.
    """

    def __init__(self, encoder: DenoisingNetwork) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, frames: Tensor, inside: Tensor, masked: Tensor) -> Tensor:
        """Return logits, shape (utterances, frames, classes)."""
        logits: Tensor = self.encoder(frames, inside, masked)
        return logits


class DenoisingProblem:
    """Batches of utterances, augmented anew in every update; targets are labels of the clean utterances.

    Frames of silence around an utterance have a class of their own, the last one.

    :param augmentation: the augmentation, with the clean spectra on the device.
    :param labels: label of each frame of each utterance.
    :param silence: number of the class of silence.
    :param training: numbers of the training utterances.
    :param held_out: numbers of the validation utterances; may be empty.
    :param hearing: the door.
    :param settings: masks and loss.
    :param batch_frames: upper limit on the frames of a batch, without drawn silence.
    :param seed: seed of the order, and of augmentation and masks in validation.
    """

    def __init__(
        self,
        augmentation: Augmentation,
        labels: Sequence[Labels],
        silence: int,
        training: NDArray[np.int64],
        held_out: NDArray[np.int64],
        *,
        hearing: HearingSettings,
        settings: Prediction,
        batch_frames: int,
        seed: int,
    ) -> None:
        self.augmentation, self.hearing, self.settings = augmentation, hearing, settings
        self.training, self.held_out, self.silence = training, held_out, silence
        self.batch_frames, self.seed = batch_frames, seed
        self.before, self.after = hearing.frames(hearing.before), hearing.frames(hearing.after)
        self.frames = np.array([len(each) for each in labels], dtype=np.int64)
        self.starts = np.concatenate([[0], np.cumsum(self.frames)[:-1]]).astype(np.int64)
        self.labels = torch.from_numpy(np.concatenate(labels).astype(np.int32)).to(augmentation.spectra.device)

    def plan(self, epoch: int) -> list[Batch]:
        """Return the batches of an epoch, as numbers of utterances."""
        draw = generator(self.seed, "epoch", epoch)
        batches = self._batches(self.training[draw.permutation(len(self.training))])
        return [batches[i] for i in draw.permutation(len(batches))]

    def _batches(self, numbers: NDArray[np.int64]) -> list[Batch]:
        around = (self.before + self.after) // self.hearing.stack
        return [
            numbers[batch] for batch in length_batches((self.frames[numbers] + around).tolist(), self.batch_frames)
        ]

    def symbols(self, batch: Batch) -> int:
        """Return the number of frames of the utterances of a batch, without silence around them."""
        return int(self.frames[batch].sum())

    def loss(self, network: nn.Module, batch: Batch, device: torch.device) -> Tensor:
        """Return the loss of a batch in nats: the weighted mean per frame times the number of frames.

        The seed of the augmentation is drawn by torch, which the training loop seeds for each update.
        """
        seed = int(torch.randint(2**62, ()))
        with torch.autocast(device.type, enabled=False):
            frames, inside, targets = self.examples(batch, seed)
        masked = self.masks(inside.shape, device)
        logits = network(frames, inside, masked)
        losses = functional.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), reduction="none")
        losses = losses.view(targets.shape)
        total = _mean(losses, masked & inside)
        if self.settings.unmasked:
            total = total + self.settings.unmasked * _mean(losses, ~masked & inside)
        return total * self.symbols(batch)

    def examples(self, batch: Batch, seed: int) -> tuple[Tensor, Tensor, Tensor]:
        """Return input, valid frames and targets of a batch.

        :param batch: numbers of the utterances.
        :param seed: seed of the augmentation.
        :returns: shape (utterances, frames, stack x bands); shape (utterances, frames), true for frames of a
            recording and the silence around it; shape (utterances, frames), class numbers.
        """
        frames, inside, places = hear_augmented(self.augmentation, self.hearing, batch, seed)
        return frames, inside, self._targets(batch, places)

    def _targets(self, batch: Batch, places: Tensor) -> Tensor:
        """Return the labels of frames, counted from the onsets of the utterances; silence outside of them."""
        starts, counts = (
            torch.from_numpy(part[batch]).to(places.device, non_blocking=True) for part in (self.starts, self.frames)
        )
        inside = (places >= 0) & (places < counts[:, None])
        rows = torch.where(inside, places + starts[:, None], 0)
        return torch.where(inside, self.labels[rows], self.silence).long()

    def masks(self, shape: Sequence[int], device: torch.device) -> Tensor:
        """Draw masked spans by torch's generator; at least one frame per utterance.

        :param shape: utterances and frames.
        :param device: device of the result.
        """
        length = min(self.settings.length, shape[1])
        begins = (torch.rand(*shape) < self.settings.share / length).float()
        begins[torch.arange(shape[0]), (torch.rand(shape[0]) * shape[1]).long()] = 1
        spread = functional.max_pool1d(functional.pad(begins, (length - 1, 0))[:, None], length, 1)[:, 0]
        return (spread > 0).to(device, non_blocking=True)

    def validate(self, network: nn.Module, device: torch.device) -> float | None:
        """Return the mean loss in nats per frame on the held-out utterances, with the same draws in each call."""
        if not len(self.held_out):
            return None
        torch.manual_seed(derive(self.seed, "validation"))
        batches = self._batches(self.held_out)
        total = sum(float(self.loss(network, batch, device)) for batch in batches)
        return total / sum(self.symbols(batch) for batch in batches)


def hear_augmented(
    augmentation: Augmentation, hearing: HearingSettings, batch: Batch, seed: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Augment utterances and hear them as a network does.

    :param augmentation: the augmentation.
    :param hearing: the door.
    :param batch: numbers of the utterances.
    :param seed: seed of the augmentation.
    :returns: input, shape (utterances, frames, stack x bands); whether a frame is one of the recording and the silence
        around it, shape (utterances, frames); number of each frame counted from the onset of the utterance, the same
        shape.
    """
    device = augmentation.spectra.device
    before, after = hearing.frames(hearing.before), hearing.frames(hearing.after)
    found = augmentation(batch, seed)
    lengths = torch.from_numpy(found.lengths).to(device, non_blocking=True)
    heard = decibels(found.power, levels(found.power, lengths), hearing.floor)
    within = torch.arange(heard.shape[1], device=device)[None] < lengths[:, None]
    silent = float(decibels(torch.zeros(1, 1, 1), torch.ones(1), hearing.floor))
    heard = torch.where(within[..., None], heard, silent)
    heard = functional.pad(heard, (0, 0, before, after), value=silent)
    frames = heard.reshape(len(batch), -1, hearing.stack * hearing.bands)
    counts = (lengths + before + after) // hearing.stack
    places = torch.arange(frames.shape[1], device=device)[None]
    onsets = torch.from_numpy((found.before + before) // hearing.stack).to(device, non_blocking=True)
    return frames, places < counts[:, None], places - onsets[:, None]


def _mean(losses: Tensor, chosen: Tensor) -> Tensor:
    """Return the mean over the chosen frames; 0 if there are none."""
    return (losses * chosen).sum() / chosen.sum().clamp_min(1)
