"""Plain references that the tests hold the fast paths against."""

import numpy as np

from babyslm.speech.audio import RATE
from babyslm.speech.synthesis.synthesizer import EspeakSynthesizer, Utterance
from babyslm.speech.synthesis.voices import choose_voices

EMMA = choose_voices("en", names=["emma"])[0]


def speech(phones: str = "b ə n æ n ə") -> np.ndarray:
    return EspeakSynthesizer().speak(Utterance(tuple(phones.split()), EMMA)).waveform


def naive_active_level(samples: np.ndarray, rate: int = RATE) -> float:
    """ITU-T P.56, method B, sample by sample; thresholds down from the peak."""
    peak = np.abs(samples).max()
    decay, hangover = np.exp(-1 / (0.03 * rate)), round(0.2 * rate)
    thresholds = [peak * 2.0**-k for k in range(16)]
    counts, held = [0] * 16, [0] * 16
    first = second = energy = 0.0
    for sample in samples.astype(float):
        energy += sample**2
        first = decay * first + (1 - decay) * abs(sample)
        second = decay * second + (1 - decay) * first
        for k, threshold in enumerate(thresholds):
            if second >= threshold:
                held[k] = hangover + 1
            if held[k] > 0:
                counts[k] += 1
                held[k] -= 1
    before = None
    for k in range(15, -1, -1):
        if counts[k] == 0:
            break
        level = 10 * np.log10(energy / counts[k])
        excess = level - 20 * np.log10(thresholds[k])
        if excess <= 15.9:
            if before is None:
                return level
            share = (before[1] - 15.9) / (before[1] - excess)
            return before[0] + share * (level - before[0])
        before = (level, excess)
    return before[0]  # type: ignore[index]
