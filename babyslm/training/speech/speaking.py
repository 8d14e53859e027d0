"""Synthesis of training speech: a written corpus is spoken by the training voices."""

from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from babyslm.corpora.corpus import CARD_NAME, TABLE_NAME, Corpus, as_table, load_corpus
from babyslm.corpora.made.spoken import speak_corpus
from babyslm.engines import workers_for
from babyslm.files import exclusive, sha256_file, sha256_text, write_json
from babyslm.seeds import derive, generator
from babyslm.speech.synthesis.voices import choose_voices
from babyslm.verify.documents import read_json

__all__ = ["SpeechSettings", "speak_written", "speech_of"]

IDENTITY = "spoken-from.json"
"""File that records the source and settings of a synthesised corpus."""

A_PHONE, A_PAUSE = 0.075, 0.2
"""Lower bounds, in seconds, of the duration of a phone and of the silence around an utterance."""


class SpeechSettings(BaseModel):
    """Settings of the synthesis of a written corpus.

    :param hours: approximate amount of speech, drawn from the corpus; None for all of it.
    :param times: how often each utterance is spoken, by different voices.
    :param voices: upper limit on the number of training voices; None for all.
    :param conditions: acoustic conditions over which utterances are distributed; none for clean speech.
    :param noises: folder of noise recordings for them; None for babble and speech-shaped noise.
    :param responses: folder of impulse responses for them; None for simulated rooms.
    :param workers: processes on this machine, 0 for one per core; the sound does not depend on it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    hours: float | None = Field(default=None, gt=0)
    times: int = Field(default=1, ge=1)
    voices: int | None = Field(default=None, ge=1)
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
        told = sha256_text(
            f"{settings.model_dump_json(exclude={'workers'})} {seed} {sha256_file(folder / TABLE_NAME)}"
        )
        path = out / IDENTITY
        if (out / CARD_NAME).is_file() and path.is_file() and read_json(path) == told:
            return load_corpus(out)
        language = corpus.card.language if corpus.card else "en"
        spoken = speak_corpus(
            _draw(corpus, settings, seed),
            out,
            choose_voices(language, split="train", count=settings.voices),
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
