"""The active speech level of ITU-T P.56, and the gain of a noise that hangs on it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from babyslm.speech.audio import RATE
from babyslm.speech.conditions.noise import noise_gain
from babyslm.speech.signal.active_level import active_level
from tests.speech.naive import naive_active_level, speech


@pytest.mark.parametrize("phones", ["k æ t", "ʃ", "ð ə | b ɪ ɡ | d ɔ ɡ"])
def test_the_active_level_is_that_of_the_sample_by_sample_definition(phones: str) -> None:
    assert active_level(speech(phones)) == pytest.approx(naive_active_level(speech(phones)), abs=1e-6)


def test_silence_around_speech_changes_its_active_level_little_and_its_mean_level_much() -> None:
    sentence = speech(" | ".join(["ð ə", "b ɪ ɡ", "d ɔ ɡ", "s l iː p s"] * 3))
    padded = np.concatenate([np.zeros(4 * RATE), sentence, np.zeros(4 * RATE)])
    assert active_level(padded) == pytest.approx(active_level(sentence), abs=0.5)
    assert 10 * np.log10(np.mean(padded**2) / np.mean(sentence**2)) < -4


@settings(max_examples=30, deadline=None)
@given(gain=st.floats(0.001, 1), seed=st.integers(0, 3))
def test_twice_as_loud_is_six_decibels_more(gain: float, seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0, 0.1, 8000)
    assert active_level(gain * noise) == pytest.approx(active_level(noise) + 20 * np.log10(gain), abs=1e-6)


def test_steady_noise_has_its_root_mean_square_as_active_level_and_silence_none() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 5 * RATE)
    assert active_level(noise) == pytest.approx(-20, abs=0.2)
    assert active_level(np.zeros(100)) == float("-inf")
    assert active_level(np.zeros(0)) == float("-inf")


@settings(max_examples=40, deadline=None)
@given(snr=st.floats(-10, 30), loudness=st.floats(1e-4, 10), seed=st.integers(0, 3))
def test_the_gain_of_the_noise_gives_the_ratio_asked_for(snr: float, loudness: float, seed: int) -> None:
    word = speech()
    noise = loudness * np.random.default_rng(seed).standard_normal(len(word))
    scaled = noise * noise_gain(word, noise, snr, "noise")
    assert active_level(word) - 10 * np.log10(np.mean(scaled**2)) == pytest.approx(snr, abs=1e-9)
