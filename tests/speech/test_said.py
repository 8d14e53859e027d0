"""Was it said as asked: phone errors, the usual errors of each voice, and what is left out."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from babyslm.seeds import generator
from babyslm.speech.audio import Samples, write_audio
from babyslm.speech.ear import Ear
from babyslm.speech.said import Usual, compare_phones, hear_table, heard_rows, said_figures, unlike_asked, usual_errors
from babyslm.speech.synthesis.synthesizer import Speech, Utterance
from babyslm.speech.synthesis.voices import choose_voices
from babyslm.stimuli.phones.phone_set import load_phone_set
from babyslm.stimuli.stimulus_set import COLUMNS, StimulusSet, StimulusTable
from babyslm.verify.speech.said import UnwrittenPhonesError
from babyslm.verify.speech.voices import MisheardError

PHONES = tuple(sorted(load_phone_set("en").inventory))
STEP = 100
"""Samples of a phone in the sounds of these tests, whose values tell which phone it is."""


def as_sound(phones: Sequence[str]) -> np.ndarray:
    return np.repeat([100 + 10 * PHONES.index(phone) for phone in phones], STEP).astype(np.int16)


class Reader:
    """Reads the phones of the sounds of these tests, and mishears those of some words."""

    language = "en"

    def __init__(self, misheard: dict[tuple[str, ...], tuple[str, ...]] | None = None) -> None:
        self.misheard = misheard or {}
        self.asked = 0

    def transcribe(self, waveforms: Sequence[Samples]) -> list[tuple[str, ...]]:
        self.asked += len(waveforms)
        read = [
            tuple(PHONES[round((float(value) * 32768 - 100) / 10)] for value in waveform[::STEP])
            for waveform in waveforms
        ]
        return [self.misheard.get(phones, phones) for phones in read]


class Writer:
    """Speaks the sounds of these tests."""

    slow = False

    def key(self, utterance: Utterance) -> str:
        return " ".join(utterance.phones)

    def speak(self, utterance: Utterance) -> Speech:
        if utterance.phones[0] == "ŋ":
            raise MisheardError(utterance.phones, [])
        return Speech(as_sound(utterance.phones))


def distance(asked: Sequence[str], heard: Sequence[str]) -> int:
    """Edit distance by the recurrence."""
    if not asked or not heard:
        return len(asked) + len(heard)
    return min(
        distance(asked[1:], heard) + 1,
        distance(asked, heard[1:]) + 1,
        distance(asked[1:], heard[1:]) + (asked[0] != heard[0]),
    )


def test_phones_that_differ_are_counted_as_edits() -> None:
    rng = generator(0, "strings")
    for _ in range(60):
        asked, heard = (tuple(rng.choice(["p", "tʃ", "ɑ"], size=rng.integers(0, 6)).tolist()) for _ in range(2))
        assert compare_phones(asked, heard) == distance(asked, heard)


def rows(errors: Sequence[int], voice: str = "emma", length: int = 10) -> pd.DataFrame:
    """Items of ten phones, so many of which differ."""
    asked = [("k",) * length for _ in errors]
    heard = [("k",) * (length - wrong) + ("t",) * wrong for wrong in errors]
    return heard_rows([f"w{n}-{voice}" for n in range(len(errors))], [voice] * len(errors), asked, heard)


def test_an_item_is_conspicuous_beyond_a_binomial_of_its_voice() -> None:
    items = rows([0, 1, 1, 0, 2, 1, 0, 1, 4, 5])
    usual = usual_errors(items)["emma"]
    assert (usual.items, usual.error) == (10, pytest.approx(0.15))
    # 10 × .15 + 3.5 √(10 × .15 × .85) = 5.45
    assert usual.most(np.array([10])) == pytest.approx([1.5 + 3.5 * math.sqrt(1.275)])
    assert not unlike_asked(items, {"emma": usual}).any()
    assert unlike_asked(rows([5, 6]), {"emma": usual}).tolist() == [False, True]
    assert unlike_asked(rows([2, 3], length=3), {"emma": usual}).tolist() == [False, True]


def test_one_phone_is_no_fault_and_in_a_voice_without_errors_two_are() -> None:
    assert unlike_asked(rows([1, 2]), {"emma": Usual(100, 0.0)}).tolist() == [False, True]
    assert unlike_asked(rows([1, 2], length=2), {"emma": Usual(100, 0.01)}).tolist() == [False, True]


def test_a_voice_that_is_never_understood_has_no_conspicuous_item() -> None:
    items = rows([10, 12, 9, 11])
    assert not unlike_asked(items, usual_errors(items)).any()


def test_each_voice_has_its_own_usual_error() -> None:
    items = pd.concat([rows([0] * 19 + [5]), rows([3, 4, 5, 6, 7] * 4, "max")], ignore_index=True)
    assert items["voice"][unlike_asked(items, usual_errors(items))].tolist() == ["emma"]


def table(tmp_path: Path, sounds: dict[str, tuple[str, str]]) -> StimulusTable:
    """A lexical table: word -> phones of the word and of its non-word, in one voice."""
    found = []
    for number, (word, pair) in enumerate(sounds.items()):
        for correct, phones in zip((1, 0), pair, strict=True):
            name = f"{word}{correct}-emma"
            write_audio(tmp_path / f"{name}.wav", as_sound(phones.split()))
            found.append([str(number), name, "emma", 1, word, phones, len(phones.split()), correct])
    made = pd.DataFrame(found, columns=list(COLUMNS["lexical"])).astype({"frequency": "Int64", "length": "Int64"})
    return StimulusTable("lexical", "test", made.astype({"correct": "int8"}), tmp_path)


ONSETS = ("b", "d", "f", "h", "k", "l", "m", "n", "p", "s", "v", "w")
WORDS = {f"w{n}": (f"{onset} ɪ t s", f"{onset} ɛ t s") for n, onset in enumerate(ONSETS)}


def test_words_and_non_words_are_treated_alike(tmp_path: Path) -> None:
    misheard = {("b", "ɪ", "t", "s"): ("m",), ("d", "ɛ", "t", "s"): ("m", "n")}
    swapped = {word: (bad, good) for word, (good, bad) in WORDS.items()}
    found = []
    for number, each in enumerate((WORDS, swapped)):
        (tmp_path / str(number)).mkdir()
        heard = hear_table(table(tmp_path / str(number), each), Reader(misheard))
        found.append(set(heard["asked"][unlike_asked(heard, usual_errors(heard))]))
    assert found[0] == found[1] == {"b ɪ t s", "d ɛ t s"}


def test_the_audit_names_what_is_not_said_as_asked(tmp_path: Path) -> None:
    stimuli = StimulusSet("tones", {("lexical", "test"): table(tmp_path, WORDS)})
    said = said_figures(stimuli, Reader({("b", "ɪ", "t", "s"): ()}))
    figures = {(figure.measure, figure.subset): figure for figure in said.figures}
    assert figures["phone error", "emma"].value == pytest.approx(100 * 4 / 96)
    unlike = figures["items unlike what was asked", "emma"]
    assert unlike.examples == ("w01-emma: b ɪ t s heard as nothing",)
    assert unlike.passed
    assert said.items["unlike"].sum() == 1
    assert figures["fewer phones differ", "all"].value == pytest.approx(100 * (11 * 0.5) / 12)
    assert figures["fewer phones differ", "all"].low == pytest.approx(
        50 - 7.98
    )  # two errors: 100 √(11/144) / √12 each


def test_a_table_without_phones_is_refused(tmp_path: Path) -> None:
    made = table(tmp_path, WORDS)
    silent = StimulusTable("lexical", "test", made.rows.assign(phones=""), tmp_path)
    with pytest.raises(UnwrittenPhonesError, match="24 items have no phones"):
        hear_table(silent, Reader())


def test_an_ear_hears_each_string_once_and_keeps_the_usual_errors() -> None:
    voices = {split: choose_voices("en", split=split, count=2) for split in ("dev", "test")}
    reader = Reader({("s", "ɛ", "t", "s"): ("m", "m", "m", "m")})
    ear = Ear(voices, Writer(), lambda: reader, "en")
    good = sorted(good for good, _ in WORDS.values())
    assert ear({"test": good}) == {"test": frozenset()}
    usual = dict(ear.usual)
    assert reader.asked == 2 * len(good)
    assert ear({"test": [*good, "s ɛ t s", "ŋ ɑ"]}) == {"test": frozenset({"s ɛ t s", "ŋ ɑ"})}  # ŋ: cannot be spoken
    assert reader.asked == 2 * len(good) + 2
    assert ear.usual == usual
    told = ear.as_dict()
    assert told["items_left_out"] == {"test": 2}
    assert {"split": "test", "voice": voices["test"][0].name, "asked": "s ɛ t s", "heard": "m m m m"} in told[
        "left_out"
    ]


def test_a_recogniser_that_hears_words_better_than_non_words_fails_the_audit(tmp_path: Path) -> None:
    bad = {tuple(nonword.split()): ("m", "n") for _, nonword in WORDS.values()}
    stimuli = StimulusSet("tones", {("lexical", "test"): table(tmp_path, WORDS)})
    said = said_figures(stimuli, Reader(bad))
    (figure,) = [each for each in said.figures if each.measure == "fewer phones differ" and each.judged]
    assert figure.value == 100
    assert not figure.passed
