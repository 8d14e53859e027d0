"""Material of the benchmark of units: HuBERT-base with random weights, artificial sounds with lengths of stimuli."""

from typing import Any

import numpy as np
import torch

from babyslm.models.encoders.network import NetworkEncoder
from babyslm.models.encoders.published.torchaudio_bundles import TorchaudioEncoder
from babyslm.models.encoders.settings import TorchaudioSettings
from babyslm.models.units.codebook import Codebook
from babyslm.speech.audio import RATE, Samples

LAYER = 6
"""Layer of HuBERT-base from which most published units are taken."""


def network() -> Any:
    """Return torchaudio's HuBERT-base with weights drawn from seed 0."""
    from torchaudio.models import hubert_base

    torch.manual_seed(0)
    return hubert_base().eval()


def hubert() -> NetworkEncoder:
    settings = TorchaudioSettings(bundle="HUBERT_BASE", layer=LAYER)
    return TorchaudioEncoder(network(), settings, normalise=False).ready(torch.device("cpu"))


def noise(seconds: float, draws: np.random.Generator) -> Samples:
    """Return noise whose level changes ten times per second, as in speech."""
    samples = round(seconds * RATE)
    level = np.repeat(draws.random(samples // 1600 + 1), 1600)[:samples]
    return (0.2 * level * draws.standard_normal(samples)).astype(np.float32)


def stimuli(count: int) -> list[Samples]:
    """Return equally many words and short sentences, in random order."""
    draws = np.random.default_rng(0)
    words = [noise(seconds, draws) for seconds in draws.uniform(0.3, 1.2, count // 2)]
    sentences = [noise(seconds, draws) for seconds in draws.uniform(1.0, 3.0, count - len(words))]
    sounds = words + sentences
    return [sounds[place] for place in draws.permutation(count)]


def codebook(dimensions: int, size: int, penalty: float = 0.0) -> Codebook:
    draws = np.random.default_rng(1)
    return Codebook(draws.standard_normal((size, dimensions)).astype(np.float32), penalty=penalty)


class Endless:
    """Sound of any length that is generated when it is read, the same in each call."""

    def __init__(self, hours: float) -> None:
        self.samples = round(hours * 3600 * RATE)
        self.minute = noise(61, np.random.default_rng(3))

    def __len__(self) -> int:
        return self.samples

    def read(self, start: int, stop: int) -> Samples:
        """Return a range of samples."""
        return self.minute[np.arange(start, stop) % len(self.minute)]
