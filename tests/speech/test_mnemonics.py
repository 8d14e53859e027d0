"""From phones to espeak-ng and back: the whole lexicon, and any string of phones."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from babyslm.speech.synthesis.espeak_engine import engine
from babyslm.speech.synthesis.mnemonics import MnemonicTable, load_mnemonics
from babyslm.speech.synthesis.voices import choose_voices
from babyslm.stimuli.phones.pronunciation import load_phone_set
from babyslm.stimuli.words.lexicon import load_lexicon
from babyslm.verify.speech.voices import EmptyUtteranceError, UnspeakablePhoneError

LANGUAGES = ("en", "fr")


def spoken_by_espeak(phones: tuple[str, ...], table: MnemonicTable) -> tuple[str, ...]:
    voice = choose_voices(table.language, split="dev")[0]
    raw = engine().speak(table.encode(phones), voice, table.espeak)
    return table.decode([name for name, _ in raw.events])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phone_has_one_mnemonic_of_its_own(language: str) -> None:
    table = load_mnemonics(language)
    assert set(table.mnemonics) == set(load_phone_set(language).inventory)
    assert len(set(table.mnemonics.values())) == len(table.mnemonics)
    assert set(table.heard.values()) <= set(table.mnemonics)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_lexicon_is_spoken_with_its_own_phones(language: str) -> None:
    table = load_mnemonics(language)
    words = sorted({tuple(phones.split()) for phones in load_lexicon(None, language=language).entries["phones"]})
    assert len(words) > 1000
    wrong = [word for word in words if spoken_by_espeak(word, table) != table.audible(word)]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_words_of_the_lexicon_sound_alike_but_by_the_mergers(language: str) -> None:
    table = load_mnemonics(language)
    words = {tuple(phones.split()) for phones in load_lexicon(None, language=language).entries["phones"]}
    merged = [word for word in words if table.audible(word) != tuple(phone for phone in word if phone != "|")]
    assert len({table.audible(word) for word in words}) >= len(words) - len(merged)
    assert all(any(said[0] in word for _, said, _ in table.merged) for word in merged)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_string_of_phones_is_spoken_as_asked(language: str, data: st.DataObject) -> None:
    table = load_mnemonics(language)
    word = st.lists(st.sampled_from(sorted(table.mnemonics)), min_size=1, max_size=9)
    words = data.draw(st.lists(word, min_size=1, max_size=8))
    phones = tuple(" | ".join(" ".join(each) for each in words).split())
    assert spoken_by_espeak(phones, table) == table.audible(phones)


def test_a_sentence_of_forty_words_is_spoken_to_its_end() -> None:
    table = load_mnemonics("en")
    phones = tuple(" | ".join(["ð ə", "d ɔ ɡ", "ɪ z", "b ɪ ɡ"] * 10).split())
    assert spoken_by_espeak(phones, table) == table.audible(phones)


@pytest.mark.parametrize(
    ("language", "phones", "text"),
    [
        ("en", "k æ t", "[[k|'a|t]]"),
        ("en", "b ə n æ n ə", "[[b|@|n|'a|n|@]]"),
        ("en", "ð ə | k æ t | s l iː p s", "[[D|@ k|'a|t s|l|'i:|p|s]]"),
        ("en", "ð ə", "[[D|'@]]"),
        ("en", "ɪ n", "[['I|n]]"),
        ("en", "ɪ n | ɪ t", "[[I|n I|t]]"),
        ("en", "p æ n k eɪ k", "[[p|'a|n-|k|eI|k]]"),
        ("en", "m æ n | k ɪ k s", "[[m|'a|n- k|'I|k|s]]"),
        ("en", "ʃ", "[[S]]"),
        ("fr", "b a n a n", "[[b|a|n|'a|n]]"),
        ("fr", "l ə | ʃ a", "[[l|@ S|'a]]"),
        ("fr", "i ɔ̃", "[[I2|'O~]]"),
    ],
)
def test_stress_depends_on_phones_and_place_alone(language: str, phones: str, text: str) -> None:
    assert load_mnemonics(language).encode(tuple(phones.split())) == text


@pytest.mark.parametrize(
    ("language", "phones", "audible"),
    [
        ("en", "f ɜː ɹ iː", "f ɜː iː"),
        ("en", "f ɜː iː", "f ɜː iː"),
        ("en", "b ɜː ɹ d", "b ɜː ɹ d"),
        ("en", "b ɜː ɹ | æ t", "b ɜː æ t"),
        ("en", "ð ə | k æ t", "ð ə k æ t"),
        ("fr", "b ʁ œ̃", "b ʁ ɛ̃"),
    ],
)
def test_what_sounds_alike_is_made_equal(language: str, phones: str, audible: str) -> None:
    assert load_mnemonics(language).audible(phones.split()) == tuple(audible.split())


def test_unknown_phones_and_empty_utterances_are_named() -> None:
    with pytest.raises(UnspeakablePhoneError, match=r"'k y t': 'y' is not a phone of en"):
        load_mnemonics("en").encode(("k", "y", "t"))
    for nothing in ((), ("|",)):
        with pytest.raises(EmptyUtteranceError, match="no phones"):
            load_mnemonics("en").encode(nothing)
