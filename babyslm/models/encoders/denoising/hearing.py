"""The door for sound: trimming, level, floor and surrounding silence, the same for trainer, codebook and scorer.

A word cut out of a longer sound, the word alone and the word with silence around it are heard as the same frames: the
silence of the file is cut off first, and the silence that is put around does not depend on the file.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from babyslm.models.encoders.denoising.settings import HearingSettings
from babyslm.models.encoders.settings import LogMelSettings
from babyslm.models.encoders.spectral import LogMelEncoder
from babyslm.speech.audio import RATE, Samples
from babyslm.speech.signal.level import SILENCE
from babyslm.speech.sound import BLOCK, Sound, read_blocks

__all__ = ["LEVEL_SHARE", "Heard", "Hearing", "decibels", "levels"]

LEVEL_SHARE = 0.95
"""Share of the frames whose loudest band is at most the level."""

PIECE = 6000
"""Log-mel frames computed at once: a minute."""

SCALE = 25.0
"""Decibels that the network receives as 1; the floor is -1 for the default floor of 50 dB."""


@dataclass(frozen=True)
class Trimmed:
    """A sound without the silence at its ends.

    :param sound: the whole sound.
    :param begin: first sample that is not silent.
    :param end: sample after the last that is not silent.
    """

    sound: Sound
    begin: int
    end: int

    def __len__(self) -> int:
        return self.end - self.begin

    def read(self, start: int, stop: int) -> Samples:
        """Return some samples, counted from the first that is not silent."""
        return self.sound.read(self.begin + start, self.begin + stop)


class Hearing:
    """Conversion of sound into the frames of a network.

    :param settings: bands, silence, floor.
    :param warp: factor of the frequencies, as for a shorter (above 1) or longer vocal tract.
    """

    def __init__(self, settings: HearingSettings, warp: float = 1.0) -> None:
        self.settings = settings
        self.mel = LogMelEncoder(
            LogMelSettings(
                mels=settings.bands,
                window=settings.window,
                hop=settings.hop,
                low=settings.low,
                high=settings.high,
                normalise="none",
                warp=warp,
            )
        )
        self.before, self.after = settings.frames(settings.before), settings.frames(settings.after)
        self.frame_rate = 1 / (settings.hop * settings.stack)
        self.dimensions = settings.stack * settings.bands

    def hear(self, sound: Sound) -> "Heard":
        """Trim a sound and measure its level; a sound of more than a minute is read in parts, three times.

        :param sound: sound of any length.
        """
        trimmed = trim(sound)
        count = len(trimmed) // self.mel.hop + 1
        loudest = torch.cat([block.amax(dim=1) for block in self._blocks(trimmed, count)])
        level = float(levels(loudest[None, :, None], torch.tensor([count]))[0])
        return Heard(self, trimmed, count, level)

    @torch.inference_mode()
    def powers(self, sound: Sound) -> Tensor:
        """Return the band powers of a trimmed sound without surrounding silence, shape (log-mel frames, bands)."""
        trimmed = trim(sound)
        return torch.cat(list(self._blocks(trimmed, len(trimmed) // self.mel.hop + 1)))

    def _blocks(self, sound: Sound, count: int) -> Iterator[Tensor]:
        for start in range(0, count, PIECE):
            yield self.mel.log_mel(sound, start, min(count, start + PIECE)).exp()


@dataclass(frozen=True)
class Heard:
    """One sound behind the door. Frames are those of the network, counted from the first frame of the sound itself.

    :param hearing: the door.
    :param sound: the sound without silence at its ends.
    :param count: its log-mel frames.
    :param level: power of its level.
    """

    hearing: Hearing
    sound: Trimmed
    count: int
    level: float

    def __len__(self) -> int:
        """Return the number of frames of the sound itself."""
        return (self.count + self.hearing.settings.stack - 1) // self.hearing.settings.stack

    @property
    def margins(self) -> tuple[int, int]:
        """Number of frames of silence before and after the sound."""
        stack = self.hearing.settings.stack
        return self.hearing.before // stack, self.hearing.after // stack

    @property
    def onset(self) -> float:
        """Seconds from the beginning of the file to the centre of the first frame."""
        settings = self.hearing.settings
        return self.sound.begin / RATE + (settings.stack - 1) * settings.hop / 2

    @torch.inference_mode()
    def frames(self, start: int, stop: int) -> Tensor:
        """Return the network's input for some frames, shape (stop - start, stack x bands).

        :param start: first frame; negative in the silence before the sound.
        :param stop: frame after the last; beyond the sound in the silence after it.
        """
        stack, bands = self.hearing.settings.stack, self.hearing.settings.bands
        power = torch.zeros((stop - start) * stack, bands)
        first, last = max(0, start * stack), min(self.count, stop * stack)
        if last > first:
            found = self.hearing.mel.log_mel(self.sound, first, last).exp()
            power[first - start * stack : last - start * stack] = found
        heard = decibels(power[None], torch.tensor([self.level]), self.hearing.settings.floor)[0]
        return heard.reshape(stop - start, stack * bands)


def trim(sound: Sound) -> Trimmed:
    """Cut off the silence at both ends: samples more than 60 dB below the peak. A silent sound is left whole."""
    peak = max((float(np.abs(block).max(initial=0.0)) for block in read_blocks(sound)), default=0.0)
    if peak == 0:
        return Trimmed(sound, 0, len(sound))
    least = np.float64(peak) * 10 ** (SILENCE / 20)
    begin = end = 0
    found = False
    for number, block in enumerate(read_blocks(sound)):
        above = np.flatnonzero(np.abs(block.astype(np.float64)) > least)
        if len(above):
            begin = begin if found else number * BLOCK + int(above[0])
            end = number * BLOCK + int(above[-1]) + 1
            found = True
    return Trimmed(sound, begin, end)


def levels(power: Tensor, counts: Tensor) -> Tensor:
    """Return the level of each sound: the 95th percentile, over its frames, of the power of the loudest band.

    :param power: shape (sounds, frames, bands); frames from a sound's count on do not matter.
    :param counts: shape (sounds,): log-mel frames of each sound.
    :returns: shape (sounds,); at least the smallest positive number, so that silence has a level.
    """
    loudest = power.amax(dim=2)
    places = torch.arange(loudest.shape[1], device=power.device)
    inside = places[None] < counts[:, None]
    ranked = loudest.masked_fill(~inside, torch.inf).sort(dim=1).values
    rank = ((counts - 1) * LEVEL_SHARE).floor().long().clamp_min(0)
    found = ranked.gather(1, rank[:, None])[:, 0]
    return found.clamp_min(torch.finfo(torch.float32).tiny)


def decibels(power: Tensor, level: Tensor, floor: float) -> Tensor:
    """Return what a network receives: decibels relative to the level, limited below by the floor, scaled.

    :param power: shape (sounds, frames, bands).
    :param level: shape (sounds,).
    :param floor: dB below the level.
    :returns: shape of `power`: (dB + SCALE) / SCALE.
    """
    least = 10 ** (-floor / 10)
    relative = (power / level[:, None, None]).clamp_min(least)
    return relative.log10() * (10 / SCALE) + 1
