"""Encoder trained by denoising masked prediction: states of a layer, or log-posteriors of the unit stage."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from babyslm.models.encoders.denoising.hearing import Heard, Hearing
from babyslm.models.encoders.denoising.network import DenoisingNetwork
from babyslm.models.encoders.denoising.settings import FrameSizes
from babyslm.models.encoders.network import NetworkEncoder
from babyslm.models.encoders.protocol import Features
from babyslm.models.encoders.settings import DenoisingSettings
from babyslm.models.encoders.states import read_state
from babyslm.models.encoders.windows import Window, cut_windows
from babyslm.scoring.batches import length_batches
from babyslm.scoring.products import fast_products
from babyslm.speech.audio import Samples
from babyslm.speech.sound import HeldSound, Sound
from babyslm.verify.learners.encoders import EncoderWeightsError

__all__ = ["DenoisingEncoder", "build_denoising"]

BATCH_FRAMES = {"cpu": 4000}
"""Frames in a batch on a CPU, chosen to fit its cache."""

GPU_BATCH_FRAMES = 60_000
"""Frames in a batch on other devices."""


@dataclass(frozen=True)
class _Piece:
    """A window of one sound.

    :param number: index of the sound.
    :param first: first frame of the window, counted from the sound's own first frame.
    :param window: what is run and what is kept.
    :param frames: the network's input.
    """

    number: int
    first: int
    window: Window
    frames: Tensor


class DenoisingEncoder(NetworkEncoder):
    """Network behind the door for sound; its frames are those of the sound itself, without the silence put around it.

    :param network: the network, without the parts that the settings do not need.
    :param settings: door, sizes, layer, output, windows, warp.
    """

    def __init__(self, network: DenoisingNetwork, settings: DenoisingSettings) -> None:
        posteriors = settings.output == "posteriors"
        dimensions = settings.classes if posteriors else settings.sizes.width
        super().__init__(settings, layers=settings.sizes.depth, dimensions=dimensions, normalise=False)
        self.network = network
        self.posteriors = posteriors
        self.depth = settings.sizes.depth if posteriors else settings.layer
        self.hearing = Hearing(settings.hearing, settings.warp)
        self.frame_rate = self.hearing.frame_rate
        self.reach = sum(settings.sizes.distances) if isinstance(settings.sizes, FrameSizes) else None

    def warped(self, factor: float) -> "DenoisingEncoder":
        """Return this encoder with its frequencies warped by a further factor."""
        settings = self._settings
        assert isinstance(settings, DenoisingSettings)
        encoder = DenoisingEncoder(self.network, settings.model_copy(update={"warp": settings.warp * factor}))
        encoder.eval()
        return encoder

    def onset(self, waveform: Samples) -> float:
        """Return the time of the first frame's centre in seconds from the beginning of a waveform."""
        return self.hearing.hear(HeldSound(waveform)).onset

    def encode(self, waveforms: Sequence[Samples]) -> list[Features]:
        """Return the features of each waveform, shape (frames, dimensions)."""
        heard = [self.hearing.hear(HeldSound(waveform)) for waveform in waveforms]
        found = [np.zeros((len(sound), self.dimensions), dtype=np.float32) for sound in heard]
        pieces = [piece for number, sound in enumerate(heard) for piece in self._pieces(number, sound)]
        for piece, start, features in self._run_pieces(pieces):
            found[piece.number][start : start + len(features)] = features
        return found

    def stream(self, sound: Sound) -> Iterator[Features]:
        """Yield the features of a sound window by window; the sound is read several times."""
        for piece in self._pieces(0, self.hearing.hear(sound)):
            for _, _, features in self._run_pieces([piece]):
                yield features

    def _pieces(self, number: int, sound: Heard) -> Iterator[_Piece]:
        before, after = sound.margins
        size = round(self._settings.window * self.frame_rate)
        context = round(self._settings.context * self.frame_rate) if self.reach is None else self.reach
        for window in cut_windows(before + len(sound) + after, size, context):
            keep, end = max(window.keep, before), min(window.end, before + len(sound))
            if keep < end:
                kept = Window(window.start, window.stop, keep, end)
                frames = sound.frames(window.start - before, window.stop - before)
                yield _Piece(number, window.start - before, kept, frames)

    @torch.inference_mode()
    def _run_pieces(self, pieces: Sequence[_Piece]) -> Iterator[tuple[_Piece, int, Features]]:
        """Yield each piece with the first frame that it gives, and its kept features."""
        device = next(self.parameters()).device
        budget = BATCH_FRAMES.get(device.type, GPU_BATCH_FRAMES)
        for batch in length_batches([len(piece.frames) for piece in pieces], budget):
            chosen = [pieces[place] for place in batch.tolist()]
            lengths = [len(piece.frames) for piece in chosen]
            padded = nn.utils.rnn.pad_sequence([piece.frames for piece in chosen], batch_first=True).to(device)
            alike = min(lengths) == max(lengths)
            counts = torch.tensor(lengths, device=device)
            inside = None if alike else torch.arange(padded.shape[1], device=device)[None] < counts[:, None]
            with fast_products(device):
                outputs: Features = self.features_of(padded, inside).float().cpu().numpy()
            for row, piece in enumerate(chosen):
                window = piece.window
                kept = outputs[row, window.keep - window.start : window.end - window.start]
                yield piece, piece.first + window.keep - window.start, kept

    def features_of(self, frames: Tensor, inside: Tensor | None) -> Tensor:
        """Return the features of input frames, with those of the silence around each sound.

        :param frames: shape (sounds, frames, stack x bands).
        :param inside: shape (sounds, frames): false for padding; None without padding.
        """
        states = self.network.states(frames, inside, depth=self.depth)
        if self.posteriors:
            logits: Tensor = self.network.head(self.network.norm(states))
            return logits.float().log_softmax(dim=2)
        # The residual stream has no scale of its own; clusters need one.
        return functional.layer_norm(states, states.shape[2:])


def build_denoising(settings: DenoisingSettings, device: torch.device) -> DenoisingEncoder:
    """Load an encoder trained by denoising masked prediction.

    :param settings: weights, door, sizes, layer, output, windows, warp.
    :param device: device of the encoder.
    """
    state = read_state(settings.weights)
    dimensions = settings.hearing.stack * settings.hearing.bands
    network = DenoisingNetwork(dimensions, settings.sizes, settings.classes)
    dropped = {"mask"}
    network.mask = None  # type: ignore[assignment]  # only training hides frames
    if settings.output == "states":
        network.layers = network.layers[: settings.layer]
        network.norm = network.head = None  # type: ignore[assignment]  # not needed below the last layer
        dropped |= {name for name in state if name.startswith(("norm.", "head."))}
        dropped |= {name for name in state if name.startswith("layers.") and int(name.split(".")[1]) >= settings.layer}
    try:
        network.load_state_dict({name: weight for name, weight in state.items() if name not in dropped}, strict=True)
    except (RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())[:160]
        raise EncoderWeightsError(settings.weights, f"do not match ({reason})") from error
    encoder = DenoisingEncoder(network, settings)
    encoder.ready(device)
    return encoder
