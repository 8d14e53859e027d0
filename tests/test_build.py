"""Whole sets: the same whatever the workers, whole or without a card, younger and smaller on request."""

from pathlib import Path

import pytest

from babyslm.commands.build import build_stimuli
from babyslm.files import sha256_file
from babyslm.speech.cast import split_voices
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.words.lexicon import load_lexicon
from babyslm.verify.speech.voices import VoiceCountError

SMALL = {"language": "en", "words": 20, "pairs": 60, "per_word": 2, "seed": 3}


def sums(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): sha256_file(path) for path in sorted(folder.rglob("*.*")) if path.is_file()}


@pytest.mark.slow
def test_a_small_set_has_sound_voices_and_conditions_apart(tmp_path: Path) -> None:
    built = build_stimuli(tmp_path / "set", voices=3, conditions=("snr10",), workers=1, up_to="18-24", **SMALL)
    assert built.stimuli.card is not None
    stimuli = load_stimuli(tmp_path / "set")
    assert stimuli.checksums.keys() == built.stimuli.tables.keys() or len(stimuli) == 4
    young = set(load_lexicon(language="en").up_to("18-24").words()["phones"])
    for task in ("lexical", "syntactic"):
        dev, test = stimuli[task, "dev"], stimuli[task, "test"]
        assert len(dev.voices) == 1
        assert len(test.voices) == 2
        assert not set(dev.voices) & set(test.voices)
        for table in (dev, test):
            assert all(stimulus.audio is not None and stimulus.audio.is_file() for stimulus in table.stimuli)
            noisy = table.under("snr10").stimuli
            assert all(stimulus.audio is not None and stimulus.audio.is_file() for stimulus in noisy)
    lexical = stimuli["lexical", "test"].pairs
    assert set(lexical["phones"]) <= young
    assert lexical["phones"].nunique() <= 20


@pytest.mark.slow
def test_written_sets_are_the_same_with_one_worker_and_with_two(tmp_path: Path) -> None:
    for workers, name in ((1, "a/set"), (2, "b/set")):
        build_stimuli(tmp_path / name, voices=0, workers=workers, **SMALL)
    assert sums(tmp_path / "a") == sums(tmp_path / "b")


def test_voices_are_divided_as_in_the_official_set() -> None:
    voices = split_voices("en", 10)
    assert (len(voices["dev"]), len(voices["test"])) == (2, 8)
    for chosen in voices.values():
        assert {voice.sex for voice in chosen} == {"female", "male"}
    assert split_voices("en", 0) == {"dev": (), "test": ()}
    for count in (1, 11):
        with pytest.raises(VoiceCountError, match="from 2 to 10"):
            split_voices("en", count)
