"""Train contrastive predictive coding: tell the frames that come next from frames of elsewhere (Riviere et al. 2020).

The encoder is the reference's. Predictions are made by one causal transformer layer over the contexts with a linear
head for each step, as its multi-head predictor has it, or by the heads alone. What is predicted is told from frames
of the same speaker, so that telling speakers apart does not help.
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
"""Samples between two frames of the encoder."""

Batch = NDArray[np.int64]


class CpcSizes(BaseModel):
    """Sizes of the encoder; the defaults are the reference's.

    :param channels: of the convolutions.
    :param hidden: of the recurrent network.
    :param levels: of the recurrent network.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    channels: int = Field(default=256, ge=1)
    hidden: int = Field(default=256, ge=1)
    levels: int = Field(default=2, ge=1)


class Contrast(BaseModel):
    """What is predicted, and told from what; the defaults are the reference's.

    :param steps: frames ahead that are predicted, each of them.
    :param negatives: frames of the same speaker that each prediction must be told from.
    :param window: samples heard at once.
    :param predictor: `transformer` or `linear`.
    :param heads: of the transformer's attention.
    :param dropout: inside the transformer.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    steps: int = Field(default=12, ge=1)
    negatives: int = Field(default=128, ge=1)
    window: int = Field(default=20_480, ge=1600)
    predictor: Literal["transformer", "linear"] = "transformer"
    heads: int = Field(default=8, ge=1)
    dropout: float = Field(default=0.1, ge=0, lt=1)


class CpcPretraining(nn.Module):
    """Encoder and predictors.

    :param sizes: of the encoder.
    :param contrast: what is predicted.
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
    """Windows of one speaker a batch, cut from the speaker's utterances put one behind the other.

    :param sounds: the utterances.
    :param training: numbers of the utterances that are trained on.
    :param held_out: numbers of those that are validated on; may be empty.
    :param contrast: what is predicted.
    :param batch_frames: most frames a batch holds.
    :param seed: decides the order, and the negatives in validation.
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
        """Cut the utterances of each speaker, in a drawn order, into windows; return their numbers by speaker."""
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
        """Return which samples of which utterances a window is made of: number, first sample, how many."""
        parts, stop = [], start + self.contrast.window
        place = int(np.searchsorted(ends, start, side="right"))
        while start < stop:
            begin = int(ends[place]) - int(self.sounds.samples[numbers[place]])
            end = min(stop, int(ends[place]))
            parts.append((int(numbers[place]), start - begin, end - start))
            start, place = end, place + 1
        return parts

    def plan(self, epoch: int) -> list[Batch]:
        """Return the batches of an epoch, as numbers of windows."""
        draw = generator(self.seed, "epoch", epoch)
        batches = [batch for mine in self.training for batch in self._batches(mine[draw.permutation(len(mine))])]
        return [batches[i] for i in draw.permutation(len(batches))]

    def _batches(self, numbers: Batch) -> list[Batch]:
        return [numbers[batch] for batch in length_batches([self.frames] * len(numbers), self.batch * self.frames)]

    def symbols(self, batch: Batch) -> int:
        """Return how many predictions a batch makes."""
        return len(batch) * (self.frames - self.contrast.steps) * self.contrast.steps

    def loss(self, network: nn.Module, batch: Batch, device: torch.device) -> Tensor:
        """Return the summed loss of a batch in nats."""
        rows = [
            np.concatenate([self.sounds.piece(*part) for part in self.windows[number]]) for number in batch.tolist()
        ]
        loss: Tensor = network(torch.from_numpy(np.stack(rows)).to(device))
        return loss

    def validate(self, network: nn.Module, device: torch.device) -> float | None:
        """Return the mean loss of a prediction over what is held out, among the same negatives whenever asked."""
        batches = [batch for mine in self.held_out for batch in self._batches(mine)]
        if not batches:
            return None
        torch.manual_seed(derive(self.seed, "validation"))
        total = sum(float(self.loss(network, batch, device)) for batch in batches)
        return total / sum(self.symbols(batch) for batch in batches)
