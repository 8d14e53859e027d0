"""Rooms simulated and measured, and recorders."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyslm.speech.audio import RATE, write_audio
from babyslm.speech.conditions.recorder import Recorder, record
from babyslm.speech.conditions.rooms import Room, measured_response, reverberate, simulated_response
from babyslm.verify.speech.conditions import (
    SilentNoiseError,
)

ROOM = Room(length=(4, 5), width=(3, 4), height=(2.4, 2.6), rt60=(0.3, 0.4), distance=(1, 2))


def test_a_simulated_room_has_about_the_reverberation_asked_for() -> None:
    response = simulated_response(ROOM, "x", 0, 0)
    assert np.linalg.norm(response) == pytest.approx(1)
    decay = np.cumsum((response**2)[::-1])[::-1]
    decibels = 10 * np.log10(decay / decay[0])
    down5, down25 = (int(np.argmax(decibels < limit)) / RATE for limit in (-5, -25))
    assert 0.2 < 3 * (down25 - down5) < 0.6
    assert not np.array_equal(response, simulated_response(ROOM, "x", 0, 1))
    simulated_response.cache_clear()
    assert np.array_equal(response, simulated_response(ROOM, "x", 0, 0))


def test_reverberation_leaves_the_beginning_where_it_was_and_adds_a_tail() -> None:
    click = np.zeros(4000)
    click[1000] = 1.0
    response = simulated_response(ROOM, "x", 0, 0)
    wet = reverberate(click, response, 0.1)
    assert len(wet) == 4000 + 1600
    assert int(np.abs(wet).argmax()) == 1000
    naive = [sum(response[k] * (n - k == 500) for k in range(len(response))) for n in range(505)]
    lead = int(np.abs(response).argmax())
    assert np.allclose(reverberate(np.eye(1, 600, 500)[0], response, 0.0)[:400], naive[lead : lead + 400], atol=1e-12)


def test_a_measured_response_is_aligned_and_of_unit_energy(tmp_path: Path) -> None:
    samples = np.zeros(2000)
    samples[300], samples[900] = 0.5, -0.2
    write_audio(tmp_path / "r.wav", samples)
    response = measured_response(tmp_path / "r.wav")
    assert np.linalg.norm(response) == pytest.approx(1)
    echo = reverberate(np.eye(1, 1000, 0)[0], response, 0.0)
    assert np.flatnonzero(np.abs(echo) > 0.01).tolist() == [0, 600]
    write_audio(tmp_path / "s.wav", np.zeros(100))
    with pytest.raises(SilentNoiseError, match=r"s\.wav"):
        measured_response(tmp_path / "s.wav")


def test_a_recorder_takes_away_the_high_frequencies() -> None:
    white = np.random.default_rng(0).standard_normal(RATE)
    before, after = (np.abs(np.fft.rfft(x)) ** 2 for x in (white, record(white, Recorder(lowpass=2000))))
    loss = [10 * np.log10(after[a : a + 200].sum() / before[a : a + 200].sum()) for a in (500, 1900, 4000)]
    assert abs(loss[0]) < 0.1
    assert loss[1] == pytest.approx(-3, abs=0.7)
    assert loss[2] < -20


@given(clipping=st.floats(0.1, 20))
def test_clipping_holds_what_exceeds_the_limit_and_leaves_the_rest(clipping: float) -> None:
    wave = np.sin(np.linspace(0, 40, 2000))
    limit = np.abs(wave).max() * 10 ** (-clipping / 20)
    naive = [max(-limit, min(limit, sample)) for sample in wave]
    assert np.allclose(record(wave, Recorder(clipping=clipping)), naive)
