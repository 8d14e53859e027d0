"""What is heard beside the speaker: recorded noises, babble of other voices, noise shaped like speech."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from babyslm.seeds import generator
from babyslm.speech.active_level import active_level
from babyslm.speech.audio import RATE, read_audio
from babyslm.speech.synthesizer import EspeakSynthesizer, Utterance
from babyslm.speech.voices import choose_voices
from babyslm.stimuli.lexicon import load_lexicon
from babyslm.stimuli.stimulus import WORD_BOUNDARY
from babyslm.verify.conditions import NoRecordingsError, SilentNoiseError, SilentSpeechError

__all__ = ["NoiseKind", "babble", "excerpt", "find_recordings", "noise_gain", "recorded_noise", "speech_shaped_noise"]

NoiseKind = Literal["recorded", "babble", "speech-shaped"]
Sound = NDArray[np.float64]

SUFFIXES = (".wav", ".flac", ".ogg")
REEL = 60.0
"""Seconds of babble and of speech-shaped noise made once; scenes cut their excerpts from it."""

WINDOW = 1.0
"""Seconds by which a place in a recording is judged: an excerpt does not begin in a pause of the noise."""

QUIET = 0.3
"""Share of the recording's root mean square below which a window counts as a pause."""


def find_recordings(folder: Path, what: str) -> tuple[Path, ...]:
    """Return the sound files of a folder and its subfolders, sorted by name.

    :param folder: where to look.
    :param what: what they should be, for the error.
    """
    found = tuple(sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()))
    if not found:
        raise NoRecordingsError(folder, what)
    return found


@lru_cache(maxsize=64)
def recorded_noise(path: Path) -> Sound:
    """Return a recording of noise as mono at 16 kHz; one that is silent is a `SilentNoiseError`."""
    noise = read_audio(path, resample=True, downmix=True).astype(np.float64)
    if not noise.any():
        raise SilentNoiseError(str(path))
    return noise


@lru_cache(maxsize=8)
def babble(language: str, voices: int, seed: int) -> Sound:
    """Return a minute of several people talking at once, none of whom speaks in dev or test.

    Each says words of the child lexicon at random, in runs of three to eight with pauses between them.

    :param language: two-letter code.
    :param voices: how many talk at once.
    :param seed: seed of the set.
    :returns: shape (frames,) at 16 kHz, root mean square 1.
    """
    talkers = choose_voices(language, split="train", count=voices)
    words = sorted(set(load_lexicon(None, language=language).entries["phones"]))
    length = round(REEL * RATE)
    total = np.zeros(length)
    for number in range(voices):
        talker = talkers[number % len(talkers)]
        rng = generator(seed, "babble", language, voices, number)
        position = round(rng.uniform(0, 1) * RATE)
        gain = 10 ** (rng.uniform(-4, 4) / 20)
        while position < length:
            run = f" {WORD_BOUNDARY} ".join(
                words[index] for index in rng.integers(len(words), size=rng.integers(3, 9))
            )
            said = EspeakSynthesizer().speak(Utterance(tuple(run.split()), talker)).waveform[: length - position]
            total[position : position + len(said)] += gain * said
            position += len(said) + round(rng.uniform(0.1, 0.8) * RATE)
    return total / float(np.sqrt(np.mean(total**2)))


@lru_cache(maxsize=8)
def speech_shaped_noise(language: str, seed: int) -> Sound:
    """Return a minute of steady noise with the long-term spectrum of many voices: babble with its phases drawn anew.

    :param language: two-letter code.
    :param seed: seed of the set.
    :returns: shape (frames,) at 16 kHz, root mean square 1.
    """
    crowd = babble(language, 8, seed)
    window, hop = 512, 256
    frames = np.lib.stride_tricks.sliding_window_view(crowd, window)[::hop] * np.hanning(window)
    spectrum = np.sqrt(np.mean(np.abs(np.fft.rfft(frames)) ** 2, axis=0))
    white = generator(seed, "speech-shaped", language).standard_normal(len(crowd))
    bins = np.linspace(0, 1, len(crowd) // 2 + 1)
    shape = np.interp(bins, np.linspace(0, 1, len(spectrum)), spectrum)
    shaped = np.fft.irfft(np.fft.rfft(white) * shape, len(crowd))
    return np.asarray(shaped / np.sqrt(np.mean(shaped**2)), dtype=np.float64)


def excerpt(noise: Sound, length: int, rng: np.random.Generator) -> Sound:
    """Cut an excerpt that does not begin in a pause of the noise; a short noise is repeated.

    Where it begins does not depend on `length`, so that both members of a pair meet the same noise.

    :param noise: shape (frames,).
    :param length: frames wanted.
    :param rng: draws where it begins.
    """
    window = min(round(WINDOW * RATE), len(noise))
    energy = np.cumsum(np.concatenate([[0.0], noise**2]))
    power = (energy[window:] - energy[:-window]) / window
    starts = np.flatnonzero(power >= QUIET**2 * energy[-1] / len(noise))
    start = int(starts[rng.integers(len(starts))])
    return np.take(noise, np.arange(start, start + length), mode="wrap")


def noise_gain(speech: Sound, noise: Sound, snr: float, source: str) -> float:
    """Return the factor for the noise that gives a signal-to-noise ratio.

    :param speech: shape (frames,); its level is the active speech level (ITU-T P.56).
    :param noise: shape (frames,); its level is the root mean square over all of it.
    :param snr: dB.
    :param source: what the noise is, for the error.
    """
    level = active_level(speech)
    if level == float("-inf"):
        raise SilentSpeechError
    loudness = float(np.sqrt(np.mean(noise**2))) if len(noise) else 0.0
    if loudness == 0:
        raise SilentNoiseError(source)
    return float(10 ** ((level - snr) / 20) / loudness)


def choose_file(files: Sequence[Path], rng: np.random.Generator) -> Path:
    """Draw one of the files."""
    return files[int(rng.integers(len(files)))]
