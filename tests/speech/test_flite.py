"""Flite as a synthesiser for training: the calls of the program, its voices and its errors.

The program of these tests stands in for Flite: it takes the same options and writes a hum per phone.
"""

import os
import stat
import sys
from pathlib import Path

import numpy as np
import pytest

from babyslm.speech.cast import find_cast
from babyslm.speech.neural.symbols import load_symbols
from babyslm.speech.neural.synthesizer import open_model
from babyslm.speech.origins import find_origin
from babyslm.speech.synthesis.synthesizer import Utterance
from babyslm.stimuli.phones.phone_set import load_phone_set
from babyslm.verify.speech.neural import FliteError, FliteMissingError, TeachersOnlyError

STAND_IN = """#!{python}
import sys, wave
arguments = sys.argv[1:]
with open({log!r}, "a") as log:
    log.write(repr(arguments) + "\\n")
if arguments == ["-lv"]:
    print("Voices available: {voices}")
    sys.exit(1)
if arguments == ["--version"]:
    print("  version: flite-9.9-test Jan 2000")
    sys.exit(0)
options = dict(zip(arguments[::2], arguments[1::2]))
phones = options["-p"].split()
if "er" in phones:
    sys.exit("no such phone: er")
samples = bytearray()
for phone in phones:
    period = 40 + 4 * (sum(map(ord, phone)) % 20)
    level = 0 if phone == "pau" else 8000
    for n in range(int(1600 * float(options["--setf"].split("=")[1]))):
        value = level if n % period < period // 2 else -level
        samples += value.to_bytes(2, "little", signed=True)
with wave.open(options["-o"], "wb") as out:
    out.setnchannels(1), out.setsampwidth(2), out.setframerate(16000)
    out.writeframes(bytes(samples))
"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return stand_in(tmp_path, monkeypatch, "kal awb_time kal16 awb rms slt")


def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, voices: str) -> Path:
    log = tmp_path / "calls"
    program = tmp_path / "flite"
    program.write_text(STAND_IN.format(python=sys.executable, log=str(log), voices=voices), encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    open_model.cache_clear()
    return log


def calls(log: Path) -> list[list[str]]:
    return [eval(line) for line in log.read_text(encoding="utf-8").splitlines()]  # our own stand-in's


def test_phones_reach_the_program_as_arpabet(log: Path) -> None:
    origin = find_origin("flite")
    voice = origin.voices("en", "train", count=3, seed=0)[1]
    speech = origin.synthesizer.speak(Utterance(("b", "l", "ɪ", "k", "|", "ə", "t"), voice))
    assert speech.seconds > 0.3
    asked = dict(zip(*[iter(calls(log)[-1])] * 2, strict=True))
    assert asked["-p"] == "pau b l ih k ax t pau"
    assert asked["-voice"] == voice.timbre
    assert float(asked["--setf"].removeprefix("duration_stretch=")) == pytest.approx(
        voice.tract / voice.speed, abs=1e-3
    )


def test_every_phone_has_a_name_of_its_own() -> None:
    table = load_symbols("flite", "en")
    assert set(table.symbols) == set(load_phone_set("en").inventory)
    assert len({symbol.strip() for symbol in table.symbols.values()}) == len(table.symbols)


def test_its_three_recorded_speakers_teach_and_are_shifted(log: Path) -> None:
    voices = find_origin("flite").voices("en", "train", seed=5)
    assert {voice.timbre for voice in voices} == {"slt", "rms", "awb"}
    assert all(voice.split == "train" for voice in voices)
    assert len({voice.tract for voice in voices}) > 3


def test_no_set_is_spoken_by_it(log: Path) -> None:
    with pytest.raises(TeachersOnlyError, match=r"speech\.synthesizers of a recipe"):
        find_cast(["flite"], "en", None)


def test_the_card_names_program_and_version(log: Path) -> None:
    told = find_origin("flite").describe()
    assert told["packages"]["flite"] == "flite-9.9-test"
    assert set(told["sha256"]) == {"flite"}


def test_a_failure_of_the_program_is_told(log: Path) -> None:
    origin = find_origin("flite")
    voice = origin.voices("en", "train", count=1)[0]
    with pytest.raises(FliteError, match="no such phone: er"):
        origin.synthesizer.speak(Utterance(("b", "ɜː"), voice))


def test_a_program_without_the_voices_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "kal")
    with pytest.raises(FliteError, match="none of the voices slt, rms, awb"):
        find_origin("flite")


def test_without_the_program_the_error_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    open_model.cache_clear()
    with pytest.raises(FliteMissingError, match="apt-get install flite"):
        find_origin("flite")


def test_equal_utterances_give_equal_samples(log: Path) -> None:
    origin = find_origin("flite")
    voice = origin.voices("en", "train", count=1)[0]
    first, second = (origin.synthesizer.speak(Utterance(("k", "æ", "t"), voice)).samples for _ in range(2))
    assert np.array_equal(first, second)
