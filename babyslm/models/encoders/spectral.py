"""MFCC and log-mel features, computed without any training."""

from collections.abc import Iterator, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from torch import Tensor
from torchaudio import functional

from babyslm.models.encoders.normalisation import apply_moments, gather_moments, normalise_frames
from babyslm.models.encoders.protocol import Features
from babyslm.models.encoders.settings import LogMelSettings, MfccSettings, SpectralSettings
from babyslm.models.encoders.windows import Window, cut_windows
from babyslm.speech.audio import RATE, Samples
from babyslm.speech.sound import HeldSound, Sound

__all__ = ["LogMelEncoder", "MfccEncoder", "add_deltas"]

EMPHASIS = 0.97
"""Coefficient of the pre-emphasis filter y(t) = x(t) - 0.97 x(t - 1)."""

NATS_A_DECIBEL = float(np.log(10)) / 10
"""One decibel of power in natural logarithms."""

FLOOR = 1e-8
"""Lower limit on band energy, so that digital silence has a finite logarithm."""

DELTA_WINDOW = 5
"""Number of frames over which a derivative is fitted."""

WINDOW_SECONDS = 60.0
"""Seconds of sound whose features are computed at once."""


Chosen = TypeVar("Chosen", bound=SpectralSettings)


class _SpectralEncoder(Generic[Chosen]):
    """Conversion of a waveform into log-mel frames, and of these into features.

    A frame depends on the samples of its window and one before them, a feature on the frames over which its
    derivatives are fitted. A long sound is cut into windows with exactly this context, so that features equal those of
    the whole.
    """

    costly = False
    context = 0
    """Context frames on either side of a feature."""

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
        """Everything that determines the features."""
        return self._settings.model_dump(mode="json")

    def encode(self, waveforms: Sequence[Samples]) -> list[Features]:
        """Return the features of each waveform, shape (frames, dimensions)."""
        return [np.concatenate(list(self.stream(HeldSound(waveform)))) for waveform in waveforms]

    def stream(self, sound: Sound) -> Iterator[Features]:
        """Yield the features of a sound, a minute at a time; a longer sound is read again for each statistic."""
        windows = cut_windows(len(sound) // self.hop + 1, round(WINDOW_SECONDS * self.frame_rate), self.context)
        mode = self._settings.normalise
        if len(windows) == 1:
            yield _as_features(normalise_frames(self._window(sound, windows[0]), mode))
            return
        floor = self._floor(sound, windows)
        moments = None if mode == "none" else gather_moments(self._window(sound, window, floor) for window in windows)
        for window in windows:
            frames = self._window(sound, window, floor)
            yield _as_features(frames if moments is None else apply_moments(frames, moments, mode))

    def log_mel(self, sound: Sound, start: int, stop: int) -> Tensor:
        """Return log band energies, shape (stop - start, mels): frame t is centred on sample t times hop."""
        first, last = start * self.hop - self.points // 2, (stop - 1) * self.hop + self.points // 2
        begin, end = max(0, first - 1), min(len(sound), last)
        heard = np.ascontiguousarray(sound.read(begin, end), dtype=np.float32)
        emphasised = functional.preemphasis(torch.from_numpy(heard), EMPHASIS)
        kept = emphasised[1:] if first > 0 else emphasised  # the first sample only serves the filter
        padded = torch.nn.functional.pad(kept, (max(0, -first), last - end))
        spectrum = torch.stft(
            padded,
            self.points,
            hop_length=self.hop,
            win_length=self.window,
            window=self.taper,
            center=False,
            return_complex=True,
        )
        power = torch.view_as_real(spectrum).square().sum(dim=-1).T  # takes a third of the time of abs() ** 2
        bands: Tensor = power @ self.bank
        return bands.clamp_min(FLOOR).log()

    def features(self, log_mel: Tensor) -> Tensor:
        """Convert log-mel frames into features, before normalisation."""
        raise NotImplementedError

    def _floor(self, sound: Sound, windows: list[Window]) -> float | None:
        """Return the floor of the log band energies for a sound of several windows; None for no floor."""
        if self._settings.top_db is None:
            return None
        loudest = max(float(self.log_mel(sound, window.keep, window.end).max()) for window in windows)
        return loudest - self._settings.top_db * NATS_A_DECIBEL

    @torch.inference_mode()
    def _window(self, sound: Sound, window: Window, floor: float | None = None) -> Tensor:
        """Return the features of a window; without a floor the window is taken to be the whole sound."""
        bands = self.log_mel(sound, window.start, window.stop)
        if self._settings.top_db is not None:
            least = float(bands.max()) - self._settings.top_db * NATS_A_DECIBEL if floor is None else floor
            bands = bands.clamp_min(least)
        frames = self.features(bands)
        return frames[window.keep - window.start : window.end - window.start]


def mel_bank(settings: SpectralSettings, points: int) -> Tensor:
    """Return triangular mel bands of height 1, with corner frequencies multiplied by the warp factor.

    :param settings: bands and warp.
    :param points: length of the Fourier transform.
    :returns: shape (points // 2 + 1, mels). Bands are cut off at half the sampling rate.
    """
    scale = 2595 * np.log10(1 + np.array([settings.low, settings.high]) / 700)
    corners = 700 * (10 ** (np.linspace(scale[0], scale[1], settings.mels + 2) / 2595) - 1) * settings.warp
    low, centre, high = corners[:-2], corners[1:-1], corners[2:]
    bins = np.arange(points // 2 + 1)[:, None] * RATE / points
    bands = np.maximum(0, np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre)))
    return torch.from_numpy(bands.astype(np.float32))


class LogMelEncoder(_SpectralEncoder[LogMelSettings]):
    """Log-mel features.

    :param settings: bands, frames and normalisation.
    """

    def __init__(self, settings: LogMelSettings | None = None) -> None:
        super().__init__(settings or LogMelSettings())
        self.dimensions = self._settings.mels

    def warped(self, factor: float) -> "LogMelEncoder":
        """Return this encoder with its frequencies warped by a further factor."""
        return LogMelEncoder(_warped(self._settings, factor))

    def features(self, log_mel: Tensor) -> Tensor:
        """Return the frames unchanged."""
        return log_mel


class MfccEncoder(_SpectralEncoder[MfccSettings]):
    """Mel-frequency cepstral coefficients with derivatives: orthonormal DCT-II of the log-mel frames.

    :param settings: coefficients, derivatives, bands, frames and normalisation.
    """

    def __init__(self, settings: MfccSettings | None = None) -> None:
        chosen = settings or MfccSettings()
        super().__init__(chosen)
        self.deltas = chosen.deltas
        self.context = chosen.deltas * (DELTA_WINDOW // 2)
        self.dimensions = chosen.coefficients * (1 + chosen.deltas)
        self.transform = functional.create_dct(chosen.coefficients, chosen.mels, norm="ortho")

    def warped(self, factor: float) -> "MfccEncoder":
        """Return this encoder with its frequencies warped by a further factor."""
        return MfccEncoder(_warped(self._settings, factor))

    def features(self, log_mel: Tensor) -> Tensor:
        """Return coefficients and their derivatives."""
        return add_deltas(log_mel @ self.transform, self.deltas)


def add_deltas(frames: Tensor, order: int) -> Tensor:
    """Append derivatives to features: slopes of regression lines over five frames, with the end frames repeated.

    :param frames: shape (frames, dimensions).
    :param order: 0 to 2.
    :returns: shape (frames, dimensions x (1 + order)).
    """
    parts = [frames]
    for _ in range(order):
        parts.append(functional.compute_deltas(parts[-1].T[None], DELTA_WINDOW)[0].T)
    return torch.cat(parts, dim=1)


def _warped(settings: Chosen, factor: float) -> Chosen:
    return type(settings).model_validate(settings.model_dump() | {"warp": settings.warp * factor})


def _as_features(frames: Tensor) -> Features:
    features: Features = frames.numpy()
    return features
