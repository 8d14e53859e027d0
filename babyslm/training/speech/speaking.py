"""Synthesis of training speech: a written corpus is spoken by the training voices."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from babyslm.corpora.corpus import CARD_NAME, TABLE_NAME, Corpus, as_table, load_corpus
from babyslm.corpora.made.spoken import speak_corpus
from babyslm.engines import workers_for
from babyslm.files import exclusive, sha256_file, sha256_text, to_json, write_json
from babyslm.seeds import derive, generator
from babyslm.speech.origins import Origin, find_origin, mixed
from babyslm.speech.synthesis.drawn_voices import draw_voices
from babyslm.speech.synthesis.speaker import Speaker
from babyslm.verify.documents import read_json

__all__ = ["SpeechSettings", "speak_written", "speech_of"]

IDENTITY = "spoken-from.json"
"""File that records the source and settings of a synthesised corpus."""

SEEDS = 10**6
"""Number of seeds of drawn voices, which are part of the voices' names."""

A_PHONE, A_PAUSE = 0.075, 0.2
"""Lower bounds, in seconds, of the duration of a phone and of the silence around an utterance."""


class SpeechSettings(BaseModel):
    """Settings of the synthesis of a written corpus.

    :param hours: approximate amount of speech, drawn from the corpus; None for all of it.
    :param times: how often each utterance is spoken, by different voices.
    :param voices: upper limit on the number of training voices per synthesiser; None for all formant voices, and for a
        suitable number of drawn voices of a neural synthesiser.
    :param synthesizers: the synthesisers; see `babyslm.speech.origins.FORMS`.
    :param drawn: number of formant voices drawn at random instead of the shipped ones; None for the shipped ones.
    :param conditions: acoustic conditions over which utterances are distributed; none for clean speech.
    :param noises: folder of noise recordings for them; None for babble and speech-shaped noise.
    :param responses: folder of impulse responses for them; None for simulated rooms.
    :param workers: processes on this machine, 0 for one per core; the sound does not depend on it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    hours: float | None = Field(default=None, gt=0)
    times: int = Field(default=1, ge=1)
    voices: int | None = Field(default=None, ge=1)
    drawn: int | None = Field(default=None, ge=1)
    synthesizers: tuple[str, ...] = Field(default=("formant",), min_length=1)
    conditions: tuple[str, ...] = ()
    noises: Path | None = None
    responses: Path | None = None
    workers: int = Field(default=1, ge=0)


def speech_of(folder: Path, settings: SpeechSettings | None, out: Path, *, seed: int) -> Path:
    """Return a corpus with sound: the given one, or one synthesised from it.

    :param folder: a prepared corpus.
    :param settings: settings of the synthesis; None leaves a written corpus as it is, to be refused when read.
    :param out: folder of the synthesised corpus; an existing one is reused.
    :param seed: seed of the assignment of voices and conditions.
    """
    if settings is None or load_corpus(folder).utterances["audio"].notna().any():
        return folder
    speak_written(folder, settings, out, seed=seed)
    return out


def speak_written(folder: Path, settings: SpeechSettings, out: Path, *, seed: int) -> Corpus:
    """Synthesise a written corpus. A corpus already synthesised with the same settings is left unchanged.

    :param folder: a prepared corpus with phones.
    :param settings: settings of the synthesis.
    :param out: corpus folder to write; an interrupted run reuses the files that are there.
    :param seed: seed of the sample and of the assignment of voices and conditions.
    """
    with exclusive(out):
        corpus = load_corpus(folder)
        origins = [find_origin(spec) for spec in dict.fromkeys(settings.synthesizers)]
        asked = settings.model_dump_json(exclude={"workers", "synthesizers"})
        models = "".join(to_json(origin.describe()) for origin in origins if origin.kind != "formant")
        told = sha256_text(f"{asked} {seed} {sha256_file(folder / TABLE_NAME)}{models}")
        path = out / IDENTITY
        if (out / CARD_NAME).is_file() and path.is_file() and read_json(path) == told:
            return load_corpus(out)
        language = corpus.card.language if corpus.card else "en"
        cast = [(origin, _voices(origin, settings, language, seed)) for origin in origins]
        spoken = speak_corpus(
            _draw(corpus, settings, seed),
            out,
            [voice for _, voices in cast for voice in voices],
            synthesizer=mixed(cast),
            spoken_by=[origin.describe() for origin in origins],
            language=language,
            name=corpus.card.name if corpus.card else folder.name,
            seed=derive(seed, "voices"),
            times=settings.times,
            workers=workers_for(settings.workers),
            conditions=settings.conditions,
            noises=settings.noises,
            responses=settings.responses,
        )
        write_json(path, told)
    return spoken


def _voices(origin: Origin, settings: SpeechSettings, language: str, seed: int) -> Sequence[Speaker]:
    """Return the training voices of a synthesiser."""
    drawn = derive(seed, "drawn voices")
    if origin.kind == "formant" and settings.drawn is not None:
        return draw_voices(language, settings.drawn, drawn % SEEDS)
    return origin.voices(language, "train", count=settings.voices, seed=drawn)


def _draw(corpus: Corpus, settings: SpeechSettings, seed: int) -> Corpus:
    """Draw utterances up to the requested duration; a smaller sample is a subset of a larger one."""
    rows = corpus.utterances[corpus.utterances["phones"].fillna("").str.strip(" |") != ""]
    if settings.hours is None:
        return Corpus(rows.reset_index(drop=True), corpus.folder, corpus.card)
    order = generator(seed, "what is said").permutation(len(rows))
    phones = rows["phones"].str.count(r"[^ |]+").to_numpy(np.float64)[order]
    seconds = np.cumsum(settings.times * (A_PAUSE + A_PHONE * phones))
    kept = rows.iloc[order[: int(np.searchsorted(seconds, settings.hours * 3600)) + 1]]
    return Corpus(as_table(kept), corpus.folder, corpus.card)
