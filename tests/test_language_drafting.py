"""Drafting a language: words in, cards out that the synthesiser follows, and a list of what is left to decide."""

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from babyslm.cli import app
from babyslm.commands.language import draft_cards, read_words
from babyslm.speech.languages.draft import draft_language
from babyslm.speech.languages.transcription import Phoneme, Transcription, espeak_languages, is_vowel, transcribe
from babyslm.speech.synthesis.mnemonics import read_mnemonics
from babyslm.stimuli.phones.phone_set import read_phone_set
from babyslm.verify.documents import NoSuchFileError
from babyslm.verify.speech.languages import (
    CardExistsError,
    EmptyWordListError,
    UnknownEspeakLanguageError,
    UnpronouncedWordError,
)
from babyslm.verify.stimuli.lexicon import LexiconFormatError

WORDS = {
    "es": "perro casa dedo agua bebé vaca gato río mesa lobo nube dado amigo lago uva",
    "it": "gatto casa ragazzo pizza acqua zio mela topo luna pane nonno bagno anguria zucchero",
    "de": "Hund Katze Vogel Mädchen Milch Kuchen Buch Fuß Haus Auge Ohr Nase rot müde ich",
}
LANGUAGES = pytest.mark.parametrize("language", sorted(WORDS))


def listed(folder: Path, text: str) -> Path:
    path = folder / "words.tsv"
    path.write_text("word\tcount\n" + "".join(f"{word}\t10\n" for word in text.split()), encoding="utf-8")
    return path


@LANGUAGES
def test_every_phone_of_the_words_is_in_the_cards_under_the_name_the_synthesiser_gives_it(
    tmp_path: Path, language: str
) -> None:
    drafted = draft_cards(language, listed(tmp_path, WORDS[language]), tmp_path / "out")
    phones = read_phone_set(tmp_path / "out" / "datasets" / "phones" / f"{language}.yaml")
    table = read_mnemonics(tmp_path / "out" / "datasets" / "phones" / f"mnemonics-{language}.yaml", phones)
    assert set(phones.inventory) == set(table.mnemonics) == set(drafted.draft.inventory)
    for word in drafted.draft.words:
        for each in word.phonemes:
            if each.ipa:
                phone = phones.espeak_folding.get(each.ipa, each.ipa)
                assert table.heard[each.mnemonic] == phone, (word.word, each)
            else:
                assert each.mnemonic in table.glides


def test_known_facts_of_spanish_are_found(tmp_path: Path) -> None:
    drafted = draft_cards("es", listed(tmp_path, WORDS["es"]), tmp_path / "out")
    draft = drafted.draft
    assert draft.stress == "penultimate"
    assert {"β", "ð", "ɣ", "r", "θ"} & set(draft.inventory) >= {"β", "ð", "ɣ", "r"}
    assert draft.mnemonics["ð"] == "D"
    assert ";" in draft.glides  # spoken between the vowels of río, and no phone
    text = "\n".join(drafted.decisions)
    assert "d and ð" in text
    assert "never between the same neighbours" in text
    assert "taboo-es.txt" in text


def test_long_consonants_that_the_synthesiser_shortens_are_told(tmp_path: Path) -> None:
    text = "\n".join(draft_cards("it", listed(tmp_path, WORDS["it"]), tmp_path / "out").decisions)
    assert "kː is spoken as k" in text
    assert "`kː: k k` for a long consonant" in text


def test_all_four_cards_are_written_and_none_is_overwritten(tmp_path: Path) -> None:
    words = listed(tmp_path, WORDS["it"])
    drafted = draft_cards("it", words, tmp_path / "out")
    names = [str(path.relative_to(tmp_path / "out" / "datasets")) for path in drafted.files]
    assert names == ["phones/it.yaml", "phones/mnemonics-it.yaml", "voices/it.yaml", "lexicons/taboo-it.txt"]
    assert all(path.is_file() for path in drafted.files)
    voices = yaml.safe_load(drafted.files[2].read_text(encoding="utf-8"))["voices"]
    assert sorted({(voice["split"], voice["sex"]) for voice in voices.values()}) == [
        (split, sex) for split in ("dev", "test", "train") for sex in ("female", "male")
    ]
    with pytest.raises(CardExistsError, match=r"it.yaml: is there already; name another folder"):
        draft_cards("it", words, tmp_path / "out")


def test_the_commonest_symbol_and_mnemonic_are_taken() -> None:
    def word(*pairs: tuple[str, str]) -> Transcription:
        return Transcription("x", tuple(Phoneme(mnemonic, ipa) for mnemonic, ipa in pairs))

    draft = draft_language("xx", "xx", "xx", [word(("r", "ɾ"), ("a", "a")), word(("r", "ɾ"), ("*", "ɾ"), ("r", "r"))])
    assert dict(draft.counts) == {"a": 1, "ɾ": 4}
    assert draft.folding == {"r": "ɾ"}
    assert draft.mnemonics == {"a": "a", "ɾ": "r"}
    assert draft.allophones == {"*": "ɾ"}


def test_stress_is_read_off_the_words() -> None:
    found = transcribe([(1, "casa"), (2, "ciudad"), (3, "pingüino")], "es")
    assert [word.stress for word in found] == [(0, 2), (1, 2), (2, 4)]
    assert not any(word.foreign for word in found)


def test_vowels_are_told_from_consonants() -> None:
    assert [is_vowel(symbol) for symbol in ("a", "aʊ", "ɜː", "n̩", "w", "tʃ", "ʁ")] == [True] * 4 + [False] * 3


def test_languages_are_those_of_the_embedded_espeak() -> None:
    known = espeak_languages()
    assert known["fr"] == "fr-fr"
    assert {"es", "it", "de", "tr", "pl"} <= known.keys()


def test_a_language_that_espeak_does_not_speak_is_named_with_its_neighbours(tmp_path: Path) -> None:
    with pytest.raises(UnknownEspeakLanguageError, match=r"no language 'itt'; near are .*it.*--espeak"):
        draft_cards("itt", listed(tmp_path, "casa"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("word", "reason"), [("ca$a", "is no letter"), ("12", "is no letter"), ("-", "no phones")])
def test_a_word_without_pronunciation_is_named_with_its_row(tmp_path: Path, word: str, reason: str) -> None:
    with pytest.raises(UnpronouncedWordError, match=rf"row 3: '{word.replace('$', '.')}' cannot be .*{reason}"):
        draft_cards("it", listed(tmp_path, f"casa {word}"), tmp_path / "out")


def test_an_empty_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmptyWordListError, match=r"words.tsv: holds no word; write one a line"):
        draft_cards("it", listed(tmp_path, ""), tmp_path / "out")
    with pytest.raises(NoSuchFileError):
        draft_cards("it", tmp_path / "none.tsv", tmp_path / "out")


def test_a_list_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.tsv"
    path.write_bytes(b"casa\nper\xf2\n")
    with pytest.raises(LexiconFormatError, match=r"not UTF-8 text \(byte 8\)"):
        draft_cards("it", path, tmp_path / "out")


def test_each_word_is_read_once_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("Casa\n\n# a remark\ncasa\nmela\n", encoding="utf-8")
    assert read_words(path) == [(1, "casa"), (5, "mela")]


def test_the_command_prints_what_to_decide_and_what_comes_next(tmp_path: Path) -> None:
    words = listed(tmp_path, WORDS["it"])
    told = CliRunner().invoke(app, ["language", "it", "--words", str(words), "--out", str(tmp_path / "out")])
    assert told.exit_code == 0
    assert "To decide:" in told.output
    assert "--check" in told.output
    again = ["language", "it", "--words", str(words), "--out", str(tmp_path / "other"), "--json"]
    found = json.loads(CliRunner().invoke(app, again).output)
    assert {"a", "t", "ɲ"} < set(found["phones"])
    assert found["words"] == len(WORDS["it"].split())
