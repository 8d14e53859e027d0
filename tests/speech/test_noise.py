"""Recordings, babble and speech-shaped noise, and where excerpts begin."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from babyslm.speech.audio import RATE, write_audio
from babyslm.speech.conditions.noise import (
    WINDOW,
    Reel,
    babble,
    find_recordings,
    noise_gain,
    recorded_noise,
    speech_shaped_noise,
)
from babyslm.verify.speech.conditions import (
    NoRecordingsError,
    SilentNoiseError,
    SilentSpeechError,
)
from tests.speech.naive import speech


def test_babble_is_several_training_voices_and_reproducible() -> None:
    two, eight = babble("en", 2, 0).samples, babble("en", 8, 0).samples
    babble.cache_clear()
    assert np.array_equal(two, babble("en", 2, 0).samples)
    assert np.mean(eight**2) == pytest.approx(1)
    assert not np.array_equal(two, babble("en", 2, 1).samples)

    def pauses(sound: np.ndarray) -> float:
        frames = sound.reshape(-1, 800)
        return float((np.sqrt((frames**2).mean(axis=1)) < 0.1).mean())

    assert pauses(two) > pauses(eight)


def test_speech_shaped_noise_is_steady_and_has_the_spectrum_of_babble() -> None:
    noise, crowd = speech_shaped_noise("en", 0).samples, babble("en", 8, 0).samples

    def bands(sound: np.ndarray) -> np.ndarray:
        power = np.abs(np.fft.rfft(sound)) ** 2
        return 10 * np.log10([power[a * 60 : (a + 250) * 60].sum() for a in range(250, 6000, 250)])

    difference = bands(noise) - bands(crowd)
    assert np.abs(difference - difference.mean()).max() < 2
    frames = noise.reshape(-1, 1600)
    assert np.std(10 * np.log10((frames**2).mean(axis=1))) < 1.5


@settings(max_examples=40, deadline=None)
@given(length=st.integers(1, 60_000), seed=st.integers(0, 20))
def test_an_excerpt_begins_at_the_same_place_whatever_its_length(length: int, seed: int) -> None:
    noise = np.random.default_rng(0).standard_normal(20_000)
    reel = Reel(noise, "noise")
    short = reel.excerpt(1, np.random.default_rng(seed))
    cut = reel.excerpt(length, np.random.default_rng(seed))
    assert len(cut) == length
    assert cut[0] == short[0]
    begin = int(np.flatnonzero(noise == cut[0])[0])
    assert np.array_equal(cut, np.take(noise, range(begin, begin + length), mode="wrap"))


@given(begin=st.integers(0, 4 * RATE), length=st.integers(1, RATE), seed=st.integers(0, 1000))
def test_however_short_the_noise_it_is_heard_in_the_shortest_utterance(begin: int, length: int, seed: int) -> None:
    bark = np.zeros(5 * RATE)
    bark[begin : begin + length] = 0.1
    assert np.any(Reel(bark, "bark").excerpt(round(WINDOW * RATE), np.random.default_rng(seed)))


def test_recordings_are_found_sorted_and_their_absence_or_silence_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoRecordingsError, match=r"contains no noises \(.wav"):
        find_recordings(tmp_path, "noises")
    (tmp_path / "b").mkdir()
    write_audio(tmp_path / "b" / "x.flac", np.zeros(100))
    write_audio(tmp_path / "a.wav", np.ones(100) / 2)
    (tmp_path / "notes.txt").touch()
    assert [path.name for path in find_recordings(tmp_path, "noises")] == ["a.wav", "x.flac"]
    with pytest.raises(SilentNoiseError, match=r"x\.flac: is silent"):
        recorded_noise(tmp_path / "b" / "x.flac")
    with pytest.raises(SilentNoiseError, match="hum: is silent"):
        noise_gain(np.ones(10), np.zeros(10), 0, "hum")
    with pytest.raises(SilentSpeechError):
        noise_gain(np.zeros(10), np.ones(10), 0, "hum")


@pytest.mark.realdata
def test_every_recording_of_the_real_folder_can_be_a_noise(realdata: Path) -> None:
    word = speech()
    for path in find_recordings(realdata / "noise", "noises"):
        for seed in range(20):
            noise = recorded_noise(path).excerpt(RATE // 4, np.random.default_rng(seed))
            assert np.isfinite(noise_gain(word, noise, 0, str(path)))
