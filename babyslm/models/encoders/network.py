"""Encoders that are networks over waveforms; the features of a sound do not depend on the rest of its batch.

Group normalisation over time, as in HuBERT-base, includes padding even with an attention mask. Convolutions therefore
get no padding: each sound passes through them alone, which costs no extra time on a CPU. The frames of sounds of
similar length pass through the layers together, with a mask that is exact there. Networks that cannot be split in this
way run only sounds of exactly equal length together, such as the inner windows of long sounds, and all others alone.
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
from babyslm.scoring.batches import length_batches
from babyslm.scoring.products import fast_products
from babyslm.speech.audio import RATE, Samples
from babyslm.speech.sound import Sound, read_blocks, read_whole
from babyslm.verify.learners.encoders import LayerError, WeightsDigestError

__all__ = ["HOP", "RECEPTIVE", "NetworkEncoder", "weights_digest"]

HOP = 320
"""Hop of the front ends of the wav2vec 2.0 family in samples: 50 Hz."""

RECEPTIVE = 400
"""Receptive field of these front ends in samples; shorter sounds are padded with zeros at the end."""

BATCH_SECONDS = {"cpu": 16.0}
"""Seconds of sound in a batch on a CPU, chosen to fit its cache."""

GPU_BATCH_SECONDS = 120.0
"""Seconds of sound in a batch on other devices."""

UNUSED = "masked_spec_embed"
"""Weight that only training uses; checkpoints may lack it."""

TINY = 1e-7
"""Added to the variance when a waveform is normalised, as in published front ends."""


class NetworkEncoder(nn.Module):
    """Network that maps waveforms to frames.

    A family sets `hop` and `receptive`, and defines either `forward`, or `convolve` and `attend` with `splits` set.

    :param settings: layer and windows.
    :param layers: number of layers of the network.
    :param dimensions: dimensions of its frames.
    :param normalise: whether each waveform is first normalised to mean 0 and variance 1 over its whole length.
    """

    costly = True
    hop = HOP
    receptive = RECEPTIVE
    splits = False

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
        """Map (sounds, samples) of equal length to (sounds, frames, dimensions)."""
        return self.attend(self.convolve(waveforms), None)

    def convolve(self, waveforms: Tensor) -> Tensor:
        """Map (sounds, samples) of equal length to (sounds, frames, channels)."""
        raise NotImplementedError

    def attend(self, frames: Tensor, lengths: Tensor | None) -> Tensor:
        """Map the front end's frames to (sounds, frames, dimensions).

        :param frames: shape (sounds, frames, channels).
        :param lengths: shape (sounds,): number of frames of each sound; None if all have the same length.
        """
        raise NotImplementedError

    @property
    def digest(self) -> str:
        """SHA-256 of the weights up to the layer."""
        if self._digest is None:
            self._digest = weights_digest(self)
        return self._digest

    @property
    def settings(self) -> dict[str, Any]:
        """Everything that determines the features; weights are identified by their digest, not by their path."""
        told = self._settings.model_dump(mode="json") | {"digest": self.digest}
        if isinstance(told.get("weights"), str):
            told["weights"] = Path(told["weights"]).name
        return told

    def ready(self, device: torch.device) -> "NetworkEncoder":
        """Move to a device and set evaluation mode; refuse weights whose digest differs from that of the settings."""
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
        cut = [(number, window) for number, count in enumerate(frames) for window in self._windows(count)]
        pieces = [self._piece(sounds[number], window, frames[number]) for number, window in cut]
        for place, outputs in self._run(pieces):
            number, window = cut[place]
            found[number][window.keep : window.end] = outputs[window.keep - window.start : window.end - window.start]
        return found

    def stream(self, sound: Sound) -> Iterator[Features]:
        """Yield the features of a sound window by window; the sound is read twice if waveforms are normalised."""
        count = self._count(len(sound))
        windows = self._windows(count)
        if len(windows) == 1:
            yield from self.encode([read_whole(sound)])
            return
        mean, scale = _moments(sound) if self.normalise else (0.0, 1.0)
        for window in windows:
            piece = (sound.read(*self._span(window, count, len(sound))) - np.float32(mean)) * np.float32(scale)
            for _, outputs in self._run([piece]):
                yield outputs[window.keep - window.start : window.end - window.start]

    def _count(self, samples: int) -> int:
        """Return the number of frames of this many samples."""
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
    def _run(self, pieces: list[Samples]) -> list[tuple[int, Features]]:
        """Run pieces of sound; return the index of each piece with its frames, (frames, dimensions)."""
        device = next(self.parameters()).device
        budget = BATCH_SECONDS.get(device.type, GPU_BATCH_SECONDS)
        with fast_products(device):
            run = self._run_split if self.splits else self._run_alike
            return list(run(pieces, device, budget))

    def _run_split(self, pieces: list[Samples], device: torch.device, budget: float) -> Iterator[tuple[int, Features]]:
        """Run each piece through the front end alone, and pieces of similar length through the layers together."""
        fronts = [self.convolve(torch.from_numpy(piece)[None].to(device))[0] for piece in pieces]
        for batch in length_batches([len(frames) for frames in fronts], round(budget * self.frame_rate)):
            lengths = [len(fronts[place]) for place in batch]
            padded = nn.utils.rnn.pad_sequence([fronts[place] for place in batch], batch_first=True)
            alike = min(lengths) == max(lengths)
            outputs = self.attend(padded, None if alike else torch.tensor(lengths, device=device))
            heard: Features = outputs.float().cpu().numpy()
            for row, place in enumerate(batch.tolist()):
                yield place, heard[row, : lengths[row]]

    def _run_alike(self, pieces: list[Samples], device: torch.device, budget: float) -> Iterator[tuple[int, Features]]:
        """Run pieces of equal length together."""
        groups: dict[int, list[int]] = defaultdict(list)
        for place, piece in enumerate(pieces):
            groups[len(piece)].append(place)
        for samples, group in sorted(groups.items()):
            most = max(1, round(budget * RATE) // samples)
            for first in range(0, len(group), most):
                batch = group[first : first + most]
                sounds = torch.from_numpy(np.stack([pieces[place] for place in batch])).to(device)
                heard: Features = self(sounds).float().cpu().numpy()
                yield from zip(batch, heard, strict=True)

    def _piece(self, sound: Samples, window: Window, frames: int) -> Samples:
        """Return the samples of a window."""
        start, stop = self._span(window, frames, len(sound))
        return sound[start:stop]

    def _span(self, window: Window, frames: int, samples: int) -> tuple[int, int]:
        """Return the range of samples of a window; the last one extends to the end of the sound, as normalised."""
        stop = samples if window.stop == frames else (window.stop - 1) * self.hop + self.receptive
        return window.start * self.hop, stop


def _moments(sound: Sound) -> tuple[float, float]:
    """Return the mean and the reciprocal standard deviation of a sound."""
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
