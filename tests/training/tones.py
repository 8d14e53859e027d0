"""A corpus of tones: words of two tones each, in voices that move them."""

from pathlib import Path

import numpy as np
import pandas as pd

from babyslm.corpora.corpus import save_corpus
from babyslm.speech.audio import write_audio

VOICES, WORDS, TIMES = 3, 4, 3


def say(word: int, voice: int, take: int) -> np.ndarray:
    """Two tones, by the word; the voice moves both and adds its own hum."""
    draws = np.random.default_rng([word, voice, take])
    time = np.arange(2400) / 16_000
    factor = 1 + 0.08 * voice
    first, second = (500 * factor * (1 + word % 2), 900 * factor * (1 + word // 2))
    tone = np.concatenate([np.sin(2 * np.pi * first * time), np.sin(2 * np.pi * second * time)])
    hum = 0.1 * np.sin(2 * np.pi * (90 + 40 * voice) * np.arange(4800) / 16_000)
    return (0.4 * tone + hum + 0.01 * draws.standard_normal(4800)).astype(np.float32)


def write_tones(folder: Path) -> None:
    rows, length = [], 4800 / 16_000
    for voice in range(VOICES):
        takes = [(word, take) for take in range(TIMES) for word in range(WORDS)]
        write_audio(folder / f"v{voice}.wav", np.concatenate([say(word, voice, take) for word, take in takes]))
        rows += [
            {"audio": f"v{voice}.wav", "onset": i * length, "offset": (i + 1) * length, "speaker": f"v{voice}"}
            | {"text": f"w{word}"}
            for i, (word, _) in enumerate(takes)
        ]
    rows.insert(5, {"text": "only written"})
    save_corpus(pd.DataFrame(rows), folder, name="tones", language="en", licence="none", sources=["tones"])
