"""HuBERT pre-training: prediction of the clusters of masked frames, of MFCCs first, then of a layer of the network.

Network and masks are torchaudio's. The loss is the published one (Hsu et al. 2021): cross-entropy over masked frames,
weighted cross-entropy over unmasked frames, and a penalty on the energy of the front end's features. Utterances of
similar length are cut to the shortest of their batch, so that no frame is padding, as in fairseq's recipe.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn
from torch.nn import functional

from babyslm.scoring.batches import length_batches
from babyslm.seeds import derive, generator
from babyslm.speech.audio import RATE
from babyslm.training.speech.waveforms import Waveforms

__all__ = ["HubertProblem", "MaskedPrediction", "frames_of", "to_frames"]

Batch = NDArray[np.int64]
Labels = NDArray[np.int64]


class MaskedPrediction(BaseModel):
    """Settings of masked prediction.

    :param share: proportion of the frames that are masked, before overlaps.
    :param length: frames of a masked span.
    :param unmasked: weight of the loss over unmasked frames; 0 in the published recipe.
    :param penalty: weight of the mean square of the front end's features; without effect on a log-mel front end.
    :param front_gradient: factor of the front end's gradients, between 0 and 1; None leaves them unchanged.
    :param final: dimension of the space in which predictions and clusters are compared.
    :param shortest: utterances shorter than this are left out, in seconds.
    :param longest: maximum length of a training segment, in seconds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    share: float = Field(default=0.8, gt=0, le=1)
    length: int = Field(default=10, ge=1)
    unmasked: float = Field(default=0.0, ge=0)
    penalty: float = Field(default=10.0, ge=0)
    front_gradient: float | None = Field(default=None, gt=0, lt=1)
    final: int = Field(default=256, ge=1)
    shortest: float = Field(default=0.5, gt=0)
    longest: float = Field(default=15.6, gt=0)


def frames_of(samples: NDArray[np.int64] | int, hop: int, receptive: int) -> NDArray[np.int64]:
    """Return the number of frames that a network computes from this many samples; 0 if they are too few."""
    return np.where(np.asarray(samples) < receptive, 0, 1 + (np.asarray(samples) - receptive) // hop)


def to_frames(labels: Labels, rate: float, frames: int, hop: int, receptive: int) -> Labels:
    """Return, for each frame of a network, the label nearest in time to the centre of the frame's receptive field.

    :param labels: shape (n,): labels of frames centred on multiples of 1 / `rate` seconds.
    :param rate: rate of the labels in Hz.
    :param frames: number of frames of the network.
    :param hop: samples between two frames.
    :param receptive: samples of a frame's receptive field.

    >>> to_frames(np.arange(6), 100.0, 2, 320, 560).tolist()
    [2, 4]
    """
    middles = (np.arange(frames) * hop + receptive / 2) / RATE
    return labels[np.clip(np.round(middles * rate).astype(np.int64), 0, len(labels) - 1)]


class HubertProblem:
    """Masked prediction on batches of equal length.

    :param sounds: the utterances.
    :param labels: labels of each utterance, one per frame of the network.
    :param training: indices of the training utterances.
    :param held_out: indices of the validation utterances; may be empty.
    :param span: samples between two frames, and samples of a frame's receptive field.
    :param settings: settings of masked prediction.
    :param batch_frames: upper limit on the frames of a batch.
    :param seed: seed of the order, and of masks and cuts in validation.
    """

    def __init__(
        self,
        sounds: Waveforms,
        labels: Sequence[Labels],
        training: NDArray[np.int64],
        held_out: NDArray[np.int64],
        *,
        span: tuple[int, int],
        settings: MaskedPrediction,
        batch_frames: int,
        seed: int,
    ) -> None:
        self.sounds, self.labels, self.settings = sounds, labels, settings
        self.hop, self.receptive = span
        self.frames = np.minimum(frames_of(sounds.samples, *span), [len(each) for each in labels])
        least = max(settings.shortest * RATE / self.hop, settings.length + 2)
        self.training = training[self.frames[training] >= least]
        self.held_out = held_out[self.frames[held_out] >= least]
        self.most = max(1, round(settings.longest * RATE / self.hop))
        self.batch_frames, self.seed = batch_frames, seed

    def plan(self, epoch: int) -> list[Batch]:
        """Return the batches of an epoch, as indices of utterances."""
        draw = generator(self.seed, "epoch", epoch)
        shuffled = self.training[draw.permutation(len(self.training))]
        batches = self._batches(shuffled)
        return [batches[i] for i in draw.permutation(len(batches))]

    def _batches(self, numbers: NDArray[np.int64]) -> list[Batch]:
        lengths = np.minimum(self.frames[numbers], self.most).tolist()
        return [numbers[batch] for batch in length_batches(lengths, self.batch_frames)]

    def _length(self, batch: Batch) -> int:
        return int(min(self.most, self.frames[batch].min()))

    def symbols(self, batch: Batch) -> int:
        """Return the number of frames of a batch; its loss is the mean per masked frame times this number."""
        return self._length(batch) * len(batch)

    def loss(self, network: nn.Module, batch: Batch, device: torch.device) -> Tensor:
        """Return the loss of a batch in nats: the mean over masked frames times the number of frames."""
        length = self._length(batch)
        starts = [int(torch.randint(int(self.frames[number]) - length + 1, ())) for number in batch]
        samples = (length - 1) * self.hop + self.receptive
        pieces = [(int(number), start * self.hop) for number, start in zip(batch, starts, strict=True)]
        waveforms = self.sounds.stack(pieces, samples, device)
        rows = [self.labels[number][start : start + length] for number, start in zip(batch, starts, strict=True)]
        labels = torch.from_numpy(np.stack(rows).astype(np.int64)).to(device)
        masked, unmasked, energy = network(waveforms, labels)
        loss = _first_of(masked)
        if unmasked is not None:
            loss = loss + self.settings.unmasked * _first_of(unmasked)
        if energy.requires_grad:
            loss = loss + self.settings.penalty * energy
        return loss * self.symbols(batch)

    def validate(self, network: nn.Module, device: torch.device) -> float | None:
        """Return the mean loss in nats per frame on the held-out utterances, with the same masks in each call."""
        if not len(self.held_out):
            return None
        torch.manual_seed(derive(self.seed, "validation"))
        batches = self._batches(self.held_out)
        total = sum(float(self.loss(network, batch, device)) for batch in batches)
        return total / sum(self.symbols(batch) for batch in batches)


def _first_of(logits: Tensor) -> Tensor:
    """Return the cross-entropy of torchaudio's logits, whose first column is the true cluster."""
    if not len(logits):
        return logits.sum()
    return functional.cross_entropy(logits.float(), torch.zeros(len(logits), dtype=torch.long, device=logits.device))
