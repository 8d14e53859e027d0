"""Citation forms: the same words are the same sounds in any order."""

from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from babyslm.speech.acoustic_audit import summarize
from babyslm.speech.audio import RATE, read_audio
from babyslm.speech.signal.level import MARGIN, speech_bounds
from babyslm.speech.speak import speak_table
from babyslm.speech.synthesis.citation import GAP, GRID, CitationSynthesizer
from babyslm.speech.synthesis.synthesizer import EspeakSynthesizer, Speech, Utterance
from babyslm.speech.synthesis.voices import choose_voices

EMMA = choose_voices("en", names=["emma"])[0]
WORDS = ("ð ə", "b ɪ ɡ", "m ʌ ŋ k iː", "s l iː p s")


def say(*words: str) -> Utterance:
    return Utterance(tuple(" | ".join(words).split()), EMMA)


def energy(speech: Speech) -> float:
    return float(np.square(speech.samples, dtype=np.float64).sum())


def test_each_word_is_the_one_spoken_alone_at_its_place_on_the_grid() -> None:
    speech = CitationSynthesizer().speak(say(*WORDS))
    at = round(MARGIN * RATE)
    for word in WORDS:
        alone = EspeakSynthesizer().speak(say(word)).samples
        start, end = speech_bounds(alone)
        sound = alone[start:end]
        assert np.array_equal(speech.samples[at : at + len(sound)], sound)
        assert not speech.samples[at + len(sound) : at + len(sound) + round(GAP * RATE)].any()
        at += len(sound)
        at += int(np.argmax(speech.samples[at:] != 0))
        assert (at - MARGIN * RATE) % (GRID * RATE) == 0 or word == WORDS[-1]
    assert speech.phones == tuple(" ".join(WORDS).split())
    assert (np.diff(speech.onsets) > 0).all()
    assert speech.onsets[0] == pytest.approx(MARGIN, abs=0.03)


def test_order_leaves_no_trace_in_the_summaries() -> None:
    orders = [CitationSynthesizer().speak(say(*order)) for order in permutations(WORDS[:3])]
    found = [summarize(speech.waveform) for speech in orders]
    for name in ("duration", "level", "spectral centroid", "spectral tilt"):
        assert len({summary[name] for summary in found}) == 1, name
    assert np.ptp([summary["pitch"] for summary in found]) < 3
    in_one_go = [summarize(EspeakSynthesizer().speak(say(*order)).waveform) for order in permutations(WORDS[:3])]
    assert len({summary["duration"] for summary in in_one_go}) > 1


def test_a_crossing_of_four_cancels_out() -> None:
    def of(first: str, last: str) -> Speech:
        return CitationSynthesizer().speak(say("ð ə", first, "s t ɪ l", last))

    one, many, runs, run = "b ɔɪ", "b ɔɪ z", "ɹ ʌ n z", "ɹ ʌ n"
    good, bad = (of(one, runs), of(many, run)), (of(one, run), of(many, runs))
    for measure in (lambda speech: len(speech.samples), energy):
        assert sum(map(measure, good)) == pytest.approx(sum(map(measure, bad)), rel=1e-9)


def sentences() -> pd.DataFrame:
    texts = {"The big monkey": (1, "ð ə | b ɪ ɡ | m ʌ ŋ k iː"), "The monkey big": (0, "ð ə | m ʌ ŋ k iː | b ɪ ɡ")}
    return pd.DataFrame(
        [
            {"id": "1", "filename": text.replace(" ", "_"), "voice": "", "type": "order", "subtype": "order"}
            | {"correct": correct, "transcription": text, "phones": phones}
            for text, (correct, phones) in texts.items()
        ]
    )


def test_sentences_of_a_table_are_spoken_word_by_word_or_in_one_go(tmp_path: Path) -> None:
    for prosody, alike in (("citation", True), ("sentence", False)):
        speak_table(sentences(), "syntactic", tmp_path / prosody, (EMMA,), prosody=prosody)
        one, other = (read_audio(path) for path in sorted((tmp_path / prosody).glob("*.wav")))
        assert (len(one) == len(other)) is alike
        assert (summarize(one)["spectral tilt"] == summarize(other)["spectral tilt"]) is alike


@dataclass(frozen=True)
class Counting:
    slow: ClassVar[bool] = False
    heard: ClassVar[list[tuple[tuple[str, ...], str | None]]] = []

    def key(self, utterance: Utterance) -> str:
        return " ".join(utterance.phones)

    def speak(self, utterance: Utterance) -> Speech:
        self.heard.append((utterance.phones, utterance.text))
        return Speech(np.full(1000, 500, dtype=np.int16))


def test_a_word_is_spoken_once_and_told_its_spelling() -> None:
    speaker = CitationSynthesizer(Counting())
    Counting.heard.clear()
    for scene in ("a", "b"):
        speech = speaker.speak(Utterance(say("ð ə", "k æ t", "ð ə").phones, EMMA, "the cat the", scene))
    assert Counting.heard == [(("ð", "ə"), "the"), (("k", "æ", "t"), "cat")]
    assert speech.phones == ()
    speaker.speak(Utterance(say("d ɔ ɡ", "z").phones, EMMA, "dogs"))  # spelled as one word: nothing to hand on
    assert Counting.heard[2:] == [(("d", "ɔ", "ɡ"), None), (("z",), None)]


def test_the_key_changes_with_the_words_and_their_order_alone() -> None:
    speaker = CitationSynthesizer()
    assert speaker.key(say(*WORDS)) == speaker.key(Utterance(say(*WORDS).phones, EMMA, scene="kitchen"))
    assert speaker.key(say(*WORDS)) != speaker.key(say(*WORDS[::-1]))
    assert speaker.key(say(WORDS[1])) != EspeakSynthesizer().key(say(WORDS[1]))
