"""Contrastive predictive coding: discrimination of future frames from negative frames (Riviere et al. 2020).

The encoder is that of the reference implementation. One causal transformer layer over the contexts with one linear
head per step makes the predictions, as in the reference's multi-head predictor; optionally the heads alone. Negatives
are frames of the same speaker, so that speaker identity does not help.
"""

from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn
from torch.nn import functional

from babyslm.models.encoders.cpc import CpcNetwork
from babyslm.scoring.batches import length_batches
from babyslm.seeds import derive, generator
from babyslm.training.speech.waveforms import Waveforms

__all__ = ["HOP", "Contrast", "CpcPretraining", "CpcProblem", "CpcSizes"]

HOP = 160
"""Hop of the encoder, in samples."""

Batch = NDArray[np.int64]


class CpcSizes(BaseModel):
    """Sizes of the encoder; the defaults are those of the reference.

    :param channels: channels of the convolutions.
    :param hidden: width of the recurrent network.
    :param levels: layers of the recurrent network.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    channels: int = Field(default=256, ge=1)
    hidden: int = Field(default=256, ge=1)
    levels: int = Field(default=2, ge=1)


class Contrast(BaseModel):
    """Settings of the contrastive loss; the defaults are those of the reference.

    :param steps: number of future frames predicted, one head each.
    :param negatives: number of frames of the same speaker that each prediction is contrasted with.
    :param window: samples of a training window.
    :param predictor: `transformer` or `linear`.
    :param heads: attention heads of the transformer.
    :param dropout: dropout rate of the transformer.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    steps: int = Field(default=12, ge=1)
    negatives: int = Field(default=128, ge=1)
    window: int = Field(default=20_480, ge=1600)
    predictor: Literal["transformer", "linear"] = "transformer"
    heads: int = Field(default=8, ge=1)
    dropout: float = Field(default=0.1, ge=0, lt=1)


class CpcPretraining(nn.Module):
    """Encoder with predictors.

    :param sizes: sizes of the encoder.
    :param contrast: settings of the loss.
    """

    def __init__(self, sizes: CpcSizes, contrast: Contrast) -> None:
        super().__init__()
        self.encoder = CpcNetwork(sizes.channels, sizes.hidden, sizes.levels)
        self.steps, self.negatives = contrast.steps, contrast.negatives
        self.context: nn.Module | None = None
        if contrast.predictor == "transformer":
            self.context = nn.TransformerEncoderLayer(
                sizes.hidden, contrast.heads, 4 * sizes.hidden, contrast.dropout, batch_first=True
            )
        self.heads = nn.Linear(sizes.hidden, contrast.steps * sizes.channels, bias=False)

    def forward(self, waveforms: Tensor) -> Tensor:
        """Return the summed loss of all predictions in nats.

        :param waveforms: shape (windows, samples), all of one speaker.
        """
        frames = self.encoder.gEncoder(waveforms[:, None]).transpose(1, 2)
        contexts = self.encoder.gAR(frames)[:, : -self.steps]
        windows, length, _ = contexts.shape
        if self.context is not None:
            ahead = nn.Transformer.generate_square_subsequent_mask(length, device=contexts.device, dtype=torch.float32)
            contexts = self.context(contexts, src_mask=ahead.to(contexts.dtype), is_causal=True)
        channels = frames.shape[2]
        predicted = self.heads(contexts).reshape(windows * length, self.steps, channels)
        whole = frames.shape[1]
        drawn = torch.randint(windows * whole, (windows * length, self.negatives), device=frames.device)
        flat = frames.reshape(windows * whole, channels)
        others = torch.einsum("msc,mnc->msn", predicted, flat[drawn]) / channels
        places = torch.arange(windows, device=frames.device)[:, None] * whole + torch.arange(
            length, device=frames.device
        )
        targets = places.reshape(-1, 1) + 1 + torch.arange(self.steps, device=frames.device)
        true = (predicted * flat[targets]).sum(dim=2, keepdim=True) / channels
        others = others.masked_fill(drawn[:, None] == targets[:, :, None], float("-inf"))
        scores = torch.cat([true, others], dim=2).float().flatten(0, 1)
        return functional.cross_entropy(
            scores, torch.zeros(len(scores), dtype=torch.long, device=scores.device), reduction="sum"
        )


class CpcProblem:
    """Batches of windows of one speaker, cut from the concatenated utterances of that speaker.

    :param sounds: the utterances.
    :param training: indices of the training utterances.
    :param held_out: indices of the validation utterances; may be empty.
    :param contrast: settings of the loss.
    :param batch_frames: upper limit on the frames of a batch.
    :param seed: seed of the order, and of the negatives in validation.
    """

    def __init__(
        self,
        sounds: Waveforms,
        training: NDArray[np.int64],
        held_out: NDArray[np.int64],
        *,
        contrast: Contrast,
        batch_frames: int,
        seed: int,
    ) -> None:
        self.sounds, self.contrast, self.seed = sounds, contrast, seed
        self.frames = contrast.window // HOP
        self.batch = max(1, batch_frames // self.frames)
        self.windows: list[list[tuple[int, int, int]]] = []
        self.training = self._cut(training)
        self.held_out = self._cut(held_out)

    def _cut(self, numbers: NDArray[np.int64]) -> list[Batch]:
        """Cut the shuffled utterances of each speaker into windows; return the indices of the windows by speaker."""
        found = []
        speakers = self.sounds.corpus.speakers[numbers]
        for speaker in np.unique(speakers):
            mine = numbers[speakers == speaker]
            mine = mine[generator(self.seed, "stream", speaker, len(mine)).permutation(len(mine))]
            ends = np.cumsum(self.sounds.samples[mine])
            first = len(self.windows)
            for start in range(0, int(ends[-1]) - self.contrast.window + 1, self.contrast.window):
                self.windows.append(self._parts(mine, ends, start))
            if len(self.windows) > first:
                found.append(np.arange(first, len(self.windows)))
        return found

    def _parts(self, numbers: NDArray[np.int64], ends: NDArray[np.int64], start: int) -> list[tuple[int, int, int]]:
        """Return the parts of utterances that make up a window: utterance, first sample, number of samples."""
        parts, stop = [], start + self.contrast.window
        place = int(np.searchsorted(ends, start, side="right"))
        while start < stop:
            begin = int(ends[place]) - int(self.sounds.samples[numbers[place]])
            end = min(stop, int(ends[place]))
            parts.append((int(numbers[place]), start - begin, end - start))
            start, place = end, place + 1
        return parts

    def plan(self, epoch: int) -> list[Batch]:
        """Return the batches of an epoch, as indices of windows."""
        draw = generator(self.seed, "epoch", epoch)
        batches = [batch for mine in self.training for batch in self._batches(mine[draw.permutation(len(mine))])]
        return [batches[i] for i in draw.permutation(len(batches))]

    def _batches(self, numbers: Batch) -> list[Batch]:
        return [numbers[batch] for batch in length_batches([self.frames] * len(numbers), self.batch * self.frames)]

    def symbols(self, batch: Batch) -> int:
        """Return the number of predictions in a batch."""
        return len(batch) * (self.frames - self.contrast.steps) * self.contrast.steps

    def loss(self, network: nn.Module, batch: Batch, device: torch.device) -> Tensor:
        """Return the summed loss of a batch in nats."""
        rows = [
            np.concatenate([self.sounds.piece(*part) for part in self.windows[number]]) for number in batch.tolist()
        ]
        loss: Tensor = network(torch.from_numpy(np.stack(rows)).to(device))
        return loss

    def validate(self, network: nn.Module, device: torch.device) -> float | None:
        """Return the mean loss in nats per prediction on held-out windows, with the same negatives in each call."""
        batches = [batch for mine in self.held_out for batch in self._batches(mine)]
        if not batches:
            return None
        torch.manual_seed(derive(self.seed, "validation"))
        total = sum(float(self.loss(network, batch, device)) for batch in batches)
        return total / sum(self.symbols(batch) for batch in batches)
