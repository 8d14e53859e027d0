"""Speech produced for training and heard at once: only its spectra are kept, no sound.

Utterance number i takes its words from the corpus and its voice from the synthesisers by the seed and i alone. Spectra
are written in chunks, so that an interrupted production resumes, on one machine or on the workers of a cluster.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from babyslm.engines import in_processes, workers_for
from babyslm.files import swept
from babyslm.models.encoders.denoising.hearing import Hearing
from babyslm.models.encoders.denoising.settings import HearingSettings
from babyslm.progress import bar
from babyslm.seeds import derive, generator
from babyslm.speech.origins import find_origin, mixed
from babyslm.speech.sound import HeldSound
from babyslm.speech.synthesis.drawn_voices import draw_voices
from babyslm.speech.synthesis.speaker import Speaker
from babyslm.speech.synthesis.synthesizer import Synthesizer, Utterance
from babyslm.training.speech.spectra import Spectra, gather, hear
from babyslm.training.speech.utterances import SpokenUtterances
from babyslm.verify.learners.units import NoWordsError

__all__ = ["PER_CHUNK", "ProductionSettings", "produce"]

PER_CHUNK = 256
"""Utterances produced as one task and written as one file."""

SEEDS = 10**6
"""Number of seeds of drawn voices, which are part of the voices' names."""


class ProductionSettings(BaseModel):
    """Speech that is produced for the encoder beside that of the corpus.

    :param utterances: number of utterances.
    :param drawn: number of formant voices, drawn at random.
    :param synthesizers: the synthesisers, which are used equally often; see `babyslm.speech.origins.FORMS`.
    :param workers: processes on this machine, 0 for one per core; the speech does not depend on it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    utterances: int = Field(ge=1)
    drawn: int = Field(default=300, ge=1)
    synthesizers: tuple[str, ...] = Field(default=("formant",), min_length=1)
    workers: int = Field(default=1, ge=0)


@dataclass(frozen=True)
class _Task:
    """A chunk: what is spoken, how it is heard, and the file of its spectra."""

    synthesizer: Synthesizer
    utterances: tuple[Utterance, ...]
    hearing: HearingSettings
    path: Path


def produce(
    corpus: SpokenUtterances, settings: ProductionSettings, hearing: Hearing, folder: Path, *, seed: int
) -> tuple[Spectra, NDArray[np.int64]]:
    """Produce speech with the words of a corpus, or read what is there.

    :param corpus: utterances with phones and a language; without them it is a `NoWordsError`.
    :param settings: amount and voices.
    :param hearing: the door.
    :param folder: folder of the chunks.
    :param seed: seed of words and voices.
    :returns: spectra of the utterances, and the number of the voice of each.
    """
    phones = [str(text) for text in corpus.rows["phones"].dropna() if str(text).strip(" |")]
    if not phones or not corpus.language:
        raise NoWordsError(corpus.source)
    casts = _casts(settings, corpus.language, seed)
    synthesizer = mixed([(find_origin(spec), cast) for spec, cast in zip(settings.synthesizers, casts, strict=True)])
    firsts = np.concatenate([[0], np.cumsum([len(cast) for cast in casts])[:-1]])
    utterances, voices = [], []
    for number in range(settings.utterances):
        draw = generator(seed, "produced", number)
        origin = int(draw.integers(len(casts)))
        place = int(draw.integers(len(casts[origin])))
        said = phones[int(draw.integers(len(phones)))]
        utterances.append(Utterance(tuple(said.split()), casts[origin][place]))
        voices.append(int(firsts[origin]) + place)
    tasks = [
        _Task(synthesizer, tuple(utterances[start : start + PER_CHUNK]), hearing.settings, folder / f"{number:05d}.st")
        for number, start in enumerate(range(0, len(utterances), PER_CHUNK))
    ]
    with swept([folder]), bar("produced speech", len(utterances)) as progress:
        for count in in_processes(_produce_chunk, tasks, workers=workers_for(settings.workers)):
            progress.advance(count)
    parts = [Spectra.load(task.path) for task in tasks]
    whole = Spectra(
        torch.cat([part.decibels for part in parts]),
        np.concatenate([part.counts for part in parts]),
        parts[0].centres,
        parts[0].hop,
    )
    return whole, np.array(voices, dtype=np.int64)


def _casts(settings: ProductionSettings, language: str, seed: int) -> list[Sequence[Speaker]]:
    """Return the training voices of each synthesiser."""
    drawn = derive(seed, "produced voices")
    casts: list[Sequence[Speaker]] = []
    for spec in settings.synthesizers:
        origin = find_origin(spec)
        formant = origin.kind == "formant"
        casts.append(
            draw_voices(language, settings.drawn, drawn % SEEDS)
            if formant
            else origin.voices(language, "train", seed=drawn)
        )
    return casts


def _produce_chunk(task: _Task) -> int:
    """Speak and hear a chunk, unless its file is there; return the number of utterances."""
    if not task.path.is_file():
        hearing = Hearing(task.hearing)
        sounds = (HeldSound(task.synthesizer.speak(utterance).waveform) for utterance in task.utterances)
        gather(hear(sounds, hearing), hearing).save(task.path)
    return len(task.utterances)
