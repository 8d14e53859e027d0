"""Random voices for training, drawn from the parameter ranges of the shipped voices."""

import re

import numpy as np

from babyslm.seeds import generator
from babyslm.speech.synthesis.voices import FORMANTS, Sex, Voice

__all__ = ["draw_voices", "drawn_voice"]

NAME = re.compile(r"drawn(\d+)x(\d+)")
"""Seed and number of a voice, from which it is drawn again."""

PITCH: dict[Sex, tuple[float, float]] = {"female": (150.0, 240.0), "male": (72.0, 128.0)}
"""Lower end of the intonation range, in Hz."""

TRACT: dict[Sex, tuple[float, float]] = {"female": (1.05, 1.23), "male": (0.86, 1.02)}


def draw_voices(language: str, count: int, seed: int) -> tuple[Voice, ...]:
    """Draw training voices, alternately female and male; voice i does not depend on the count.

    :param language: two-letter code.
    :param count: number of voices.
    :param seed: seed of the draws.
    """
    return tuple(_draw(language, number, seed) for number in range(count))


def drawn_voice(language: str, name: str) -> Voice | None:
    """Return the drawn voice of a name; None for a name that is not that of a drawn voice.

    :param language: two-letter code.
    :param name: name of a voice of `draw_voices`.
    """
    found = NAME.fullmatch(name)
    return _draw(language, int(found[2]), int(found[1])) if found else None


def _draw(language: str, number: int, seed: int) -> Voice:
    rng = generator(seed, "voice", language, number)
    sex: Sex = "female" if number % 2 == 0 else "male"
    low = rng.uniform(*PITCH[sex])
    tilt = rng.uniform(-0.05, 0.07)
    heights = (1 + rng.uniform(-0.15, 0.15, FORMANTS)) * (1 - tilt * np.arange(FORMANTS))
    return Voice(
        name=f"drawn{seed}x{number}",
        language=language,
        sex=sex,
        split="train",
        pitch=(round(low), round(low * rng.uniform(1.28, 1.5))),
        tract=round(rng.uniform(*TRACT[sex]), 3),
        formants=(1.0, *(round(value, 3) for value in rng.uniform(0.95, 1.05, FORMANTS - 1).tolist())),
        heights=tuple(round(value, 3) for value in heights.clip(0.5, 1.4).tolist()),
        width=round(rng.uniform(0.85, 1.3), 3),
        rate=int(rng.integers(130, 191)),
        consonants=(round(rng.uniform(0.75, 1.25), 3), round(rng.uniform(0.75, 1.25), 3)),
    )
