"""Speech corpora synthesised from text corpora."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from babyslm.corpora.corpus import Corpus, save_corpus
from babyslm.corpora.made.varied import VariedSynthesizer, varied_synthesizer
from babyslm.seeds import generator
from babyslm.speech.synthesis.shards import synthesize_shards
from babyslm.speech.synthesis.speaker import Speaker
from babyslm.speech.synthesis.synthesizer import Synthesizer, Utterance
from babyslm.stimuli.phones.pronunciation import phonemize
from babyslm.verify.corpora.tables import EmptyCorpusError

__all__ = ["speak_corpus", "written_corpus"]


def written_corpus(
    sentences: Sequence[str], out: Path, *, name: str, language: str, sources: list[str], licence: str = "Apache-2.0"
) -> Corpus:
    """Write sentences and their phones as a corpus.

    :param sentences: the sentences, one per utterance.
    :param out: corpus folder to write.
    :param name: name of the corpus.
    :param language: language of the sentences.
    :param sources: sources for the card.
    :param licence: licence of the sentences; default that of the project.
    """
    rows = pd.DataFrame({"text": list(sentences), "phones": phonemize(list(sentences), language)})
    return save_corpus(rows, out, name=name, language=language, licence=licence, sources=sources)


def speak_corpus(
    corpus: Corpus,
    out: Path,
    voices: Sequence[Speaker],
    *,
    language: str,
    name: str,
    seed: int = 0,
    times: int = 1,
    workers: int = 1,
    synthesizer: Synthesizer | None = None,
    spoken_by: Sequence[dict[str, Any]] = ({"synthesizer": "espeak-ng", "kind": "formant"},),
    conditions: Sequence[str] = (),
    noises: Path | None = None,
    responses: Path | None = None,
) -> Corpus:
    """Synthesise each utterance in randomly drawn voices, and write the sound and its table as a new corpus.

    The voice depends only on the seed and on the position of the utterance. Repetitions of an utterance use different
    voices as long as there are enough. An interrupted run resumes and keeps finished files.

    :param corpus: utterances with phones.
    :param out: corpus folder to write.
    :param voices: the voices drawn from.
    :param language: language of the corpus.
    :param name: name of the new corpus.
    :param seed: seed of the assignment of voices; default 0.
    :param times: number of repetitions of each utterance; default 1.
    :param workers: number of processes; the sound does not depend on it.
    :param synthesizer: the synthesiser; default the embedded voices.
    :param spoken_by: description of each synthesiser for the card; default the embedded voices.
    :param conditions: acoustic conditions to which utterances are assigned at random; default clean speech. With the
        same seed, utterances and voices are the same for all conditions.
    :param noises: folder of noise recordings; default babble and speech-shaped noise.
    :param responses: folder of impulse responses; default simulated rooms.
    :raises EmptyCorpusError: if no utterance has phones.
    """
    written = corpus.utterances
    written = written[written["phones"].fillna("").str.strip(" |") != ""].reset_index(drop=True)
    if written.empty or not voices:
        raise EmptyCorpusError(out)
    draws = generator(seed, "who says what")
    turns = pd.concat([written] * times, ignore_index=True)
    places = [draws.permutation(len(voices)) for _ in range(len(written))]
    cast = [voices[int(places[i][k % len(voices)])] for k in range(times) for i in range(len(written))]
    order = generator(seed, "order of utterances").permutation(len(turns))
    turns = turns.iloc[order].reset_index(drop=True)
    cast = [cast[i] for i in order]
    utterances = [
        Utterance(tuple(phones.split()), voice, scene=str(place))
        for place, (phones, voice) in enumerate(zip(turns["phones"], cast, strict=True))
    ]
    speaker = synthesizer
    if conditions:
        speaker = varied_synthesizer(
            conditions, language, seed=seed, noises=noises, responses=responses, synthesizer=synthesizer
        )
    segments = synthesize_shards(
        utterances, out / "audio", workers=workers, synthesizer=speaker, description="speech of the corpus"
    )
    rows = turns.assign(
        audio=[f"audio/{segment.audio}" for segment in segments],
        onset=[segment.onset for segment in segments],
        offset=[segment.offset for segment in segments],
        speaker=[voice.name for voice in cast],
    )
    card = corpus.card
    return save_corpus(
        rows,
        out,
        name=name,
        language=language,
        licence=card.licence if card else "as the text",
        sources=[card.name if card else "text in memory", *(f"voices of {each['synthesizer']}" for each in spoken_by)],
        speech="clean" if set(conditions) <= {"clean"} else "in-the-wild",
        settings={
            "seed": seed,
            "times": times,
            "voices": [voice.name for voice in voices],
            "synthesizers": list(spoken_by),
            "conditions": [surroundings.describe() for surroundings in speaker.surroundings]
            if isinstance(speaker, VariedSynthesizer)
            else [],
        },
    )
