"""Phones: the sets, the folding, and that a word sounds the same wherever it stands."""

import os
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from babyslm.resources import ResourceNotFoundError
from babyslm.stimuli.phones.pronunciation import load_phone_set, phonemize, pronounce, tokenize
from babyslm.stimuli.words.lexicon import read_lemmas
from babyslm.verify.stimuli.lexicon import DictionaryError, UnknownPhoneError, UnpronounceableError

OFFICIAL = "aɪ aʊ b d dʒ eɪ f h iː j k l m n oʊ p s t tʃ uː v w z æ ð ŋ ɑ ɔ ɔɪ ə ɛ ɜː ɡ ɪ ɹ ʃ ʊ ʌ ʒ θ"
LEMMAS = Path(__file__).parent.parent.parent / "datasets" / "lexicons"


def inflected(language: str) -> list[tuple[str, str, dict[str, str]]]:
    """(lemma, category, forms by name) of the shipped list, read without the code under test."""
    table = read_lemmas(LEMMAS / f"child-{language}.tsv")
    return [
        (word, category, dict(pair.split("=") for pair in forms.split(";") if pair))
        for word, category, forms in zip(table["word"], table["category"], table["forms"], strict=True)
    ]


def phones_of(words: set[str], language: str) -> dict[str, str]:
    ordered = sorted(words)
    return dict(zip(ordered, phonemize(ordered, language), strict=True))


def test_english_has_exactly_the_official_phones() -> None:
    assert set(load_phone_set("en").inventory) == set(OFFICIAL.split())


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_table_of_a_phone_set_leads_into_its_inventory(language: str) -> None:
    phone_set = load_phone_set(language)
    tables = [phone_set.espeak_folding, phone_set.words, phone_set.arpabet]
    reached = {phone for table in tables for phones in table.values() for phone in phones.split()}
    reached |= {phone for _, new in phone_set.rewrites for phone in new.split()}
    reached |= {phone for _, _, new in phone_set.spelling_rewrites for phone in new.split()}
    assert reached <= set(phone_set.inventory)
    assert set(phone_set.vowels) | set(phone_set.consonants) == set(phone_set.inventory)
    assert not set(phone_set.vowels) & set(phone_set.consonants)


def test_an_unknown_language_names_what_is_shipped() -> None:
    with pytest.raises(ResourceNotFoundError, match=r"phones/en\.yaml") as caught:
        load_phone_set("xx")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("bird", "b ɜː d"),
        ("water", "w ɔ t ə ɹ"),
        ("button", "b ʌ t ə n"),
        ("bottle", "b ɑ t ə l"),
        ("car", "k ɑ ɹ"),
        ("four", "f ɔ ɹ"),
        ("air", "ɛ ɹ"),
        ("fire", "f aɪ ə ɹ"),
        ("mirror", "m ɪ ɹ ə ɹ"),
        ("hurry", "h ɜː iː"),
        ("happy", "h æ p iː"),
        ("puppies", "p ʌ p iː z"),
        ("cookie", "k ʊ k iː"),
        ("a", "ə"),
    ],
)
def test_english_words_are_written_as_the_official_set_writes_them(word: str, phones: str) -> None:
    assert phonemize([word], "en") == [phones]


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("maman", "m a m ɑ̃"),
        ("brun", "b ʁ œ̃"),
        ("lapin", "l a p ɛ̃"),
        ("bonbon", "b ɔ̃ b ɔ̃"),
        ("nuit", "n ɥ i"),
        ("montagne", "m ɔ̃ t a ɲ"),
        ("fille", "f i j"),
        ("œufs", "ø"),
        ("écoles", "e k ɔ l"),
        ("jouent", "ʒ u"),
        ("parking", "p a ʁ k i ŋ"),
        ("aujourd'hui", "o ʒ u ʁ d ɥ i"),
    ],
)
def test_french_words_have_their_nasal_vowels_and_glides(word: str, phones: str) -> None:
    assert phonemize([word], "fr") == [phones]


def test_french_has_no_liaison() -> None:
    assert phonemize(["les enfants"], "fr") == ["l e | ɑ̃ f ɑ̃"]


def test_a_sentence_keeps_its_word_boundaries_and_loses_its_punctuation() -> None:
    assert phonemize(["The cat!", "Don't, Mommy."], "en") == ["ð ə | k æ t", "d oʊ n t | m ɑ m iː"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't touch it!", ["don't", "touch", "it"]),
        ("L’eau, grand-mère ?", ["l'eau", "grand-mère"]),
        ("choo_choo -- ok...", ["choo", "choo", "ok"]),
        ("«Œuf»", ["œuf"]),
        ("...", []),
    ],
)
def test_texts_are_cut_into_lower_case_words(text: str, words: list[str]) -> None:
    assert tokenize(text) == words


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["the", "cats", "a", "of", "water", "to", "Mommy", "I", "read", "don't"]), min_size=1))
def test_a_word_sounds_the_same_alone_and_in_any_sentence(words: list[str]) -> None:
    alone = [phonemize([word], "en")[0] for word in words]
    assert phonemize([" ".join(words)], "en") == [" | ".join(alone)]
    assert phonemize(words, "en") == alone


def test_phones_do_not_depend_on_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["little", "bear", "swimming", "quiet", "house", "birds"]
    fresh: dict[str, str] = {}
    for word in words:
        monkeypatch.setattr("babyslm.stimuli.phones.pronunciation._memory", lambda _: ({}, {}))
        fresh[word] = phonemize([word], "en")[0]
    memory: tuple[dict[str, str], dict[str, Exception]] = ({}, {})
    monkeypatch.setattr("babyslm.stimuli.phones.pronunciation._memory", lambda _: memory)
    assert dict(zip(reversed(words), phonemize(words[::-1], "en"), strict=True)) == fresh


def test_a_symbol_outside_the_set_is_an_error_that_names_word_and_symbol() -> None:
    with pytest.raises(UnknownPhoneError, match=r"'tsk'.*'ʘ'.*phone set of en"):
        load_phone_set("en").fold(["t", "ʘ"], "tsk")


def test_a_text_without_words_is_an_error() -> None:
    with pytest.raises(UnpronounceableError, match=r"'!\?': has no phones in en"):
        phonemize(["cat", "!?"], "en")


@pytest.mark.parametrize("word", ["漢", "привет", "ø"])
def test_a_word_of_foreign_letters_is_left_out_and_not_spelled_by_name(word: str) -> None:
    known, faults = pronounce(["cat", word], "en")
    assert known == {"cat": "k æ t"}
    assert set(faults) == {word}
    with pytest.raises(type(faults[word]), match=word):
        phonemize([word], "en")


def test_the_skeleton_tells_vowels_from_consonants() -> None:
    assert load_phone_set("en").skeleton(phonemize(["strawberry"], "en")[0].split()) == "CCCVCVCV"


class TestDictionary:
    TEXT = ";;; comment\nWATER  W AA1 T ER0\nBIRD  B ER1 D\nABOUT  AH0 B AW1 T\nCUP  K AH1 P\nCUP(2)  K UH1 P\n"

    def test_goes_before_espeak_and_folds_arpabet_the_official_way(self, tmp_path: Path) -> None:
        path = tmp_path / "cmudict.dict"
        path.write_text(self.TEXT, encoding="utf-8")
        said = phonemize(["water", "bird", "about", "cup", "cat"], "en", dictionary=path)
        assert said == ["w ɑ t ə ɹ", "b ɜː d", "ə b aʊ t", "k ʌ p", "k æ t"]

    def test_does_not_change_what_is_said_without_it(self, tmp_path: Path) -> None:
        path = tmp_path / "cmudict.dict"
        path.write_text("CAT  D AO1 G\n", encoding="utf-8")
        assert phonemize(["cat"], "en", dictionary=path) == ["d ɔ ɡ"]
        assert phonemize(["cat"], "en") == ["k æ t"]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("CAT\n", r"dict:1: contains a word without phones"),
            (";;; nothing\n", r"dict: contains no word"),
        ],
    )
    def test_faults_name_file_and_line(self, tmp_path: Path, text: str, message: str) -> None:
        path = tmp_path / "cmu.dict"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DictionaryError, match=message):
            phonemize(["cat"], "en", dictionary=path)

    def test_an_unknown_symbol_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "cmu.dict"
        path.write_text("CAT  K QQ1 T\n", encoding="utf-8")
        with pytest.raises(DictionaryError, match=r"cmu\.dict:1: 'cat'.*'QQ1'"):
            phonemize(["cat"], "en", dictionary=path)

    def test_an_edited_file_is_read_again(self, tmp_path: Path) -> None:
        path = tmp_path / "cmu.dict"
        for text, phones in (("CAT  D AO1 G\n", "d ɔ ɡ"), ("CAT  K AW1\n", "k aʊ")):
            path.write_text(text, encoding="utf-8")
            os.utime(path, ns=(len(text), len(text)))
            assert phonemize(["cat"], "en", dictionary=path) == [phones]

    def test_latin_1_is_read_as_old_releases_are_written(self, tmp_path: Path) -> None:
        path = tmp_path / "cmu.dict"
        path.write_bytes("CAFÉ  K AE0 F EY1\n".encode("latin-1"))
        assert phonemize(["café"], "en", dictionary=path) == ["k æ f eɪ"]

    def test_a_missing_file_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(DictionaryError, match="cannot be read"):
            phonemize(["cat"], "en", dictionary=tmp_path / "none.dict")

    def test_needs_a_language_with_an_arpabet_table(self, tmp_path: Path) -> None:
        path = tmp_path / "cmu.dict"
        path.write_text(self.TEXT, encoding="utf-8")
        with pytest.raises(DictionaryError, match="fr has no ARPAbet table"):
            phonemize(["chat"], "fr", dictionary=path)


SIBILANTS = {"s", "z", "ʃ", "ʒ", "tʃ", "dʒ"}
VOICELESS = {"p", "t", "k", "f", "θ"}


def with_s(phones: str) -> str:
    last = phones.rsplit(maxsplit=1)[-1]
    return phones + (" ɪ z" if last in SIBILANTS else " s" if last in VOICELESS else " z")


def with_ed(phones: str) -> str:
    last = phones.rsplit(maxsplit=1)[-1]
    voiceless = last in VOICELESS | {"s", "ʃ", "tʃ"}
    return phones + (" ɪ d" if last in {"t", "d"} else " t" if voiceless else " d")


def test_regular_english_inflection_sounds_regular() -> None:
    """espeak-ng says some inflected forms wrongly; the tables mend every one of the shipped list."""
    irregular_plurals = {"house", "dollhouse", "treehouse", "mouth"}
    forms = inflected("en")
    phones = phones_of({word for lemma, _, named in forms for word in (lemma, *named.values())}, "en")
    wrong = []
    for lemma, category, named in forms:
        said = phones[lemma]
        if category == "noun" and re.fullmatch(rf"{lemma[:-1]}({lemma[-1]}|i)e?s", named.get("plural", "")):
            if lemma not in irregular_plurals and phones[named["plural"]] != with_s(said):
                wrong.append((lemma, phones[named["plural"]]))
        elif category == "verb" and lemma not in {"have", "say"}:
            if phones[named["third"]] != with_s(said):
                wrong.append((lemma, phones[named["third"]]))
            regular = named["past"].endswith("ed") and named["past"] not in {"bled", "fed", "led"}
            if regular and phones[named["past"]] != with_ed(said):
                wrong.append((lemma, phones[named["past"]]))
    assert wrong == []


def test_silent_french_endings_are_silent() -> None:
    """Plurals in -s, and the singular persons and the third plural of -er verbs, sound like their first form."""
    audible = {"bonhomme", "bœuf", "œuf", "madame", "monsieur"}
    forms = inflected("fr")
    phones = phones_of({word for lemma, _, named in forms for word in (lemma, *named.values())}, "fr")
    wrong = []
    for lemma, category, named in forms:
        if category in {"noun", "adjective"} and named.get("plural", "").endswith("s") and lemma not in audible:
            pairs = [(lemma, named["plural"])]
            pairs += [(named["feminine"], named["feminine_plural"])] if category == "adjective" else []
        elif category == "verb" and lemma.endswith("er") and lemma != "aller":
            pairs = [(named["first"], named[other]) for other in ("second", "third", "third_plural")]
            pairs += [(lemma, named["participle"]), (lemma, named["second_plural"])]
        else:
            continue
        wrong += [(one, other) for one, other in pairs if phones[one] != phones[other]]
    assert wrong == []


@pytest.mark.realdata
def test_three_quarters_of_the_official_words_are_phonemised_exactly_alike(realdata: Path) -> None:
    gold = pd.read_csv(realdata / "babyslm_librivox_1024h" / "lexical" / "gold.csv", keep_default_na=False)
    words = gold[gold["correct"] == 1].drop_duplicates("word")
    said = pd.Series(phonemize(list(words["word"]), "en"), index=words.index)
    assert len(words) == 3733
    assert (said == words["phones"]).mean() > 0.75
    heard = said[words["frequency"].astype(int) >= 100]
    assert (heard == words["phones"].loc[heard.index]).mean() > 0.85
