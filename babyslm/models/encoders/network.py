"""Encoders that are networks over waveforms: batches of equal length, so that nothing is ever padded.

Group normalisation over time, as in HuBERT-base, sees padding even behind an attention mask. Pieces of exactly the
same number of samples need none: files of one length, and the inner windows of long ones, run together, others alone.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from babyslm.models.encoders.protocol import Features
from babyslm.models.encoders.settings import NetworkSettings
from babyslm.models.encoders.windows import Window, cut_windows
from babyslm.speech.audio import RATE, Samples
from babyslm.speech.sound import Sound, read_blocks, read_whole
from babyslm.verify.encoders import LayerError, WeightsDigestError

__all__ = ["HOP", "RECEPTIVE", "NetworkEncoder", "weights_digest"]

HOP = 320
"""Samples between frames of the wav2vec 2.0 family's front ends: 50 Hz."""

RECEPTIVE = 400
"""Samples a frame of theirs sees; shorter sounds get zeros at their end."""

BATCH_SECONDS = 60.0
"""Seconds of sound that run at once."""

UNUSED = "masked_spec_embed"
"""A weight that is used in training alone; checkpoints may lack it."""

TINY = 1e-7
"""Added to the variance of a waveform that is normalised, as in the field's own front ends."""


class NetworkEncoder(nn.Module):
    """A network that turns waveforms into frames; a family gives `forward`, and its own `hop` and `receptive`.

    :param settings: layer and windows.
    :param layers: how many layers the network has.
    :param dimensions: of its frames.
    :param normalise: whether waveforms are brought to mean 0 and variance 1 first, each over its whole length.
    """

    costly = True
    hop = HOP
    receptive = RECEPTIVE

    def __init__(self, settings: NetworkSettings, *, layers: int, dimensions: int, normalise: bool) -> None:
        super().__init__()
        if settings.layer > layers:
            raise LayerError(settings.layer, layers)
        self._settings = settings
        self.frame_rate = RATE / self.hop
        self.dimensions = dimensions
        self.normalise = normalise
        self._digest: str | None = None

    def forward(self, waveforms: Tensor) -> Tensor:
        """Turn (sounds, samples) of one length into (sounds, frames, dimensions)."""
        raise NotImplementedError

    @property
    def digest(self) -> str:
        """SHA-256 of the weights up to the layer."""
        if self._digest is None:
            self._digest = weights_digest(self)
        return self._digest

    @property
    def settings(self) -> dict[str, Any]:
        """Everything that decides the features; weights count by their digest, wherever they lie."""
        told = self._settings.model_dump(mode="json") | {"digest": self.digest}
        if isinstance(told.get("weights"), str):
            told["weights"] = Path(told["weights"]).name
        return told

    def ready(self, device: torch.device) -> "NetworkEncoder":
        """Move to a device and put into evaluation mode; refuse weights of another digest than the settings'."""
        wanted = self._settings.digest
        if wanted is not None and wanted != self.digest:
            raise WeightsDigestError(wanted, self.digest)
        self.requires_grad_(requires_grad=False)
        return self.to(device).eval()

    def encode(self, waveforms: Sequence[Samples]) -> list[Features]:
        """Return the features of each waveform, shape (frames, dimensions)."""
        sounds = [self._prepared(waveform) for waveform in waveforms]
        frames = [self._count(len(sound)) for sound in sounds]
        found = [np.zeros((count, self.dimensions), dtype=np.float32) for count in frames]
        groups: dict[int, list[tuple[int, Window]]] = defaultdict(list)
        for number, count in enumerate(frames):
            for window in self._windows(count):
                groups[len(self._piece(sounds[number], window, count))].append((number, window))
        for samples, group in sorted(groups.items()):
            most = max(1, round(BATCH_SECONDS * RATE) // samples)
            for first in range(0, len(group), most):
                part = group[first : first + most]
                pieces = [self._piece(sounds[number], window, frames[number]) for number, window in part]
                for (number, window), outputs in zip(part, self._run(pieces), strict=True):
                    kept = outputs[window.keep - window.start : window.end - window.start]
                    found[number][window.keep : window.end] = kept
        return found

    def stream(self, sound: Sound) -> Iterator[Features]:
        """Yield the features of a sound window by window; it is read twice where waveforms are normalised."""
        count = self._count(len(sound))
        windows = self._windows(count)
        if len(windows) == 1:
            yield from self.encode([read_whole(sound)])
            return
        mean, scale = _moments(sound) if self.normalise else (0.0, 1.0)
        for window in windows:
            piece = (sound.read(*self._span(window, count, len(sound))) - np.float32(mean)) * np.float32(scale)
            yield self._run([piece])[0][window.keep - window.start : window.end - window.start]

    def _count(self, samples: int) -> int:
        """Return how many frames so many samples have."""
        return 1 + max(0, samples - self.receptive) // self.hop

    def _windows(self, frames: int) -> list[Window]:
        told = (self._settings.window, self._settings.context)
        size, context = (round(seconds * self.frame_rate) for seconds in told)
        return cut_windows(frames, size, context)

    def _prepared(self, waveform: Samples) -> Samples:
        sound = np.asarray(waveform, dtype=np.float32)
        if self.normalise:
            sound = (sound - sound.mean()) / np.sqrt(sound.var() + TINY)
        return np.pad(sound, (0, max(0, self.receptive - len(sound))))

    @torch.inference_mode()
    def _run(self, pieces: list[Samples]) -> Features:
        """Run pieces of one length: (pieces, frames, dimensions)."""
        device = next(self.parameters()).device
        outputs: Features = self(torch.from_numpy(np.stack(pieces)).to(device)).float().cpu().numpy()
        return outputs

    def _piece(self, sound: Samples, window: Window, frames: int) -> Samples:
        """Return what a window hears."""
        start, stop = self._span(window, frames, len(sound))
        return sound[start:stop]

    def _span(self, window: Window, frames: int, samples: int) -> tuple[int, int]:
        """Say which samples a window hears; the last one hears the sound to its very end, as normalisation does."""
        stop = samples if window.stop == frames else (window.stop - 1) * self.hop + self.receptive
        return window.start * self.hop, stop


def _moments(sound: Sound) -> tuple[float, float]:
    """Return the mean of a sound and one over its standard deviation."""
    count, total, squares = 0, 0.0, 0.0
    for block in read_blocks(sound):
        wide = block.astype(np.float64)
        count, total, squares = count + len(wide), total + wide.sum(), squares + np.square(wide).sum()
    mean = total / count
    return float(mean), float(1 / np.sqrt(squares / count - mean**2 + TINY))


def weights_digest(network: nn.Module) -> str:
    """Return the hexadecimal SHA-256 of a network's weights, by name, shape and value."""
    digest = sha256()
    for name, tensor in sorted(network.state_dict().items()):
        if name.endswith(UNUSED):
            continue
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}\n".encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
