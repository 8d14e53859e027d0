"""MFCC and log-mel features: what an ear-like filter bank hears, without any learning."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from torch import Tensor
from torchaudio import functional

from babyslm.models.encoders.protocol import Features
from babyslm.models.encoders.settings import LogMelSettings, MfccSettings, Normalisation, SpectralSettings
from babyslm.speech.audio import RATE, Samples

__all__ = ["LogMelEncoder", "MfccEncoder", "add_deltas", "normalise_frames"]

EMPHASIS = 0.97
"""Coefficient of the pre-emphasis filter y(t) = x(t) - 0.97 x(t - 1)."""

FLOOR = 1e-8
"""Least band energy: digital silence has a finite logarithm."""

LEAST_DEVIATION = 1e-2
"""Least standard deviation that features are divided by: a constant stays near 0."""

DELTA_WINDOW = 5
"""Frames a derivative is fitted over."""


Chosen = TypeVar("Chosen", bound=SpectralSettings)


class _SpectralEncoder(Generic[Chosen]):
    """The way from a waveform to log-mel frames."""

    costly = False

    def __init__(self, settings: Chosen) -> None:
        self._settings = settings
        self.frame_rate = 1 / settings.hop
        self.window = round(settings.window * RATE)
        self.hop = round(settings.hop * RATE)
        self.points = 1 << (self.window - 1).bit_length()
        self.taper = torch.hann_window(self.window)
        self.bank = mel_bank(settings, self.points)

    @property
    def settings(self) -> dict[str, Any]:
        """Everything that decides the features."""
        return self._settings.model_dump(mode="json")

    def log_mel(self, waveform: Samples) -> Tensor:
        """Return log band energies, shape (frames, mels): frame t is centred on sample t times hop."""
        sound = functional.preemphasis(torch.from_numpy(np.ascontiguousarray(waveform, dtype=np.float32)), EMPHASIS)
        spectrum = torch.stft(
            sound,
            self.points,
            hop_length=self.hop,
            win_length=self.window,
            window=self.taper,
            center=True,
            pad_mode="constant",
            return_complex=True,
        )
        power = torch.view_as_real(spectrum).square().sum(dim=-1).T  # a third of the time of abs() ** 2
        bands: Tensor = power @ self.bank
        return bands.clamp_min(FLOOR).log()


def mel_bank(settings: SpectralSettings, points: int) -> Tensor:
    """Return triangular mel bands of height 1, their corner frequencies times the warp factor.

    :param settings: bands and warp.
    :param points: length of the Fourier transform.
    :returns: shape (points // 2 + 1, mels). Of bands beyond half the sampling rate nothing is left.
    """
    scale = 2595 * np.log10(1 + np.array([settings.low, settings.high]) / 700)
    corners = 700 * (10 ** (np.linspace(scale[0], scale[1], settings.mels + 2) / 2595) - 1) * settings.warp
    low, centre, high = corners[:-2], corners[1:-1], corners[2:]
    bins = np.arange(points // 2 + 1)[:, None] * RATE / points
    bands = np.maximum(0, np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre)))
    return torch.from_numpy(bands.astype(np.float32))


class LogMelEncoder(_SpectralEncoder[LogMelSettings]):
    """Log-mel frames.

    :param settings: bands, frames and normalisation.
    """

    def __init__(self, settings: LogMelSettings | None = None) -> None:
        super().__init__(settings or LogMelSettings())
        self.dimensions = self._settings.mels

    def warped(self, factor: float) -> "LogMelEncoder":
        """Return this encoder with its frequencies warped by a factor more."""
        return LogMelEncoder(_warped(self._settings, factor))

    def encode(self, waveforms: Sequence[Samples]) -> list[Features]:
        """Return the features of each waveform, shape (frames, mels)."""
        mode = self._settings.normalise
        with torch.inference_mode():
            return [_as_features(normalise_frames(self.log_mel(waveform), mode)) for waveform in waveforms]


class MfccEncoder(_SpectralEncoder[MfccSettings]):
    """Mel-frequency cepstral coefficients with derivatives: orthonormal DCT-II of the log-mel frames.

    :param settings: coefficients, derivatives, bands, frames and normalisation.
    """

    def __init__(self, settings: MfccSettings | None = None) -> None:
        chosen = settings or MfccSettings()
        super().__init__(chosen)
        self.deltas = chosen.deltas
        self.dimensions = chosen.coefficients * (1 + chosen.deltas)
        self.transform = functional.create_dct(chosen.coefficients, chosen.mels, norm="ortho")

    def warped(self, factor: float) -> "MfccEncoder":
        """Return this encoder with its frequencies warped by a factor more."""
        return MfccEncoder(_warped(self._settings, factor))

    def encode(self, waveforms: Sequence[Samples]) -> list[Features]:
        """Return the features of each waveform, shape (frames, coefficients x (1 + deltas))."""
        mode = self._settings.normalise
        with torch.inference_mode():
            return [
                _as_features(normalise_frames(add_deltas(self.log_mel(waveform) @ self.transform, self.deltas), mode))
                for waveform in waveforms
            ]


def add_deltas(frames: Tensor, order: int) -> Tensor:
    """Put derivatives after features: slopes of straight lines fitted over five frames, ends repeated.

    :param frames: shape (frames, dimensions).
    :param order: 0 to 2.
    :returns: shape (frames, dimensions x (1 + order)).
    """
    parts = [frames]
    for _ in range(order):
        parts.append(functional.compute_deltas(parts[-1].T[None], DELTA_WINDOW)[0].T)
    return torch.cat(parts, dim=1)


def normalise_frames(frames: Tensor, mode: Normalisation) -> Tensor:
    """Normalise each dimension over the utterance, so that channel, level and much of the voice drop out.

    :param frames: shape (frames, dimensions).
    :param mode: see `Normalisation`.
    """
    if mode == "none":
        return frames
    centred = frames - frames.mean(dim=0)
    if mode == "utterance-mean":
        return centred
    return centred / centred.square().mean(dim=0).sqrt().clamp_min(LEAST_DEVIATION)


def _warped(settings: Chosen, factor: float) -> Chosen:
    return type(settings).model_validate(settings.model_dump() | {"warp": settings.warp * factor})


def _as_features(frames: Tensor) -> Features:
    features: Features = frames.numpy()
    return features
