"""Acoustic conditions: the ratio that was asked for, the same scene for a pair, the same bytes."""

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest

from babyslm.speech.audio import RATE, write_audio
from babyslm.speech.conditions.condition import Condition, Noise, Surroundings, load_condition, load_conditions
from babyslm.speech.conditions.conditioned import ConditionedSynthesizer
from babyslm.speech.signal.level import LEVEL
from babyslm.speech.synthesis.synthesizer import EspeakSynthesizer, Utterance
from babyslm.speech.synthesis.voices import choose_voices
from babyslm.verify.speech.conditions import (
    NoSourceError,
    RoomsMissingError,
    UnknownConditionError,
)
from tests.speech.naive import naive_active_level, speech

EMMA, HUGO = choose_voices("en", split="dev")
NOISY = ("home", "daycare", "far-field", "snr20", "snr15", "snr10", "snr5", "snr0", "snr-5")


@pytest.mark.parametrize("name", NOISY)
def test_every_preset_holds_its_range_of_signal_to_noise_ratios(name: str) -> None:
    surroundings = Surroundings.find(name, "en")
    noise = surroundings.condition.noise
    assert noise is not None
    for scene in ("1", "2", "3"):
        heard, beside = surroundings.parts(speech(), scene)
        measured = naive_active_level(heard) - 10 * np.log10(np.mean(beside**2))
        assert noise.snr[0] - 0.1 <= measured <= noise.snr[1] + 0.1


def test_the_series_differs_in_nothing_but_the_ratio() -> None:
    presets = load_conditions()
    series = [presets[name] for name in ("snr20", "snr15", "snr10", "snr5", "snr0", "snr-5")]
    assert [preset.noise.snr for preset in series if preset.noise] == [(r, r) for r in (20, 15, 10, 5, 0, -5)]
    noises = [Surroundings(preset, "en").parts(speech(), "7")[1] for preset in series]
    for noise, ratio in zip(noises, (20, 15, 10, 5, 0, -5), strict=True):
        assert np.allclose(noise * 10 ** ((ratio - 20) / 20), noises[0])


@pytest.mark.parametrize("name", list(load_conditions()))
def test_the_same_scene_gives_the_same_bytes_and_another_scene_others(name: str) -> None:
    surroundings = Surroundings.find(name, "en")
    word = speech("k æ t")
    first = surroundings.apply(word, "1")
    assert np.array_equal(first, Surroundings.find(name, "en").apply(word, "1"))
    same = all(np.array_equal(first, surroundings.apply(word, scene)) for scene in "2345")
    assert same == (name == "clean")


def test_the_order_of_utterances_and_scenes_does_not_matter() -> None:
    surroundings = Surroundings.find("home", "en")
    tasks = [("k æ t", "1"), ("d ɔ ɡ", "2"), ("s ɪ ŋ", "1")]
    forwards = [surroundings.apply(speech(phones), scene).tobytes() for phones, scene in tasks]
    backwards = [surroundings.apply(speech(phones), scene).tobytes() for phones, scene in tasks[::-1]]
    assert forwards == backwards[::-1]


def test_both_members_of_a_pair_meet_the_same_noise_up_to_its_gain() -> None:
    surroundings = Surroundings.find("snr10", "en")
    (_, first), (_, second) = (surroundings.parts(speech(phones), "12") for phones in ("k æ t", "k ɪ t ə"))
    shared = min(len(first), len(second))
    assert len(first) != len(second)
    assert np.corrcoef(first[:shared], second[:shared])[0, 1] > 1 - 1e-9


def test_clean_is_the_identity() -> None:
    surroundings = Surroundings.find("clean", "en")
    spoken = EspeakSynthesizer().speak(Utterance(("k", "æ", "t"), EMMA))
    assert np.array_equal(surroundings.apply(spoken.waveform, "1"), spoken.samples)
    conditioned = ConditionedSynthesizer(EspeakSynthesizer(), surroundings)
    utterance = Utterance(("k", "æ", "t"), EMMA, scene="9")
    assert conditioned.key(utterance) == EspeakSynthesizer().key(utterance)
    assert np.array_equal(conditioned.speak(utterance).samples, spoken.samples)


@pytest.mark.parametrize("name", ["reverberant", *NOISY])
def test_what_is_heard_is_as_loud_as_all_speech_and_not_clipped_by_the_file(name: str) -> None:
    samples = Surroundings.find(name, "en").apply(speech(), "3")
    level = 10 * np.log10(np.mean((samples / 32768) ** 2))
    assert level == pytest.approx(LEVEL, abs=0.1)
    assert np.abs(samples).max() < 32767


def test_unknown_presets_are_named_with_those_that_there_are() -> None:
    with pytest.raises(UnknownConditionError, match=r"'moon'; known are clean, .*daycare.*snr-5") as caught:
        load_condition("moon")
    assert caught.value.exit_code == 2


def test_a_preset_that_needs_recordings_says_so() -> None:
    condition = Condition(name="x", description="", noise=Noise(sources=("recorded",), snr=(0, 0)))
    with pytest.raises(NoSourceError, match="x needs noise"):
        Surroundings(condition, "en").apply(speech(), "1")


def test_what_a_card_records_tells_source_seed_and_parameters(tmp_path: Path) -> None:
    plain = Surroundings.find("home", "en", seed=4)
    record_of = plain.describe()
    assert (record_of["source"], record_of["seed"], record_of["recordings"]) == ("babble", 4, 0)
    assert record_of["noise"]["snr"] == [5.0, 15.0]
    write_audio(tmp_path / "n.wav", np.random.default_rng(0).normal(0, 0.1, RATE))
    named = Surroundings.find("home", "en", seed=4, noises=tmp_path)
    assert (named.describe()["source"], named.describe()["recordings"]) == ("recorded", 1)
    digests = {plain.digest, named.digest, Surroundings.find("home", "en", seed=5).digest}
    write_audio(tmp_path / "n.wav", np.random.default_rng(1).normal(0, 0.1, RATE))
    digests.add(Surroundings.find("home", "en", seed=4, noises=tmp_path).digest)
    assert len(digests) == 4


def test_without_the_library_a_room_is_refused_and_measured_responses_serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("babyslm.speech.conditions.rooms.version", absent)
    with pytest.raises(RoomsMissingError, match=r"reverberant simulates a room: install babyslm\[rooms\]"):
        Surroundings.find("reverberant", "en", seed=99).apply(speech(), "1")
    write_audio(tmp_path / "r.wav", np.eye(1, 800, 100)[0] * 0.9)
    samples = Surroundings.find("reverberant", "en", responses=tmp_path).apply(speech(), "1")
    assert samples.any()


@pytest.mark.realdata
def test_real_noises_and_responses_give_the_ratio_asked_for(realdata: Path) -> None:
    surroundings = Surroundings.find("home", "en", noises=realdata / "noise", responses=realdata / "rir")
    assert surroundings.source == "recorded"
    for scene in map(str, range(12)):
        heard, beside = surroundings.parts(speech(), scene)
        assert 4.9 <= naive_active_level(heard) - 10 * np.log10(np.mean(beside**2)) <= 15.1
        assert surroundings.apply(speech(), scene).any()
