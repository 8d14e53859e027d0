"""Speech made for a recogniser: spectra and phones of utterances, in chunks, so that an interrupted run resumes.

What utterance i says, and in which voice, depends on the seed and i alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from babyslm.engines import in_processes, workers_for
from babyslm.files import swept
from babyslm.models.encoders.denoising.hearing import Hearing
from babyslm.models.encoders.denoising.settings import HearingSettings
from babyslm.models.folder import read_arrays, write_arrays
from babyslm.progress import bar
from babyslm.seeds import derive, generator
from babyslm.speech.neural.synthesizer import NeuralSynthesizer
from babyslm.speech.neural.voices import NeuralVoice, pitched_voices
from babyslm.speech.origins import find_origin, mixed
from babyslm.speech.sound import HeldSound
from babyslm.speech.synthesis.drawn_voices import draw_voices
from babyslm.speech.synthesis.mnemonics import load_mnemonics
from babyslm.speech.synthesis.speaker import Speaker
from babyslm.speech.synthesis.synthesizer import Speech, Synthesizer, Utterance
from babyslm.training.recogniser.recipe import MadeSpeech
from babyslm.training.recogniser.words import PseudoWords
from babyslm.training.speech.spectra import Spectra, gather, hear
from babyslm.verify.learners.recogniser import NothingSaidError
from babyslm.verify.speech.neural import SilentModelError
from babyslm.verify.speech.voices import MisheardError

__all__ = ["Lesson", "make_lessons"]

PER_CHUNK = 200
"""Utterances made as one task and written as one pair of files."""

SEEDS = 10**6
"""Number of seeds of drawn voices, which are part of the voices' names."""

ATTEMPTS = 50
"""Draws of an utterance before a voice is said to speak none."""

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Lesson:
    """Utterances to learn from.

    :param spectra: their clean spectra.
    :param phones: places of the phones of each in the phone set, as they can be heard.
    """

    spectra: Spectra
    phones: list[Labels]


@dataclass(frozen=True)
class Casts:
    """Training voices.

    :param synthesizer: speaks with all of them.
    :param voices: of each synthesiser.
    :param pitched: the same, with another pitch; empty for a synthesiser that is not neural.
    """

    synthesizer: Synthesizer
    voices: tuple[tuple[Speaker, ...], ...]
    pitched: tuple[tuple[Speaker, ...], ...]


@dataclass(frozen=True)
class _Task:
    """A chunk: which utterances it holds, and the file of its spectra."""

    casts: Casts
    settings: MadeSpeech
    words: PseudoWords
    language: str
    hearing: HearingSettings
    seed: int
    numbers: tuple[int, ...]
    path: Path


def make_lessons(
    settings: MadeSpeech, words: PseudoWords, language: str, hearing: Hearing, folder: Path, *, seed: int
) -> Lesson:
    """Make speech with its phones, or read what is there.

    :param settings: amount and voices.
    :param words: what is said.
    :param language: of the voices.
    :param hearing: the door.
    :param folder: folder of the chunks.
    :param seed: seed of words and voices.
    """
    casts = find_casts(settings, language, seed)
    numbers = np.arange(settings.utterances)
    tasks = [
        _Task(
            casts,
            settings,
            words,
            language,
            hearing.settings,
            seed,
            tuple(numbers[start : start + PER_CHUNK].tolist()),
            folder / f"{start // PER_CHUNK:05d}.st",
        )
        for start in range(0, settings.utterances, PER_CHUNK)
    ]
    with swept([folder]), bar("speech", settings.utterances) as progress:
        for count in in_processes(_make_chunk, tasks, workers=workers_for(settings.workers)):
            progress.advance(count)
    parts = [Spectra.load(task.path) for task in tasks]
    phones = [labels for task in tasks for labels in _read_labels(task.path)]
    counts = np.concatenate([part.counts for part in parts])
    whole = Spectra(torch.cat([part.decibels for part in parts]), counts, parts[0].centres, parts[0].hop)
    return Lesson(whole, phones)


def find_casts(settings: MadeSpeech, language: str, seed: int) -> Casts:
    """Return the training voices, drawn by the seed; none is a voice of dev or test.

    :param settings: synthesisers and numbers of voices.
    :param language: two-letter code.
    :param seed: seed of the draws.
    """
    drawn = derive(seed, "voices of the recogniser") % SEEDS
    origins = [find_origin(spec) for spec in dict.fromkeys(settings.synthesizers)]
    voices: list[tuple[Speaker, ...]] = []
    pitched: list[tuple[Speaker, ...]] = []
    for origin in origins:
        if origin.kind == "formant":
            own: tuple[Speaker, ...] = draw_voices(language, settings.drawn, drawn)
        else:
            count = settings.shifted if isinstance(origin.synthesizer, NeuralSynthesizer) else None
            own = origin.voices(language, "train", count=count, seed=drawn)
        moved = [voice for voice in own if isinstance(voice, NeuralVoice)]
        voices.append(own)
        pitched.append(pitched_voices(moved, drawn))
    everyone = [(origin, (*one, *other)) for origin, one, other in zip(origins, voices, pitched, strict=True)]
    return Casts(mixed(everyone), tuple(voices), tuple(pitched))


def _make_chunk(task: _Task) -> int:
    """Speak and hear a chunk, unless its files are there; return the number of utterances."""
    if not task.path.is_file():
        hearing = Hearing(task.hearing)
        made = [_say(task, number) for number in task.numbers]
        places = {phone: place for place, phone in enumerate(task.words.phones)}
        labels = [np.array([places[phone] for phone in phones], dtype=np.int64) for phones, _ in made]
        lengths = np.array([len(each) for each in labels], dtype=np.int64)
        write_arrays(_labels_of(task.path), {"phones": np.concatenate(labels), "lengths": lengths})
        gather(hear((HeldSound(speech.waveform) for _, speech in made), hearing), hearing).save(task.path)
    return len(task.numbers)


def _say(task: _Task, number: int) -> tuple[Sequence[str], Speech]:
    """Draw utterance after utterance until the voice can speak one; return its phones and its sound."""
    rng = generator(task.seed, "lesson", number)
    settings, casts = task.settings, task.casts
    origin = int(rng.integers(len(casts.voices)))
    other = bool(rng.random() < settings.pitched) and bool(casts.pitched[origin])
    cast = (casts.pitched if other else casts.voices)[origin]
    voice = cast[int(rng.integers(len(cast)))]
    audible = load_mnemonics(task.language).audible
    for _ in range(ATTEMPTS):
        words = 1 if rng.random() < settings.alone else int(rng.integers(2, settings.most + 1))
        phones = task.words.utterance(rng, words)
        try:
            return audible(phones), casts.synthesizer.speak(Utterance(phones, voice))
        except (MisheardError, SilentModelError):
            continue
    raise NothingSaidError(voice.name, ATTEMPTS)


def _labels_of(path: Path) -> Path:
    return path.with_suffix(".phones.st")


def _read_labels(path: Path) -> list[Labels]:
    arrays = read_arrays(_labels_of(path))
    return np.split(arrays["phones"].astype(np.int64), np.cumsum(arrays["lengths"])[:-1])
