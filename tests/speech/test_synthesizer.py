"""Phones to sound: the same bytes every time, one silence, one level; and outside programs behind the same door."""

import hashlib
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from babyslm.speech.audio import RATE
from babyslm.speech.signal.level import LEVEL, MARGIN, normalize_speech, speech_bounds
from babyslm.speech.synthesis.espeak_engine import engine
from babyslm.speech.synthesis.mnemonics import load_mnemonics
from babyslm.speech.synthesis.synthesizer import CommandSynthesizer, EspeakSynthesizer, Speech, Utterance
from babyslm.speech.synthesis.voices import choose_voices, load_voices
from babyslm.verify.errors import BabySLMError
from babyslm.verify.speech.voices import CommandError, MisheardError, PlaceholderError

EMMA, HUGO = choose_voices("en", split="dev")
WRITER = """
import sys, wave
out, text, rate = sys.argv[1], sys.argv[2], 22050
with wave.open(out, "wb") as file:
    file.setnchannels(2), file.setsampwidth(2), file.setframerate(rate)
    frames = range(len(text) * rate // 100)
    file.writeframes(b"".join((1000 * (i // 50 % 2)).to_bytes(2, "little") * 2 for i in frames))
"""


def speak(phones: str, voice: object = EMMA) -> Speech:
    return EspeakSynthesizer().speak(Utterance(tuple(phones.split()), voice))  # type: ignore[arg-type]


def test_what_was_spoken_before_changes_no_sample() -> None:
    forwards = [speak(phones).samples.tobytes() for phones in ("k æ t", "ʃ uː", "w ɪ ʃ", "ð ə | d ɔ ɡ")]
    backwards = [speak(phones).samples.tobytes() for phones in ("ð ə | d ɔ ɡ", "w ɪ ʃ", "ʃ uː", "k æ t")]
    assert forwards == backwards[::-1]


@settings(max_examples=60, deadline=None)
@given(data=st.data(), language=st.sampled_from(["en", "fr"]))
def test_any_two_utterances_in_any_voices_give_the_same_in_either_order(data: st.DataObject, language: str) -> None:
    table = load_mnemonics(language)
    word = st.lists(st.sampled_from(sorted(table.mnemonics)), min_size=1, max_size=7)
    utterance = st.builds(Utterance, word.map(tuple), st.sampled_from(load_voices(language)))
    first, second = data.draw(utterance), data.draw(utterance)
    synthesizer = EspeakSynthesizer()
    once = [synthesizer.speak(each).samples.tobytes() for each in (first, second)]
    again = [synthesizer.speak(each).samples.tobytes() for each in (second, first)]
    assert once == again[::-1]


def test_another_process_gives_the_same_samples() -> None:
    code = (
        "import hashlib; from babyslm.speech.synthesis.synthesizer import *\n"
        "from babyslm.speech.synthesis.voices import choose_voices\n"
        "voice = choose_voices('en', names=['hugo'])[0]\n"
        "speech = EspeakSynthesizer().speak(Utterance(tuple('d ʒ'.split()) + ('ʌ',), voice))\n"
        "print(hashlib.sha256(speech.samples.tobytes()).hexdigest())"
    )
    speak("ɡ l ɑ")
    here = hashlib.sha256(speak("d ʒ ʌ", HUGO).samples.tobytes()).hexdigest()
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert here == there


def test_two_voices_and_two_phone_strings_give_four_sounds() -> None:
    sounds = {speak(phones, voice).samples.tobytes() for phones in ("k æ t", "k ɪ t") for voice in (EMMA, HUGO)}
    assert len(sounds) == 4


@pytest.mark.parametrize("phones", ["k æ t", "s", "ð ə | b ɪ ɡ | d ɔ ɡ", "h uː"])
def test_silence_and_level_are_the_same_for_all(phones: str) -> None:
    samples = speak(phones).samples
    margin = round(MARGIN * RATE)
    assert not samples[:margin].any()
    assert not samples[-margin:].any()
    inside = samples[margin:-margin].astype(float) / 32768
    level = 20 * np.log10(np.sqrt(np.mean(inside**2)))
    assert level == pytest.approx(LEVEL, abs=0.05)
    assert np.abs(samples).max() < 32768 * 0.99


def test_phones_come_with_their_times() -> None:
    speech = speak("ð ə | k æ t")
    assert speech.phones == ("ð", "ə", "k", "æ", "t")
    assert speech.onsets[0] == pytest.approx(MARGIN, abs=0.02)
    assert all(0.01 < later - earlier < 0.4 for earlier, later in pairwise(speech.onsets))
    assert speech.onsets[-1] < speech.seconds - MARGIN
    vowel = speech.waveform[round(speech.onsets[3] * RATE) : round(speech.onsets[4] * RATE)]
    closure = speech.waveform[round(speech.onsets[2] * RATE) :][: round(0.03 * RATE)]
    assert np.std(vowel) > 2 * np.std(closure)


def test_a_wrong_answer_of_espeak_is_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    table = load_mnemonics("en")
    monkeypatch.setattr(type(table), "encode", lambda self, phones: "[[k|'I|t]]")
    with pytest.raises(MisheardError, match="was asked to speak 'k æ t' and spoke 'k ɪ t'"):
        speak("k æ t")


def test_an_engine_serves_a_whole_process() -> None:
    assert engine() is engine()


def test_the_content_key_follows_all_that_decides_the_sound() -> None:
    espeak, command = EspeakSynthesizer(), CommandSynthesizer(("say", "{text}", "{out}"))
    base = Utterance(("k", "æ", "t"), EMMA, "cat")
    respelled = Utterance(("k", "æ", "t"), EMMA, "Kat")
    assert espeak.key(base) == espeak.key(respelled)  # the embedded voices never see the spelling
    others = {
        espeak.key(Utterance(("k", "æ"), EMMA, "cat")),
        espeak.key(Utterance(("k", "æ", "t"), HUGO, "cat")),
        command.key(base),
        command.key(respelled),
        CommandSynthesizer(("say", "{text}", "{out}"), version="2").key(base),
    }
    assert len(others | {espeak.key(base)}) == 6


@settings(max_examples=50, deadline=None)
@given(
    gain=st.floats(0.001, 1),
    before=st.integers(0, 4000),
    after=st.integers(0, 4000),
    seed=st.integers(0, 5),
)
def test_level_and_silence_do_not_depend_on_how_it_was_recorded(
    gain: float, before: int, after: int, seed: int
) -> None:
    speech = np.random.default_rng(seed).normal(0, 0.2, 3000).clip(-1, 1)
    speech[[0, -1]] = 0.5
    recorded = np.concatenate([np.zeros(before), speech * gain, np.zeros(after)])
    samples, shift = normalize_speech(recorded, RATE)
    plain, _ = normalize_speech(speech, RATE)
    assert np.abs(samples.astype(int) - plain).max() <= 1
    assert shift == pytest.approx(MARGIN - before / RATE)


def test_silence_has_no_bounds_and_stays_silent() -> None:
    assert speech_bounds(np.zeros(100)) == (0, 0)
    assert not normalize_speech(np.zeros(100), RATE)[0].any()


def test_an_outside_program_speaks_through_the_same_door(tmp_path: Path) -> None:
    script = tmp_path / "writer.py"
    script.write_text(WRITER)
    outside = CommandSynthesizer((sys.executable, str(script), "{out}", "{voice}:{ipa}:{text}"))
    speech = outside.speak(Utterance(("ð", "ə", "|", "k", "æ", "t"), EMMA, 'the "cat"; rm -rf {out}'))
    said = 'emma:ðə kæt:the "cat"; rm -rf {out}'
    assert speech.seconds == pytest.approx(len(said) / 100 + 2 * MARGIN, abs=0.01)
    inside = speech.waveform[round(MARGIN * RATE) : -round(MARGIN * RATE)]
    assert 20 * np.log10(np.sqrt(np.mean(inside**2))) == pytest.approx(LEVEL, abs=0.1)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys; sys.exit('no voice')", "exit code 1 \\(no voice\\)"),
        ("pass", "wrote no file"),
        ("import sys; open(sys.argv[1], 'w').write('hello')", "not usable sound"),
        ("import time; time.sleep(60)", "took more than 2 s"),
    ],
)
def test_a_program_that_fails_is_named_with_its_last_words(code: str, message: str) -> None:
    outside = CommandSynthesizer((sys.executable, "-c", code, "{out}", "{ipa}"), timeout=2)
    with pytest.raises(CommandError, match=message):
        outside.speak(Utterance(("k",), EMMA))


def test_a_program_that_is_not_there_or_told_too_little_is_named() -> None:
    with pytest.raises(CommandError, match="cannot be started"):
        CommandSynthesizer(("/no/such/program", "{ipa}", "{out}")).speak(Utterance(("k",), EMMA))
    for command, missing in ((("say", "{text}"), "{out}"), (("say", "{out}"), "{text} or {ipa}")):
        with pytest.raises(PlaceholderError, match=missing.replace("{", r"\{")) as caught:
            CommandSynthesizer(command)
        assert isinstance(caught.value, BabySLMError)
        assert caught.value.exit_code == 2
