"""Contrastive predictive coding with the reference's encoder: five convolutions to 100 Hz and a recurrent network.

Names of weights are those of published checkpoints (`gEncoder.conv0.weight`, `gAR.baseNet.weight_ih_l0`, ...).
Normalisation is over channels within each frame, and recurrence runs forward in time, so that the sounds of a batch of
equal lengths are independent. A long sound is cut into windows for the convolutions, which see a few hundred samples;
the recurrent state is passed from window to window, so that features equal those of the whole sound.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from babyslm.models.encoders.network import NetworkEncoder
from babyslm.models.encoders.protocol import Features
from babyslm.models.encoders.settings import CpcSettings
from babyslm.models.encoders.states import read_state
from babyslm.models.encoders.windows import Window, cut_windows
from babyslm.speech.audio import Samples
from babyslm.speech.sound import HeldSound, Sound, read_whole
from babyslm.verify.learners.encoders import EncoderWeightsError

__all__ = ["CpcEncoder", "CpcNetwork", "build_cpc"]

CONVOLUTIONS = ((10, 5, 3), (8, 4, 2), (4, 2, 1), (4, 2, 1), (4, 2, 1))
"""Width, stride and padding of each convolution."""

EPSILON = 1e-5
"""Added to the variance over channels."""

SEEN = 4
"""Context frames on either side for the convolutions, which see 465 samples; a frame is 160 samples."""

INSIDE = ("weights", "gEncoder")
"""Key of the network's weights in training checkpoints."""


class ChannelNorm(nn.Module):
    """Normalisation of each frame over its channels, with scale and shift.

    :param channels: number of channels.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1, channels, 1))
        self.bias = nn.Parameter(torch.zeros(1, channels, 1))

    def forward(self, frames: Tensor) -> Tensor:
        """Normalise (sounds, channels, frames); the variance is the unbiased one, as in the reference."""
        centred = frames - frames.mean(dim=1, keepdim=True)
        scaled: Tensor = centred * torch.rsqrt(frames.var(dim=1, keepdim=True) + EPSILON)
        return scaled * self.weight + self.bias


class _Convolutions(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        for number, (width, stride, padding) in enumerate(CONVOLUTIONS):
            source = channels if number else 1
            self.add_module(f"conv{number}", nn.Conv1d(source, channels, width, stride=stride, padding=padding))
            self.add_module(f"batchNorm{number}", ChannelNorm(channels))

    def forward(self, sound: Tensor) -> Tensor:
        for number in range(len(CONVOLUTIONS)):
            convolved = self.get_submodule(f"conv{number}")(sound)
            sound = functional.relu(self.get_submodule(f"batchNorm{number}")(convolved))
        return sound


class _Recurrence(nn.Module):
    def __init__(self, channels: int, hidden: int, levels: int) -> None:
        super().__init__()
        self.baseNet = nn.LSTM(channels, hidden, levels, batch_first=True)

    def forward(self, frames: Tensor) -> Tensor:
        outputs: Tensor = self.baseNet(frames)[0]
        return outputs


class CpcNetwork(nn.Module):
    """Network without its predictors, which only training needs.

    :param channels: channels of the convolutions; 256 in the reference.
    :param hidden: width of the recurrent network; 256 in the reference.
    :param levels: layers of the recurrent network; 2 in the reference.
    """

    def __init__(self, channels: int = 256, hidden: int = 256, levels: int = 2) -> None:
        super().__init__()
        self.gEncoder = _Convolutions(channels)
        self.gAR = _Recurrence(channels, hidden, levels)

    def forward(self, waveforms: Tensor) -> Tensor:
        """Map (sounds, samples) to (sounds, frames, hidden), the outputs of the last level."""
        outputs: Tensor = self.gAR(self.gEncoder(waveforms[:, None]).transpose(1, 2))
        return outputs


class CpcEncoder(NetworkEncoder):
    """CPC network without the levels above the requested one.

    :param network: network with the requested number of levels.
    :param settings: level and windows.
    """

    hop = 160
    receptive = 160

    def __init__(self, network: CpcNetwork, settings: CpcSettings) -> None:
        recurrent = network.gAR.baseNet
        super().__init__(settings, layers=recurrent.num_layers, dimensions=recurrent.hidden_size, normalise=False)
        self.network = network

    def forward(self, waveforms: Tensor) -> Tensor:
        """Return the outputs of the level."""
        outputs: Tensor = self.network(waveforms)
        return outputs

    def encode(self, waveforms: Sequence[Samples]) -> list[Features]:
        """Return the features of each waveform, shape (frames, dimensions); long ones are encoded window by window."""
        long = [len(self._windows(self._count(len(waveform)))) > 1 for waveform in waveforms]
        short = iter(super().encode([wave for wave, alone in zip(waveforms, long, strict=True) if not alone]))
        return [
            np.concatenate(list(self.stream(HeldSound(waveform)))) if alone else next(short)
            for waveform, alone in zip(waveforms, long, strict=True)
        ]

    def stream(self, sound: Sound) -> Iterator[Features]:
        """Yield the features of a sound window by window."""
        count = self._count(len(sound))
        windows = cut_windows(count, round(self._settings.window * self.frame_rate), SEEN)
        if len(windows) == 1:
            yield from self.encode([read_whole(sound)])
            return
        state: tuple[Tensor, Tensor] | None = None
        for window in windows:
            piece = torch.from_numpy(sound.read(*self._span(window, count, len(sound))))
            features, state = self._window(piece, window, state)
            yield features

    @torch.inference_mode()
    def _window(
        self, piece: Tensor, window: Window, state: tuple[Tensor, Tensor] | None
    ) -> tuple[Features, tuple[Tensor, Tensor]]:
        """Run a window from the final state of the previous one."""
        frames = self.network.gEncoder(piece[None, None].to(next(self.parameters()).device)).transpose(1, 2)
        kept = frames[:, window.keep - window.start : window.end - window.start]
        outputs, after = self.network.gAR.baseNet(kept, state)
        features: Features = outputs[0].float().cpu().numpy()
        return features, after


def build_cpc(settings: CpcSettings, device: torch.device) -> CpcEncoder:
    """Load a CPC encoder; its sizes are derived from the weights.

    :param settings: weights, level, windows.
    :param device: device of the encoder.
    """
    state = read_state(settings.weights, inside=INSIDE)
    state = {name.removeprefix("module."): tensor for name, tensor in state.items()}
    first, recurrent = state.get("gEncoder.conv0.weight"), state.get("gAR.baseNet.weight_hh_l0")
    if first is None or recurrent is None:
        raise EncoderWeightsError(settings.weights, "are not those of a CPC network: no gEncoder.conv0 or gAR.baseNet")
    levels = sum(name.startswith("gAR.baseNet.weight_hh_l") for name in state)
    above = tuple(f"_l{level}" for level in range(settings.layer, levels))
    kept = {name: tensor for name, tensor in state.items() if not (above and name.endswith(above))}
    network = CpcNetwork(first.shape[0], recurrent.shape[1], min(settings.layer, levels))
    encoder = CpcEncoder(network, settings)
    try:
        network.load_state_dict(kept, strict=True)
    except RuntimeError as error:
        raise EncoderWeightsError(settings.weights, f"do not match ({' '.join(str(error).split())[:160]})") from error
    encoder.ready(device)
    return encoder
