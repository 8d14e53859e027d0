"""Produced speech: by seed and number alone, resumable, the same as when it is spoken and heard."""

from pathlib import Path

import numpy as np
import pytest

from babyslm.corpora.made.spoken import speak_corpus, written_corpus
from babyslm.models.encoders.denoising.hearing import Hearing
from babyslm.models.encoders.denoising.settings import HearingSettings
from babyslm.speech.synthesis.voices import choose_voices
from babyslm.training.recipe import make_recipe
from babyslm.training.speech import produced
from babyslm.training.speech.produced import ProductionSettings, produce
from babyslm.training.speech.utterances import SpokenUtterances, read_utterances
from babyslm.training.train import train
from babyslm.verify.learners.recipes import RecipeError
from babyslm.verify.learners.units import NoWordsError
from tests.training.test_denoising import HEARING, recipe


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> SpokenUtterances:
    folder = tmp_path_factory.mktemp("spoken")
    words = ["dog", "the cat", "no", "look at the ball", "yes", "a dog"]
    text = written_corpus(words, folder / "text", name="t", language="en", sources=["the tests"])
    speak_corpus(text, folder / "heard", choose_voices("en", split="train", count=2), language="en", name="t")
    return read_utterances(folder / "heard")


def test_speech_is_decided_by_seed_and_number(
    corpus: SpokenUtterances, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(produced, "PER_CHUNK", 3)
    hearing = Hearing(HEARING)
    settings = ProductionSettings(utterances=7, drawn=4)
    first, voices = produce(corpus, settings, hearing, tmp_path / "a", seed=1)
    assert len(first) == 7
    assert len(list((tmp_path / "a").iterdir())) == 3
    fewer, same = produce(corpus, settings.model_copy(update={"utterances": 4}), hearing, tmp_path / "b", seed=1)
    assert voices[:4].tolist() == same.tolist()
    for number in range(4):
        assert np.array_equal(first.utterance(number).numpy(), fewer.utterance(number).numpy())
    other, _ = produce(corpus, settings, hearing, tmp_path / "c", seed=2)
    assert other.counts.tolist() != first.counts.tolist()


def test_an_interrupted_production_resumes(
    corpus: SpokenUtterances, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(produced, "PER_CHUNK", 3)
    hearing, settings = Hearing(HEARING), ProductionSettings(utterances=7, drawn=4)
    whole, _ = produce(corpus, settings, hearing, tmp_path, seed=1)
    (tmp_path / "00001.st").unlink()
    kept = (tmp_path / "00000.st").stat().st_mtime_ns
    again, _ = produce(corpus, settings, hearing, tmp_path, seed=1)
    assert (tmp_path / "00000.st").stat().st_mtime_ns == kept
    assert np.array_equal(again.decibels.numpy(), whole.decibels.numpy())


def test_a_corpus_without_phones_is_refused(tones: Path, tmp_path: Path) -> None:
    with pytest.raises(NoWordsError, match="no speech can be produced"):
        produce(read_utterances(tones), ProductionSettings(utterances=2), Hearing(HearingSettings()), tmp_path, seed=0)


def test_an_encoder_learns_from_produced_speech_as_well(corpus: SpokenUtterances, tmp_path: Path) -> None:
    values = recipe(corpus.source.parent).model_dump(mode="json")
    del values["encoder"], values["units"]
    values["pretrain"] |= {"produced": {"utterances": 30, "drawn": 5}}
    values["validation"] = 0.2
    record = train(make_recipe(values), tmp_path / "model", device="cpu")
    told = record.outcome["encoder"]["rounds"]
    plain = recipe(corpus.source.parent).model_dump(mode="json")
    del plain["encoder"], plain["units"]
    plain["validation"] = 0.2
    without = train(make_recipe(plain), tmp_path / "plain", device="cpu").outcome["encoder"]["rounds"]
    assert told[0]["epochs"] < without[0]["epochs"]
    assert record.outcome["corpus"]["utterances"] == 6


def test_produced_speech_has_no_phones_for_a_supervised_reference(tones: Path) -> None:
    values = recipe(tones).model_dump(mode="json")
    del values["encoder"], values["units"]
    stage = {"targets": "phones", "loop": values["pretrain"]["unit_stage"]["loop"]}
    values["pretrain"] |= {"rounds": [], "unit_stage": stage, "produced": {"utterances": 3}}
    with pytest.raises(RecipeError, match="produced"):
        make_recipe(values)
