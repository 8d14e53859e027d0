"""Background noise: recordings, babble, and speech-shaped noise."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from babyslm.files import sha256_file, sha256_text
from babyslm.resources import resource
from babyslm.seeds import generator
from babyslm.speech.audio import RATE, read_audio
from babyslm.speech.kept import kept_array
from babyslm.speech.signal.active_level import active_level
from babyslm.speech.synthesis.espeak_engine import espeak_version
from babyslm.speech.synthesis.synthesizer import RECIPE, EspeakSynthesizer, Utterance
from babyslm.speech.synthesis.voices import choose_voices
from babyslm.stimuli.phones.pronunciation import load_phone_set
from babyslm.stimuli.stimulus import WORD_BOUNDARY
from babyslm.verify.speech.conditions import NoRecordingsError, SilentNoiseError, SilentSpeechError

__all__ = [
    "NoiseKind",
    "Reel",
    "babble",
    "babble_key",
    "choose_file",
    "find_recordings",
    "noise_gain",
    "recorded_noise",
    "speech_shaped_noise",
]

NoiseKind = Literal["recorded", "babble", "speech-shaped"]
Sound = NDArray[np.float64]

SUFFIXES = (".wav", ".flac", ".ogg")
REEL = 60.0
"""Length in seconds of babble and speech-shaped noise, generated once; scenes use excerpts of it."""

LONGEST = 120.0
"""Seconds read from the beginning of a noise recording, which bounds memory."""

CROWD = 8
"""Number of voices that determine the spectrum of speech-shaped noise."""

WINDOW = 0.2
"""Length in seconds of the window in which the noise must be audible at the start of an excerpt; at most the shortest
utterance."""

QUIET = 0.3
"""Share of the recording's root mean square below which a window counts as a pause."""


@dataclass(frozen=True)
class Reel:
    """A long noise from which scenes take excerpts.

    :param samples: shape (frames,) at 16 kHz, not silent.
    :param source: description of the noise, for error messages.
    """

    samples: Sound
    source: str

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Frames at which an excerpt may begin: those at which the noise is audible."""
        window = min(round(WINDOW * RATE), len(self.samples))
        energy = np.cumsum(np.concatenate([[0.0], self.samples**2]))
        power = (energy[window:] - energy[:-window]) / window
        return np.flatnonzero(power >= QUIET**2 * energy[-1] / len(self.samples))

    def excerpt(self, length: int, rng: np.random.Generator) -> Sound:
        """Return an excerpt that does not begin in a pause; a short noise is repeated.

        The start does not depend on `length`, so both members of a pair get the same noise.

        :param length: number of frames.
        :param rng: draws the start.
        """
        start = int(self.starts[rng.integers(len(self.starts))])
        return np.take(self.samples, np.arange(start, start + length), mode="wrap")


def find_recordings(folder: Path, what: str) -> tuple[Path, ...]:
    """Return the sound files of a folder and its subfolders, sorted by name.

    :param folder: the folder.
    :param what: description of the recordings, for the error message.
    :raises NoRecordingsError: if there is none.
    """
    found = tuple(sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()))
    if not found:
        raise NoRecordingsError(folder, what)
    return found


@lru_cache(maxsize=16)
def recorded_noise(path: Path) -> Reel:
    """Return a noise recording as mono at 16 kHz; silence raises a `SilentNoiseError`."""
    noise = read_audio(path, resample=True, downmix=True, seconds=LONGEST).astype(np.float64)
    if not noise.any():
        raise SilentNoiseError(str(path))
    return Reel(noise, str(path))


@lru_cache(maxsize=8)
def babble(language: str, voices: int, seed: int) -> Reel:
    """Return a minute of several simultaneous talkers, all with training voices.

    Each talker says random words of the child lexicon, in runs of three to eight separated by pauses.

    :param language: two-letter code.
    :param voices: number of simultaneous talkers.
    :param seed: seed of the set.
    :returns: a noise with root mean square 1.
    """
    key = sha256_text(f"{babble_key(language)}\x1f{voices}\x1f{seed}")
    return Reel(kept_array("babble", key, lambda: _babble(language, voices, seed)), "babble")


def babble_key(language: str) -> str:
    """Return the hash of the material of the babble, apart from its number of voices and its seed.

    :param language: two-letter code.
    """
    talkers = [voice.digest for voice in choose_voices(language, split="train")]
    words = sha256_file(resource("datasets", f"lexicons/child-{language}.tsv"))
    phones = load_phone_set(language).digest
    return sha256_text("\x1f".join([str(RECIPE), espeak_version(), words, phones, *talkers]))


def _babble(language: str, voices: int, seed: int) -> Sound:
    from babyslm.stimuli.words.lexicon import load_lexicon  # here, since babble that is kept needs no lexicon

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
    return np.asarray(total / np.sqrt(np.mean(total**2)), dtype=np.float64)


@lru_cache(maxsize=8)
def speech_shaped_noise(language: str, seed: int) -> Reel:
    """Return a minute of steady noise with the long-term spectrum of many voices: babble with random phases.

    :param language: two-letter code.
    :param seed: seed of the set.
    :returns: a noise with root mean square 1.
    """
    crowd = babble(language, CROWD, seed).samples
    window, hop = 512, 256
    frames = np.lib.stride_tricks.sliding_window_view(crowd, window)[::hop] * np.hanning(window)
    spectrum = np.sqrt(np.mean(np.abs(np.fft.rfft(frames)) ** 2, axis=0))
    white = generator(seed, "speech-shaped", language).standard_normal(len(crowd))
    bins = np.linspace(0, 1, len(crowd) // 2 + 1)
    shape = np.interp(bins, np.linspace(0, 1, len(spectrum)), spectrum)
    shaped = np.fft.irfft(np.fft.rfft(white) * shape, len(crowd))
    return Reel(np.asarray(shaped / np.sqrt(np.mean(shaped**2)), dtype=np.float64), "speech-shaped noise")


def noise_gain(speech: Sound, noise: Sound, snr: float, source: str) -> float:
    """Return the factor on the noise for a given signal-to-noise ratio.

    :param speech: shape (frames,); its level is the active speech level (ITU-T P.56).
    :param noise: shape (frames,); its level is the root mean square over all of it.
    :param snr: signal-to-noise ratio in dB.
    :param source: description of the noise, for error messages.
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
