"""Symbols: splitting, numbers, round trips, errors."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyslm.models.symbols.vocabulary import UNK, Vocabulary, normalise
from babyslm.stimuli.stimulus import Stimulus
from babyslm.verify.learners.folders import (
    CorruptModelError,
    MissingModelFileError,
    PhonesMissingError,
    SpellingMissingError,
    UnitError,
)

SENTENCES = ["The good mom.", "the mom sees it", "look at the good dog"]


def symbols_of(vocabulary: Vocabulary, line: str) -> list[str]:
    return [vocabulary.symbols[number] for number in vocabulary.encode([line])[0]]


@pytest.mark.parametrize(
    ("boundary", "expected"),
    [
        ("none", ["ð", "ə", "k", "æ", "t"]),
        ("between", ["ð", "ə", "|", "k", "æ", "t"]),
        ("around", ["|", "ð", "ə", "|", "k", "æ", "t", "|"]),
    ],
)
def test_word_boundaries_in_phones(boundary, expected):
    vocabulary = Vocabulary.build(["ð ə | k æ t"], "phones", boundary=boundary)
    assert symbols_of(vocabulary, "ð ə | k æ t") == expected


def test_characters_and_words_are_normalised():
    assert symbols_of(Vocabulary.build(SENTENCES, "words"), "The  MOM!") == ["the", "mom"]
    assert symbols_of(Vocabulary.build(SENTENCES, "characters"), "A mom?") == ["a", " ", "m", "o", "m"]
    assert normalise("  It's a dog ...  ") == "it's a dog"


def test_rare_and_unknown_symbols_are_unk():
    vocabulary = Vocabulary.build(SENTENCES, "words", at_least=2)
    assert vocabulary.symbols == ("<s>", "</s>", "<unk>", "good", "mom", "the")
    assert vocabulary.encode(["the dog"]) == [[5, UNK]]


def test_special_symbols_in_the_corpus_are_no_second_entry():
    vocabulary = Vocabulary.build(["<s> a </s> <unk>"], "words")
    assert vocabulary.symbols == ("<s>", "</s>", "<unk>", "a")


def test_numbers_do_not_depend_on_the_order_of_the_corpus():
    assert Vocabulary.build(SENTENCES, "words") == Vocabulary.build(SENTENCES[::-1], "words")


def test_bpe_covers_the_corpus_and_gives_the_text_back():
    vocabulary = Vocabulary.build(SENTENCES * 3, "bpe", size=60)
    assert vocabulary.symbols[:3] == ("<s>", "</s>", "<unk>")
    for sentence in SENTENCES:
        numbers = vocabulary.encode([sentence])[0]
        assert UNK not in numbers
        assert vocabulary.tokenizer.decode(numbers) == normalise(sentence)
    assert vocabulary.symbols == Vocabulary.build(SENTENCES[::-1] * 3, "bpe", size=60).symbols


@given(st.lists(st.integers(0, 49)))
def test_units_keep_their_order(units):
    vocabulary = Vocabulary.of_units(50)
    numbers = vocabulary.encode_units(units)
    assert [int(vocabulary.symbols[number]) for number in numbers] == units
    assert vocabulary.encode([" ".join(map(str, units))]) == [numbers]


def test_an_unknown_unit_is_named():
    with pytest.raises(UnitError, match="50"):
        Vocabulary.of_units(50).encode_units([3, 50])


def test_stimuli_by_phones_and_by_spelling():
    phones = Vocabulary.build(["k æ t"], "phones")
    assert phones.encode_stimuli([Stimulus("c", text="dog", phones=("k", "t"))]) == [phones.encode(["k t"])[0]]
    made = Vocabulary.build(["d ɑ ɔ ɡ"], "phones").encode_stimuli([Stimulus("d", text="dog")])[0]
    assert len(made) == 3
    assert UNK not in made


def test_what_lacks_its_form_is_named():
    with pytest.raises(SpellingMissingError, match="blick-A"):
        Vocabulary.build(SENTENCES, "words").encode_stimuli([Stimulus("blick-A", phones=("b", "l"))])
    with pytest.raises(PhonesMissingError, match="mute-A"):
        Vocabulary.build(["k æ t"], "phones").encode_stimuli([Stimulus("mute-A")])


@pytest.mark.parametrize("kind", ["phones", "characters", "words", "bpe"])
def test_a_saved_vocabulary_encodes_the_same(tmp_path: Path, kind):
    vocabulary = Vocabulary.build(SENTENCES, kind, boundary="around", size=40, language="fr")
    vocabulary.save(tmp_path)
    again = Vocabulary.load(tmp_path)
    assert again == vocabulary
    assert again.encode(SENTENCES) == vocabulary.encode(SENTENCES)


def test_a_damaged_vocabulary_is_named(tmp_path: Path):
    Vocabulary.build(SENTENCES, "bpe", size=40).save(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(CorruptModelError, match=r"tokenizer\.json"):
        Vocabulary.load(tmp_path)
    (tmp_path / "tokenizer.json").unlink()
    with pytest.raises(MissingModelFileError, match=r"tokenizer\.json"):
        Vocabulary.load(tmp_path)
    path = tmp_path / "vocabulary.json"
    path.write_text(path.read_text().replace('"<s>"', '"x"'))
    with pytest.raises(CorruptModelError, match="must begin with"):
        Vocabulary.load(tmp_path)
