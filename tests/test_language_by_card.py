"""A language that the code does not know: Spanish, from a word list and cards alone."""

from pathlib import Path

import pytest

from babyslm.commands.audit import audit_stimuli
from babyslm.commands.build import build_stimuli
from babyslm.resources import ResourceNotFoundError, resource, resource_names
from babyslm.speech.audio import read_audio
from babyslm.speech.synthesis.voices import load_voices
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.words.counts import words_of

SPANISH = Path(__file__).parent.parent / "examples" / "spanish"
WORDS = SPANISH / "words.tsv"


@pytest.fixture(autouse=True)
def _own_content(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BABYSLM_CONTENT", str(SPANISH))


@pytest.mark.slow
def test_a_lexical_set_is_balanced(tmp_path: Path) -> None:
    built = build_stimuli(tmp_path / "es", language="es", tasks=("lexical",), lexicon=WORDS, voices=0, workers=1)
    pairs = built.stimuli["lexical", "test"].pairs
    assert len(pairs) > 1000
    assert pairs["word"].nunique() > 200
    report = audit_stimuli(tmp_path / "es", corpus=WORDS, sound=False)
    faults = [figure for figure in report.faults if figure.table == "lexical/test"]
    assert faults == []
    judged = {figure.check for figure in report.figures if figure.judged and figure.table == "lexical/test"}
    assert {"phone n-grams", "length", "neighbourhood", "classifier", "homophones", "duplicates"} <= judged


@pytest.mark.slow
def test_words_and_nonwords_are_spoken_by_the_voices_of_the_card(tmp_path: Path) -> None:
    build_stimuli(
        tmp_path, language="es", tasks=("lexical",), lexicon=WORDS, words=20, per_word=2, voices=4, workers=1
    )
    for table in load_stimuli(tmp_path):
        known = {voice.name for voice in load_voices("es") if voice.split == table.split}
        assert set(table.pairs["voice"]) <= known
        for stimulus in table.stimuli:
            assert stimulus.audio is not None
            assert len(read_audio(stimulus.audio)) > 1600


def test_which_letters_are_words_is_said_by_the_card() -> None:
    assert words_of("y b a la casa", "es") == ["y", "a", "la", "casa"]
    assert words_of("y b a la casa", "en") == ["a", "la", "casa"]


def test_own_content_comes_first_and_the_shipped_one_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resource("datasets", "phones/es.yaml").is_relative_to(SPANISH)
    assert not resource("datasets", "phones/en.yaml").is_relative_to(SPANISH)
    assert {"voices/en.yaml", "voices/es.yaml"} <= set(resource_names("datasets", "voices/*.yaml"))
    monkeypatch.delenv("BABYSLM_CONTENT")
    with pytest.raises(ResourceNotFoundError, match="es.yaml"):
        resource("datasets", "phones/es.yaml")
