"""Kokoro and Piper as the user has them: real loading code on networks of a few nodes."""

import json
import pickle
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from babyslm.speech.audio import RATE
from babyslm.speech.neural.synthesizer import NeuralSynthesizer, open_model
from babyslm.speech.origins import find_origin
from babyslm.speech.signal.level import LEVEL, MARGIN
from babyslm.speech.synthesis.synthesizer import Speech, Utterance
from babyslm.verify.documents import DocumentError, NoSuchFileError
from babyslm.verify.errors import BabySLMError
from babyslm.verify.speech.neural import (
    ModelFileError,
    ModelFolderError,
    RandomModelError,
    SymbolError,
    WrongVoiceError,
)
from babyslm.verify.speech.voices import UnspeakablePhoneError
from tests.speech.tiny_voices import FRAMES, tiny_kokoro, tiny_piper


def speak(origin, phones: str, voice=None, language: str = "en") -> Speech:
    voice = voice or origin.voices(language, "test")[0]
    return origin.synthesizer.speak(Utterance(tuple(phones.split()), voice))


@pytest.mark.parametrize("tokens", ["tokens", "input_ids"])
def test_a_kokoro_folder_speaks_phones_in_each_of_its_voices(tmp_path: Path, tokens: str) -> None:
    origin = find_origin(f"kokoro:{tiny_kokoro(tmp_path / 'voices', tokens=tokens)}")
    assert origin.kind == "neural"
    voices = origin.voices("en", "test")
    assert {voice.timbre for voice in voices} == {"af_one", "am_two"}
    assert {voice.speaker for voice in voices} == {"woman", "man"}
    assert len({speak(origin, "k æ t", voice).samples.tobytes() for voice in voices}) == len(voices)
    plain = next(voice for voice in voices if voice.tract == voice.pitch == voice.speed == 1)
    speech = speak(origin, "k æ t", plain)
    symbols = len("kˈæt.") + 2
    assert speech.seconds == pytest.approx(symbols * FRAMES / 24000 + 2 * MARGIN, abs=0.01)
    inside = speech.waveform[round(MARGIN * RATE) : -round(MARGIN * RATE)]
    assert 20 * np.log10(np.sqrt(np.mean(inside**2))) == pytest.approx(LEVEL, abs=0.1)
    assert not speech.phones
    spelled = Utterance(("k", "æ", "t"), plain, "cat")
    assert origin.synthesizer.key(spelled) == origin.synthesizer.key(Utterance(("k", "æ", "t"), plain, "Kat"))


@pytest.mark.parametrize(
    ("rate", "language", "phones"), [(22050, "en", "k æ t"), (16000, "fr", "ʃ a"), (44100, "en", "k æ t")]
)
def test_a_piper_voice_speaks_phones_at_any_rate(tmp_path: Path, rate: int, language: str, phones: str) -> None:
    origin = find_origin(f"piper:{tiny_piper(tmp_path / 'joe.onnx', rate=rate)}")
    plain = next(voice for voice in origin.voices(language, "test") if voice.tract == voice.pitch == voice.speed == 1)
    speech = speak(origin, phones, plain, language)
    pairs = 1 + len(phones.split()) + 2  # start, phones with one stress mark, full stop; each followed by a pad
    assert speech.seconds == pytest.approx((2 * pairs + 1) * FRAMES / rate + 2 * MARGIN, abs=0.01)
    assert np.array_equal(speech.samples, speak(origin, phones, plain, language).samples)


def test_the_speakers_of_a_piper_voice_are_timbres_of_their_own(tmp_path: Path) -> None:
    path = tiny_piper(tmp_path / "several.onnx", speakers=("mary", "john"))
    origin = find_origin(f"piper:{path}")
    voices = [voice for voice in origin.voices("en", "test") if voice.tract == 1]
    assert {voice.timbre for voice in voices} == {"mary", "john"}
    assert len({speak(origin, "k æ t", voice).samples.tobytes() for voice in voices}) == 2


def test_a_shifted_voice_lasts_as_long_and_sounds_another_pitch(tmp_path: Path) -> None:
    origin = find_origin(f"kokoro:{tiny_kokoro(tmp_path / 'voices')}")
    base = origin.voices("en", "test")[0].model_copy(update={"tract": 1.0, "pitch": 1.0, "speed": 1.0})
    plain = speak(origin, "k æ t", base)
    for update, seconds in (
        ({"tract": 1.2, "pitch": 1.2}, 1.0),
        ({"tract": 0.8, "pitch": 0.8}, 1.0),
        ({"speed": 2.0}, 0.5),
    ):
        speech = speak(origin, "k æ t", base.model_copy(update=update))
        assert speech.seconds - 2 * MARGIN == pytest.approx(seconds * (plain.seconds - 2 * MARGIN), abs=0.01)
    low, high = (
        np.abs(np.fft.rfft(speak(origin, "k æ t", base.model_copy(update={"tract": t, "pitch": t})).waveform, 65536))
        for t in (1.0, 1.2)
    )
    assert high.argmax() / low.argmax() == pytest.approx(1.2, abs=0.02)


def test_speakers_of_different_splits_never_share_a_vocal_tract(tmp_path: Path) -> None:
    few = find_origin(f"kokoro:{tiny_kokoro(tmp_path / 'few')}")
    splits = {split: few.voices("en", split, seed=3) for split in ("dev", "test", "train")}
    for first, second in combinations(splits, 2):
        assert not {v.tract for v in splits[first]} & {v.tract for v in splits[second]}
        assert not {v.name for v in splits[first]} & {v.name for v in splits[second]}
    names = tuple(f"a{'fm'[n % 2]}_v{n}" for n in range(14))
    many = find_origin(f"kokoro:{tiny_kokoro(tmp_path / 'many', names)}")
    timbres = {split: {v.timbre for v in many.voices("en", split)} for split in ("dev", "test", "train")}
    assert [len(timbres[split]) for split in ("dev", "test", "train")] == [2, 8, 4]
    assert sum(map(len, timbres.values())) == len(set.union(*timbres.values()))


def test_a_synthesizer_travels_to_workers_and_its_key_follows_the_files(tmp_path: Path) -> None:
    origin = find_origin(f"kokoro:{tiny_kokoro(tmp_path / 'voices')}")
    voice = origin.voices("en", "test")[0]
    utterance = Utterance(("k", "æ", "t"), voice)
    copy = pickle.loads(pickle.dumps(origin.synthesizer))
    assert copy == origin.synthesizer
    assert np.array_equal(copy.speak(utterance).samples, origin.synthesizer.speak(utterance).samples)
    other = find_origin(f"kokoro:{tiny_kokoro(tmp_path / 'others' / 'voices', ('af_one', 'am_two', 'bf_three'))}")
    assert other.synthesizer.key(utterance) != origin.synthesizer.key(utterance)
    told = origin.describe()
    assert set(told["sha256"]) == {"kokoro.onnx", "voices.bin", "vocabulary-kokoro.yaml"}
    assert str(tmp_path) not in json.dumps(told)


def test_a_model_that_draws_random_numbers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RandomModelError, match=r"kokoro\.onnx: the model draws random numbers"):
        find_origin(f"kokoro:{tiny_kokoro(tmp_path / 'voices', random=True)}")


def test_a_missing_phone_and_an_unknown_one_are_named(tmp_path: Path) -> None:
    folder = tiny_kokoro(tmp_path / "voices")
    (folder / "config.json").write_text(json.dumps({"vocab": {"k": 1, "æ": 2, "ˈ": 3, ".": 4, "a": 5}}))
    origin = find_origin(f"kokoro:{folder}")
    with pytest.raises(SymbolError, match=r"'k æ t': the voice kokoro-voices has no symbol 't' \(U\+0074\)"):
        speak(origin, "k æ t")
    with pytest.raises(UnspeakablePhoneError, match=r"'x' is not a phone of en; .*symbols-kokoro-en\.yaml"):
        speak(origin, "k x")
    english = tiny_piper(tmp_path / "en.onnx", phoneme_id_map={symbol: [1] for symbol in "^_$.ˈa"})
    with pytest.raises(SymbolError, match="has no symbol 'ʃ'"):
        speak(find_origin(f"piper:{english}"), "ʃ a", language="fr")


def test_a_voice_of_another_model_is_refused(tmp_path: Path) -> None:
    kokoro = find_origin(f"kokoro:{tiny_kokoro(tmp_path / 'voices')}")
    piper = find_origin(f"piper:{tiny_piper(tmp_path / 'joe.onnx')}")
    with pytest.raises(WrongVoiceError, match="neural voice, and kokoro-voices cannot speak with it"):
        speak(kokoro, "k æ t", piper.voices("en", "test")[0])
    formant = find_origin("formant")
    with pytest.raises(WrongVoiceError, match="espeak-ng cannot"):
        speak(formant, "k æ t", piper.voices("en", "test")[0])


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (
            lambda f: (f / "kokoro.onnx").unlink(),
            ModelFolderError,
            r"must hold one network \(\.onnx\); found voices\.bin",
        ),
        (lambda f: (f / "voices.bin").unlink(), ModelFolderError, r"must hold one file of voices"),
        (lambda f: (f / "other.onnx").write_bytes(b"1"), ModelFolderError, r"found kokoro\.onnx, other\.onnx"),
        (lambda f: (f / "kokoro.onnx").write_bytes(b"hello"), ModelFileError, "is no ONNX network"),
        (lambda f: (f / "voices.bin").write_bytes(b"hello"), ModelFileError, "is no NumPy archive"),
        (
            lambda f: np.savez((f / "voices.bin").open("wb"), a=np.zeros((5, 7))),
            ModelFileError,
            r"voice a has shape \(5, 7\)",
        ),
        (lambda f: np.savez((f / "voices.bin").open("wb")), ModelFileError, "holds no voice"),
        (lambda f: (f / "config.json").write_text("[]"), ModelFileError, "has no 'vocab'"),
        (
            lambda f: tiny_piper(f / "kokoro.onnx"),
            ModelFileError,
            "is no network of Kokoro: its inputs are input, input",
        ),
    ],
)
def test_a_wrong_file_of_kokoro_is_named(tmp_path: Path, spoil, error: type[BabySLMError], message: str) -> None:
    folder = tiny_kokoro(tmp_path / "voices")
    spoil(folder)
    with pytest.raises(error, match=message) as caught:
        NeuralSynthesizer.find("kokoro", folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"audio": {"sample_rate": 5}}, ModelFileError, "sample_rate is 5 Hz"),
        ({"phoneme_type": "text"}, ModelFileError, "phoneme_type is 'text'"),
        ({"phoneme_id_map": {"a": [1]}}, ModelFileError, r"phoneme_id_map lacks '\^'"),
        ({"num_speakers": 3, "speaker_id_map": {}}, ModelFileError, "no speaker_id_map"),
        ({"num_speakers": 2, "speaker_id_map": {"x": 0, "y": 1}}, ModelFileError, "is no voice of Piper"),
        ({"audio": {}}, DocumentError, "sample_rate"),
    ],
)
def test_a_wrong_file_of_piper_is_named(
    tmp_path: Path, settings: dict[str, object], error: type[BabySLMError], message: str
) -> None:
    path = tiny_piper(tmp_path / "joe.onnx", **settings)
    with pytest.raises(error, match=message):
        NeuralSynthesizer.find("piper", path)


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFileError, match=r"joe\.onnx: no such file"):
        find_origin(f"piper:{tmp_path / 'joe.onnx'}")
    tiny_piper(tmp_path / "joe.onnx").with_name("joe.onnx.json").unlink()
    with pytest.raises(NoSuchFileError, match=r"joe\.onnx\.json"):
        find_origin(f"piper:{tmp_path / 'joe.onnx'}")
    with pytest.raises(ModelFolderError, match="found none"):
        find_origin(f"kokoro:{tmp_path / 'nowhere'}")


@pytest.fixture(autouse=True)
def no_model_of_another_test() -> None:
    open_model.cache_clear()
