"""Clean spectra of all utterances in memory: decibels in half precision, on the device on which a network trains.

5,000 utterances of three seconds with 40 bands take 120 MB.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from babyslm.models.encoders.denoising.hearing import Hearing, levels
from babyslm.models.folder import read_tensors, write_tensors
from babyslm.progress import track
from babyslm.speech.audio import RATE
from babyslm.speech.sound import HeldSound, Sound
from babyslm.training.loop import threads
from babyslm.training.speech.utterances import SpokenUtterances

__all__ = ["Spectra", "gather", "hear", "hear_corpus", "mel_centres"]

NEPERS = float(np.log(10)) / 10
"""Natural logarithm of a power of one decibel."""

LEAST = -90.0
"""dB relative to the level of an utterance: lower limit on the stored powers."""


class Spectra:
    """Clean spectra of utterances behind the door for sound, without silence around them.

    :param decibels: shape (frames of all utterances, bands): dB relative to the level of each utterance, float16.
    :param counts: shape (utterances,): log-mel frames of each utterance.
    :param centres: shape (bands,): centres of the bands, Hz.
    :param hop: seconds between frames.
    """

    def __init__(self, decibels: Tensor, counts: NDArray[np.int64], centres: NDArray[np.float64], hop: float) -> None:
        self.decibels, self.counts, self.centres, self.hop = decibels, counts, centres, hop
        self.starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def bands(self) -> int:
        """Number of bands."""
        return int(self.decibels.shape[1])

    @property
    def device(self) -> torch.device:
        """Device of the spectra."""
        return self.decibels.device

    @property
    def seconds(self) -> NDArray[np.float64]:
        """Length of each utterance, shape (utterances,)."""
        found: NDArray[np.float64] = self.counts.astype(np.float64) * self.hop
        return found

    def to(self, device: torch.device) -> "Spectra":
        """Return the spectra on a device."""
        return Spectra(self.decibels.to(device), self.counts, self.centres, self.hop)

    def utterance(self, number: int) -> Tensor:
        """Return the decibels of one utterance, shape (log-mel frames, bands), float32."""
        start = int(self.starts[number])
        return self.decibels[start : start + int(self.counts[number])].float()

    def powers(self, utterances: NDArray[np.int64], places: Tensor) -> tuple[Tensor, Tensor]:
        """Return frames of utterances; outside of an utterance there is no power.

        :param utterances: numbers of the utterances.
        :param places: shape (utterances, frames): frame numbers within each utterance.
        :returns: powers relative to the level, shape (utterances, frames, bands), and whether a frame is inside.
        """
        starts, counts = (
            torch.from_numpy(part[utterances]).to(self.device, non_blocking=True)
            for part in (self.starts, self.counts)
        )
        inside = (places >= 0) & (places < counts[:, None])
        rows = torch.where(inside, places + starts[:, None], 0)
        return (self.decibels[rows].float() * NEPERS).exp() * inside[..., None], inside

    def running(self, utterances: NDArray[np.int64], frames: int, *, without: NDArray[np.int64]) -> Tensor:
        """Return running speech from the onsets of utterances on, shape (utterances, frames, bands).

        :param utterances: numbers of the utterances at which the speech begins; it runs on in the order of the corpus.
        :param frames: number of frames.
        :param without: an utterance left out of each, in whose place there is silence.
        """
        starts = torch.from_numpy(self.starts[utterances]).to(self.device, non_blocking=True)
        rows = (starts[:, None] + torch.arange(frames, device=self.device)[None]) % len(self.decibels)
        first = torch.from_numpy(self.starts[without]).to(self.device, non_blocking=True)[:, None]
        last = torch.from_numpy((self.starts + self.counts)[without]).to(self.device, non_blocking=True)[:, None]
        others = (rows < first) | (rows >= last)
        return (self.decibels[rows].float() * NEPERS).exp() * others[..., None]

    def save(self, path: Path) -> None:
        """Write the spectra as safetensors."""
        tensors = {"decibels": self.decibels, "counts": torch.from_numpy(self.counts)}
        write_tensors(
            path,
            tensors | {"centres": torch.from_numpy(self.centres), "hop": torch.tensor(self.hop, dtype=torch.float64)},
        )

    @classmethod
    def load(cls, path: Path) -> "Spectra":
        """Read spectra on the CPU."""
        found = read_tensors(path)
        centres = found["centres"].numpy()
        return cls(found["decibels"], found["counts"].numpy(), centres, float(found["hop"]))


def hear(sounds: Iterable[Sound], hearing: Hearing) -> list[Tensor]:
    """Return the decibels of each sound relative to its level, shape (log-mel frames, bands), float16.

    :param sounds: sounds of any length.
    :param hearing: the door.
    """
    found = []
    for sound in sounds:
        power = hearing.powers(sound)
        level = levels(power[None], torch.tensor([len(power)]))
        found.append((10 * (power / level).log10()).clamp_min(LEAST).half())
    return found


def gather(parts: Sequence[Tensor], hearing: Hearing) -> Spectra:
    """Return a store of the decibels of utterances."""
    counts = np.array([len(part) for part in parts], dtype=np.int64)
    return Spectra(torch.cat(list(parts)), counts, mel_centres(hearing), hearing.settings.hop)


def hear_corpus(corpus: SpokenUtterances, hearing: Hearing, longest: float) -> tuple[Spectra, NDArray[np.int64]]:
    """Hear all utterances of a corpus, in their order.

    :param corpus: utterances with sound.
    :param hearing: the door.
    :param longest: longer utterances are cut into pieces of at most this many seconds.
    :returns: spectra of the pieces, and the utterance of each.
    """
    parts: dict[tuple[int, int], Tensor] = {}
    most = round(longest * RATE)
    places = corpus.recordings(np.arange(len(corpus)))
    with threads(1):  # the arrays of one utterance are too small to be shared out
        for number, recording in track(places, "spectra", len(corpus)):
            for start in range(0, len(recording), most):
                stop = min(len(recording), start + most)
                piece = HeldSound(recording.read(start, stop))  # read once: the door goes through it several times
                parts[number, start] = hear([piece], hearing)[0]
    keys = sorted(parts)
    return gather([parts[key] for key in keys], hearing), np.array([number for number, _ in keys], dtype=np.int64)


def mel_centres(hearing: Hearing) -> NDArray[np.float64]:
    """Return the centres of the bands, Hz."""
    settings = hearing.settings
    scale = 2595 * np.log10(1 + np.array([settings.low, settings.high]) / 700)
    corners = 700 * (10 ** (np.linspace(scale[0], scale[1], settings.bands + 2) / 2595) - 1)
    found: NDArray[np.float64] = corners[1:-1]
    return found
