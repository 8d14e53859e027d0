"""Errors cross from one process to another with their type and message."""

import pickle
from pathlib import Path

import pytest

from babyslm.speech.synthesis.many import synthesize
from babyslm.speech.synthesis.synthesizer import Utterance
from babyslm.speech.synthesis.voices import choose_voices
from babyslm.verify.errors import BabySLMError, UsageError
from babyslm.verify.speech.voices import UnspeakablePhoneError


@pytest.mark.parametrize("error", [UnspeakablePhoneError("q", ("k", "q"), "en"), UsageError("x"), BabySLMError()])
def test_an_error_is_the_same_after_its_way_through_a_pipe(error: BabySLMError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.exit_code) == (type(error), str(error), error.exit_code)


def test_a_fault_in_another_process_is_named_as_in_this_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("babyslm.speech.synthesis.many.WORTHWHILE", 2)
    voice = choose_voices("en", split="dev")[0]
    items = [(tmp_path / f"{number}.wav", Utterance(("q",), voice)) for number in range(130)]
    with pytest.raises(UnspeakablePhoneError, match="^'q': 'q' is not a phone of en; known are those of [^;]*yaml$"):
        synthesize(items, workers=2)
    assert list(tmp_path.iterdir()) == []
