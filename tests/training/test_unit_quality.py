"""Units held against phones, and speech made from text for training."""

from pathlib import Path

import numpy as np
import pytest

from babyslm.corpora.made.spoken import written_corpus
from babyslm.models.encoders.load import make_encoder
from babyslm.models.encoders.settings import MfccSettings
from babyslm.models.units.codebook import Codebook
from babyslm.speech.synthesis.synthesizer import EspeakSynthesizer, Utterance
from babyslm.speech.synthesis.voices import load_voices
from babyslm.training.recipe import make_recipe
from babyslm.training.speech.speaking import SpeechSettings, speak_written, speech_of
from babyslm.training.speech.utterances import read_utterances
from babyslm.training.train import train
from babyslm.training.units.quality import phone_agreement, phone_labels, unit_agreement
from babyslm.verify.learners.units import NoSpeechError

WORDS = ["dog", "the cat", "look at the ball", "no", "where is it", "a big dog", "yes", "give me the cup"]


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("text")
    written_corpus(WORDS, folder, name="t", language="en", sources=["the tests"])
    return folder


@pytest.fixture(scope="module", params=[(), ("reverberant",)], ids=["clean", "reverberant"])
def spoken(request: pytest.FixtureRequest, text: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spoken") / "corpus"
    speak_written(text, SpeechSettings(voices=3, conditions=request.param), folder, seed=1)
    return folder


def test_agreement_is_that_of_a_naive_count() -> None:
    draws = np.random.default_rng(0)
    phones = draws.integers(0, 4, 400)
    units = np.where(draws.random(400) < 0.7, phones * 2 + draws.integers(0, 2, 400), draws.integers(0, 8, 400))
    told = phone_agreement(units, phones)
    pure = sum(max(np.sum((units == u) & (phones == p)) for p in range(4)) for u in range(8)) / 400
    inverse = sum(max(np.sum((units == u) & (phones == p)) for u in range(8)) for p in range(4)) / 400
    information = 0.0
    for u in range(8):
        for p in range(4):
            both = np.mean((units == u) & (phones == p))
            if both:
                information += both * np.log(both / (np.mean(units == u) * np.mean(phones == p)))
    entropy = -sum(np.mean(phones == p) * np.log(np.mean(phones == p)) for p in range(4))
    assert told["phone_purity"] == pytest.approx(pure, abs=1e-4)
    assert told["unit_purity"] == pytest.approx(inverse, abs=1e-4)
    assert told["pnmi"] == pytest.approx(information / entropy, abs=1e-4)
    assert phone_agreement(phones * 7, phones)["pnmi"] == 1.0
    assert phone_agreement(np.zeros(400, dtype=np.int64), phones)["pnmi"] == 0.0


def test_phones_lie_where_they_were_spoken(spoken: Path) -> None:
    corpus = read_utterances(spoken)
    encoder = make_encoder(MfccSettings())
    names: dict[str, int] = {}
    voices = {voice.name: voice for voice in load_voices("en")}
    for number in range(len(corpus)):
        labels = phone_labels(corpus, number, encoder, names)
        assert labels is not None
        row = corpus.rows.iloc[number]
        speech = EspeakSynthesizer().speak(Utterance(tuple(row["phones"].split()), voices[row["speaker"]]))
        by_number = {place: phone for phone, place in names.items()}
        for t in (0, len(labels) // 2, len(labels) - 1):
            begun = [phone for phone, onset in zip(speech.phones, speech.onsets, strict=True) if onset <= t / 100]
            assert by_number[int(labels[t])] == (begun or speech.phones)[-1 if begun else 0]


def test_units_are_held_against_phones_where_these_are_known(spoken: Path) -> None:
    corpus = read_utterances(spoken)
    encoder = make_encoder(MfccSettings(deltas=0))
    features = np.concatenate(encoder.encode([waveform for _, waveform in corpus.waveforms(range(len(corpus)))]))
    codebook = Codebook(features[:: len(features) // 40].copy())
    told = unit_agreement(corpus, np.arange(len(corpus)), encoder, codebook, seed=0)
    assert 0.2 < told["pnmi"] <= 1
    strangers = corpus.rows.assign(speaker="somebody else")
    from dataclasses import replace

    assert unit_agreement(replace(corpus, rows=strangers), np.arange(3), encoder, codebook, seed=0) == {}
    assert unit_agreement(replace(corpus, language=""), np.arange(3), encoder, codebook, seed=0) == {}
    # Another utterance than the one that was spoken does not last as long, and is found out.
    others = corpus.rows.assign(phones=corpus.rows["phones"].iloc[::-1].to_numpy())
    assert phone_labels(replace(corpus, rows=others), 0, encoder, {}) is None


def test_a_written_corpus_is_spoken_once(text: Path, tmp_path: Path) -> None:
    settings = SpeechSettings(voices=2)
    first = speak_written(text, settings, tmp_path / "out", seed=0)
    sound = tmp_path / "out" / "audio" / "00000.flac"
    written = sound.stat().st_mtime_ns
    assert speak_written(text, settings, tmp_path / "out", seed=0).utterances.equals(first.utterances)
    assert sound.stat().st_mtime_ns == written
    speak_written(text, settings, tmp_path / "out", seed=2)
    assert sound.stat().st_mtime_ns != written
    assert speech_of(tmp_path / "out", settings, tmp_path / "more", seed=0) == tmp_path / "out"
    assert speech_of(text, None, tmp_path / "more", seed=0) == text
    assert not (tmp_path / "more").exists()


def test_fewer_hours_are_a_part_of_more(text: Path, tmp_path: Path) -> None:
    less, more = (
        speak_written(text, SpeechSettings(hours=hours), tmp_path / str(hours), seed=0).utterances["text"]
        for hours in (0.0004, 0.001)
    )
    assert set(less) < set(more)
    corpus = read_utterances(tmp_path / "0.001")
    assert corpus.take(None, 0) is corpus
    short, longer = (set(corpus.take(part * corpus.hours, 3).rows["text"]) for part in (0.3, 0.7))
    assert short < longer
    assert corpus.take(0.3 * corpus.hours, 3).hours >= 0.3 * corpus.hours
    assert corpus.condition == "clean"


def test_a_recipe_says_how_text_is_spoken_or_it_is_refused(text: Path, tmp_path: Path) -> None:
    values = {"family": "spoken", "name": "t", "units": {"size": 8, "frames": 3000}, "validation": 0.2, "order": 2}
    with pytest.raises(NoSpeechError):
        train(make_recipe(values | {"corpus": str(text)}), tmp_path / "none", device="cpu")
    told = values | {"corpus": str(text), "speech": {"voices": 2}}
    record = train(make_recipe(told), tmp_path / "model", device="cpu")
    assert record.outcome["corpus"]["condition"] == "clean"
    assert record.outcome["validation_units"]["pnmi"] > 0
    assert not (tmp_path / "model" / ".checkpoints").exists()
