"""Frames of clean speech whose clusters are predicted: cepstra, or states of a layer of a network."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torchaudio.functional import create_dct

from babyslm.models.encoders.denoising.hearing import SCALE
from babyslm.models.encoders.denoising.network import DenoisingNetwork
from babyslm.models.encoders.denoising.settings import HearingSettings
from babyslm.models.encoders.protocol import Features
from babyslm.models.encoders.spectral import add_deltas
from babyslm.scoring.batches import length_batches
from babyslm.training.encoders.denoising.settings import Cepstra
from babyslm.training.speech.spectra import Spectra

__all__ = ["CepstralFrames", "StateFrames"]

CHUNK = 64
"""Utterances whose states are computed together."""

BATCH_FRAMES = {"cpu": 4000}
GPU_BATCH_FRAMES = 60_000
"""Frames of a batch, padding included."""

NATS_A_DECIBEL = float(np.log(10)) / 10


class _Frames:
    """Frames of utterances at the rate of the network.

    :param spectra: clean spectra.
    :param speakers: speaker of each utterance.
    :param hearing: the door.
    """

    dimensions: int

    def __init__(self, spectra: Spectra, speakers: NDArray[np.int64], hearing: HearingSettings) -> None:
        self.spectra, self.speakers, self.hearing = spectra, speakers, hearing
        self.frame_rate = 1 / (hearing.hop * hearing.stack)

    @property
    def seconds(self) -> NDArray[np.float64]:
        """Length of each utterance."""
        return self.spectra.seconds

    def features(self, chosen: list[int]) -> Iterator[tuple[int, Iterable[Features]]]:
        """Yield index and features of the chosen utterances."""
        for start in range(0, len(chosen), CHUNK):
            numbers = chosen[start : start + CHUNK]
            for number, found in zip(numbers, self._chunk(numbers), strict=True):
                yield number, [found]

    def _chunk(self, numbers: Sequence[int]) -> list[Features]:
        raise NotImplementedError


class CepstralFrames(_Frames):
    """Cepstra with derivatives of the log-mel frames that form a frame of the network, side by side.

    :param settings: number of coefficients and derivatives.
    """

    def __init__(
        self, spectra: Spectra, speakers: NDArray[np.int64], hearing: HearingSettings, settings: Cepstra
    ) -> None:
        super().__init__(spectra, speakers, hearing)
        self.deltas = settings.deltas
        self.transform = create_dct(settings.coefficients, hearing.bands, norm="ortho")
        self.dimensions = settings.coefficients * (1 + settings.deltas) * hearing.stack

    @torch.inference_mode()
    def _chunk(self, numbers: Sequence[int]) -> list[Features]:
        stack = self.hearing.stack
        found = []
        for number in numbers:
            decibels = self.spectra.utterance(number).cpu().clamp_min(-self.hearing.floor)
            frames = add_deltas(decibels * NATS_A_DECIBEL @ self.transform, self.deltas)
            missing = -len(frames) % stack
            frames = torch.cat([frames, frames[-1:].expand(missing, -1)])
            found.append(frames.reshape(-1, self.dimensions).numpy())
        return found


class StateFrames(_Frames):
    """States of a layer of a network that hears clean speech, normalised as by the encoder.

    :param network: the network, on the device of the spectra.
    :param depth: the layer.
    """

    def __init__(
        self,
        spectra: Spectra,
        speakers: NDArray[np.int64],
        hearing: HearingSettings,
        network: DenoisingNetwork,
        depth: int,
    ) -> None:
        super().__init__(spectra, speakers, hearing)
        self.network, self.depth = network.to(spectra.device).eval(), depth
        self.dimensions = int(network.inputs.out_features)

    @torch.inference_mode()
    def _chunk(self, numbers: Sequence[int]) -> list[Features]:
        device = self.spectra.device
        inputs = [clean_input(self.spectra.utterance(number), self.hearing) for number in numbers]
        before, after = (
            self.hearing.frames(part) // self.hearing.stack for part in (self.hearing.before, self.hearing.after)
        )
        found: list[Features] = [np.zeros((0, self.dimensions), dtype=np.float32)] * len(numbers)
        budget = BATCH_FRAMES.get(device.type, GPU_BATCH_FRAMES)
        for batch in length_batches([len(frames) for frames in inputs], budget):
            chosen = [inputs[place] for place in batch.tolist()]
            counts = torch.tensor([len(frames) for frames in chosen], device=device)
            padded = torch.nn.utils.rnn.pad_sequence(chosen, batch_first=True)
            inside = torch.arange(padded.shape[1], device=device)[None] < counts[:, None]
            states = self.network.states(padded, inside, depth=self.depth)
            heard: Features = functional.layer_norm(states, states.shape[2:]).float().cpu().numpy()
            for row, place in enumerate(batch.tolist()):
                found[place] = heard[row, before : len(chosen[row]) - after]
        return found


def clean_input(decibels: Tensor, hearing: HearingSettings) -> Tensor:
    """Return the network's input for a clean utterance with silence around it, as the encoder hears it.

    :param decibels: shape (log-mel frames, bands): relative to the level.
    :param hearing: the door.
    :returns: shape (frames, stack x bands).
    """
    after = hearing.frames(hearing.after) + -len(decibels) % hearing.stack
    silent = (0, 0, hearing.frames(hearing.before), after)
    heard = functional.pad(decibels.clamp_min(-hearing.floor), silent, value=-hearing.floor)
    return (heard / SCALE + 1).reshape(-1, hearing.stack * hearing.bands)
