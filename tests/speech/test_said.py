"""Was it said as asked: phone errors, the fence of each voice, and what is left out."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from babyslm.seeds import generator
from babyslm.speech.audio import Samples, write_audio
from babyslm.speech.ear import Ear
from babyslm.speech.said import compare_phones, hear_table, heard_rows, said_figures, unlike_asked, usual_errors
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


def test_the_fence_is_the_modified_z_score() -> None:
    items = rows([0, 1, 1, 2, 2, 2, 3, 3, 4, 9])
    fence = usual_errors(items)["emma"]
    assert fence.error == pytest.approx(2.7 / 10)
    assert fence.median == pytest.approx(0.2)
    assert fence.upper == pytest.approx(0.2 + 3.5 * 1.4826 * 0.1)  # the median absolute deviation is one phone of ten
    assert unlike_asked(items, {"emma": fence}).tolist() == [False] * 9 + [True]


def test_a_voice_that_is_heard_without_errors_has_a_fence_too() -> None:
    items = rows([0] * 18 + [3, 8])
    fence = usual_errors(items)["emma"]
    assert fence.upper == pytest.approx(3.5 * 1.2533 * 0.055)
    assert unlike_asked(items, {"emma": fence}).tolist() == [False] * 18 + [True, True]
    assert not unlike_asked(rows([0] * 19 + [1]), usual_errors(rows([0] * 19 + [1]))).any()  # one phone is no fault


def test_each_voice_has_its_own_fence() -> None:
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


def test_an_ear_hears_each_string_once_and_keeps_its_fence() -> None:
    voices = {split: choose_voices("en", split=split, count=2) for split in ("dev", "test")}
    reader = Reader({("s", "ɛ", "t", "s"): ("m", "m", "m", "m")})
    ear = Ear(voices, Writer(), lambda: reader, "en")
    good = sorted(good for good, _ in WORDS.values())
    assert ear({"test": good}) == {"test": frozenset()}
    fences = dict(ear.usual)
    assert reader.asked == 2 * len(good)
    assert ear({"test": [*good, "s ɛ t s", "ŋ ɑ"]}) == {"test": frozenset({"s ɛ t s", "ŋ ɑ"})}  # ŋ: cannot be spoken
    assert reader.asked == 2 * len(good) + 2
    assert ear.usual == fences
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
