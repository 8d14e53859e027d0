"""Languages that the code does not know, Spanish and Italian: from a word list and cards alone."""

from pathlib import Path

import pytest

from babyslm.commands.audit import audit_stimuli
from babyslm.commands.build import build_stimuli
from babyslm.commands.language import check_cards
from babyslm.resources import ResourceNotFoundError, resource, resource_names
from babyslm.speech.audio import read_audio
from babyslm.speech.synthesis.voices import load_voices
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.words.counts import words_of

EXAMPLES = Path(__file__).parent.parent / "examples"
SPANISH = EXAMPLES / "spanish"
WORDS = SPANISH / "words.tsv"
CARDS = pytest.mark.parametrize(("language", "name", "fewest"), [("es", "spanish", 300), ("it", "italian", 150)])


@pytest.fixture(autouse=True)
def _own_content(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BABYSLM_CONTENT", str(SPANISH))


@CARDS
def test_every_word_of_the_list_is_spoken_as_the_cards_say(
    monkeypatch: pytest.MonkeyPatch, language: str, name: str, fewest: int
) -> None:
    monkeypatch.setenv("BABYSLM_CONTENT", str(EXAMPLES / name))
    checked = check_cards(language, EXAMPLES / name / "words.tsv")
    assert checked.faults == {}
    assert checked.words > fewest


def test_words_that_the_cards_do_not_cover_are_told(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("casa\nça\n", encoding="utf-8")
    checked = check_cards("es", path)
    assert checked.words == 2
    assert list(checked.faults) == ["ça"]
    assert "1 of 2 words are spoken" in checked.as_text()


@pytest.mark.slow
@CARDS
def test_a_lexical_set_passes_its_audit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: str, name: str, fewest: int
) -> None:
    monkeypatch.setenv("BABYSLM_CONTENT", str(EXAMPLES / name))
    words = EXAMPLES / name / "words.tsv"
    built = build_stimuli(tmp_path / name, language=language, tasks=("lexical",), lexicon=words, voices=0, workers=1)
    kept = {word for table in built.stimuli for word in table.pairs["word"]}
    assert len(kept) >= fewest
    report = audit_stimuli(tmp_path / name, corpus=words, sound=False)
    assert report.faults == ()
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
