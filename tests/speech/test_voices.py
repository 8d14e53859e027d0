"""The shipped voices: enough of them, of both sexes, in no two splits, and told apart by ear."""

from itertools import pairwise

import numpy as np
import pytest

from babyslm.speech.audio import RATE
from babyslm.speech.synthesis.drawn_voices import draw_voices
from babyslm.speech.synthesis.synthesizer import EspeakSynthesizer, Utterance
from babyslm.speech.synthesis.voices import Voice, choose_voices, load_voices
from babyslm.verify.speech.voices import UnknownVoiceError

LANGUAGES = ("en", "fr")
WORDS = {
    "en": ("b ə n æ n ə", "d ɔ ɡ iː", "w ɔ t ə ɹ", "t ɛ d iː", "m ʌ ð ə ɹ", "æ p ə l", "j ɛ l oʊ", "w ɪ n d oʊ"),
    "fr": ("b a n a n", "m ɛ z ɔ̃", "v w a t y ʁ", "m a m ɑ̃", "b a l ɔ̃", "l a p ɛ̃", "ʒ u e", "d u d u"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_voices_are_in_dev_eight_in_test_and_at_least_eight_in_training(language: str) -> None:
    by_split = {split: choose_voices(language, split=split) for split in ("dev", "test", "train")}
    assert (len(by_split["dev"]), len(by_split["test"])) == (2, 8)
    assert len(by_split["train"]) >= 8
    for voices in by_split.values():
        sexes = [voice.sex for voice in voices]
        assert sexes.count("female") == sexes.count("male")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_voices_share_a_name_or_a_sound(language: str) -> None:
    voices = load_voices(language)
    assert len({voice.name for voice in voices}) == len({voice.digest for voice in voices}) == len(voices)
    assert [voice.name for voice in voices] == sorted(voice.name for voice in voices)


def test_the_digest_follows_the_sound_and_not_the_name() -> None:
    voice = load_voices("en")[0]
    assert voice.model_copy(update={"name": "zed", "split": "dev"}).digest == voice.digest
    assert voice.model_copy(update={"rate": voice.rate + 1}).digest != voice.digest


def test_voices_are_chosen_by_split_name_and_number() -> None:
    assert [voice.name for voice in choose_voices("en", names=["tom", "alice", "tom"])] == ["alice", "tom"]
    four = choose_voices("en", split="train", count=4)
    assert [voice.split for voice in four] == ["train"] * 4
    assert sorted(voice.sex for voice in four) == ["female", "female", "male", "male"]
    assert len(choose_voices("en", count=1000)) == len(load_voices("en"))


def test_an_unknown_voice_is_named_with_those_that_there_are() -> None:
    with pytest.raises(UnknownVoiceError, match=r"'zed'; known are .*alice.*tom") as caught:
        choose_voices("en", names=["zed"])
    assert caught.value.exit_code == 2


def test_drawn_voices_are_for_training_different_and_do_not_hang_on_their_number() -> None:
    ten = draw_voices("en", 10, seed=1)
    assert ten[:4] == draw_voices("en", 4, seed=1)
    assert {voice.split for voice in ten} == {"train"}
    assert [voice.sex for voice in ten[:2]] == ["female", "male"]
    others = (*load_voices("en"), *draw_voices("en", 10, seed=2))
    assert len({voice.digest for voice in (*ten, *others)}) == len(ten) + len(others)
    assert len({voice.name for voice in (*ten, *others)}) == len(ten) + len(others)
    for voice in ten:
        assert EspeakSynthesizer().speak(Utterance(("k", "æ", "t"), voice)).phones == ("k", "æ", "t")


def summary(word: str, voice: Voice) -> np.ndarray:
    """Mean log spectrum of the loud frames in 20 bands, less its mean, and log pitch by autocorrelation."""
    sound = EspeakSynthesizer().speak(Utterance(tuple(word.split()), voice)).waveform.astype(float)
    frames = np.lib.stride_tricks.sliding_window_view(sound, 1024)[::256]
    frames = frames[frames.std(axis=1) > 0.03] * np.hanning(1024)
    power = np.abs(np.fft.rfft(frames, 2048)) ** 2
    edges = np.unique(np.geomspace(12, 1024, 21).astype(int))
    bands = np.log(np.stack([power[:, a:b].mean(axis=1) for a, b in pairwise(edges)])).mean(axis=1)
    likeness = np.fft.irfft(power)[:, RATE // 400 : RATE // 65]
    pitch = RATE / (RATE // 400 + likeness.argmax(axis=1))
    return np.append(bands - bands.mean(), np.log(np.median(pitch)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_voices_of_dev_and_test_are_told_apart_by_other_words(language: str) -> None:
    voices = [*choose_voices(language, split="dev"), *choose_voices(language, split="test")]
    words = WORDS[language]
    spoken = np.array([[summary(word, voice) for word in words] for voice in voices])
    known, new = spoken[:, ::2], spoken[:, 1::2]
    centroids = known.mean(axis=1)
    spread = (known - centroids[:, None]).reshape(-1, known.shape[-1]).std(axis=0)
    distances = (((new[:, :, None] - centroids) / spread) ** 2).sum(axis=-1)
    right = distances.argmin(axis=-1) == np.arange(len(voices))[:, None]
    assert right.mean() > 0.7  # by chance 0.1, from single words
    assert (distances.mean(axis=1).argmin(axis=-1) == np.arange(len(voices))).mean() >= 0.9  # from four words


@pytest.mark.parametrize("language", LANGUAGES)
def test_women_speak_higher_than_men(language: str) -> None:
    word = WORDS[language][0]
    pitch = {voice.name: summary(word, voice)[-1] for voice in load_voices(language)}
    women = [pitch[voice.name] for voice in load_voices(language) if voice.sex == "female"]
    men = [pitch[voice.name] for voice in load_voices(language) if voice.sex == "male"]
    assert min(women) > max(men)
