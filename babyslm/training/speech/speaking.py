"""Training speech from text: a corpus that is only written is spoken by the training voices before it is heard."""

from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from babyslm.corpora.corpus import CARD_NAME, TABLE_NAME, Corpus, as_table, load_corpus
from babyslm.corpora.made.spoken import speak_corpus
from babyslm.engines import workers_for
from babyslm.files import exclusive, sha256_file, sha256_text, to_json, write_json
from babyslm.seeds import derive, generator
from babyslm.speech.origins import find_origin, mixed
from babyslm.verify.documents import read_json

__all__ = ["SpeechSettings", "speak_written", "speech_of"]

IDENTITY = "spoken-from.json"
"""Names what a corpus was spoken from, and how."""

A_PHONE, A_PAUSE = 0.075, 0.2
"""Seconds that a phone and the silence around an utterance last at least: an estimate on the safe side."""


class SpeechSettings(BaseModel):
    """How a written corpus becomes sound.

    :param hours: about how much is spoken, drawn from the corpus; None for all of it.
    :param times: how often each utterance is spoken, by different voices.
    :param voices: most training voices of each synthesiser; None for all formant voices, and as many drawn ones of a
        neural synthesiser as suit it.
    :param synthesizers: what speaks; see `babyslm.speech.origins.FORMS`.
    :param conditions: acoustic conditions the utterances are spread over; none for clean speech.
    :param noises: folder of noise recordings for them; None for babble and speech-shaped noise.
    :param responses: folder of impulse responses for them; None for simulated rooms.
    :param workers: processes of this machine, 0: one a core; the sound does not depend on it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    hours: float | None = Field(default=None, gt=0)
    times: int = Field(default=1, ge=1)
    voices: int | None = Field(default=None, ge=1)
    synthesizers: tuple[str, ...] = Field(default=("formant",), min_length=1)
    conditions: tuple[str, ...] = ()
    noises: Path | None = None
    responses: Path | None = None
    workers: int = Field(default=1, ge=0)


def speech_of(folder: Path, settings: SpeechSettings | None, out: Path, *, seed: int) -> Path:
    """Return a corpus with sound: the one that was given, or one that is spoken from it.

    :param folder: a prepared corpus.
    :param settings: how it is spoken if it is only written; None to refuse that later, when its sound is looked for.
    :param out: where the spoken corpus is written; one that is there already serves.
    :param seed: seed of who says what, and where.
    """
    if settings is None or load_corpus(folder).utterances["audio"].notna().any():
        return folder
    speak_written(folder, settings, out, seed=seed)
    return out


def speak_written(folder: Path, settings: SpeechSettings, out: Path, *, seed: int) -> Corpus:
    """Speak a corpus that is only written. One that is spoken already, as asked for, is left as it is.

    :param folder: a prepared corpus with phones.
    :param settings: how it is spoken.
    :param out: corpus folder to write; a run that was stopped goes on with the files that are there.
    :param seed: seed of what is drawn, who says it, and where.
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
        cast = [
            (origin, origin.voices(language, "train", count=settings.voices, seed=derive(seed, "drawn voices")))
            for origin in origins
        ]
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


def _draw(corpus: Corpus, settings: SpeechSettings, seed: int) -> Corpus:
    """Draw utterances until they will last as long as is asked for; less is a part of more."""
    rows = corpus.utterances[corpus.utterances["phones"].fillna("").str.strip(" |") != ""]
    if settings.hours is None:
        return Corpus(rows.reset_index(drop=True), corpus.folder, corpus.card)
    order = generator(seed, "what is said").permutation(len(rows))
    phones = rows["phones"].str.count(r"[^ |]+").to_numpy(np.float64)[order]
    seconds = np.cumsum(settings.times * (A_PAUSE + A_PHONE * phones))
    kept = rows.iloc[order[: int(np.searchsorted(seconds, settings.hours * 3600)) + 1]]
    return Corpus(as_table(kept), corpus.folder, corpus.card)
