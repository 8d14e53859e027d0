"""Tokenizers of text learners: what they cut, and Lucie's way of splitting held against Lucie's own tokenizer."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyslm.corpora.made.generated import generate_sentences
from babyslm.models.text.tokens import load_tokenizer
from babyslm.training.text.tokenizers import HEADERS, build_tokenizer, form_of

LINES = [
    *generate_sentences("fr", seed=1, count=1500),
    *generate_sentences("en", seed=1, count=1500),
    *["Il a dit : « Bonjour », puis (le chat) l'homme.", "It cost 1234 euros. Don't!", "Qu'est-ce que c'est ?"] * 5,
]
LUCIE = build_tokenizer(LINES, "lucie", size=1200)
TRAPS = [
    "L'homme mange.",
    "il voit (le chat)",
    'the cat\'s "big" dog',
    "don't",
    "Il a 1234 ans.",
    "Bonjour\nle monde",
    "deux  espaces et   trois",
    "Ça va ? «Oui», dit-elle.",
    "l'école d'aujourd'hui",
]


def test_words_are_counted_and_the_rest_is_unknown() -> None:
    made = build_tokenizer(["the dog runs", "the cat", "the dog"], "words", size=7, at_least=1)
    assert made.convert_ids_to_tokens(range(len(made))) == ["<s>", "</s>", "<unk>", "<pad>", "the", "dog", "cat"]
    assert made("the runs dog")["input_ids"] == [0, 4, 2, 5]
    rare = build_tokenizer(["the dog runs", "the cat", "the dog"], "words", size=100, at_least=2)
    assert len(rare) == 6


def test_phones_are_symbols_and_so_is_the_boundary() -> None:
    made = build_tokenizer(["ð ə | k æ t", "tʃ iː z"], "phones", size=64)
    assert made.tokenize("ð ə | tʃ iː") == ["ð", "ə", "|", "tʃ", "iː"]


def test_masked_tokenizers_frame_a_text() -> None:
    made = build_tokenizer(["the dog runs"] * 3, "bpe", size=300, masked=True)
    ids = made("the dog")["input_ids"]
    assert (ids[0], ids[-1]) == (made.cls_token_id, made.sep_token_id)
    assert made.mask_token_id == 4
    assert made.decode(ids, skip_special_tokens=True).strip() == "the dog"


@pytest.mark.parametrize(
    ("line", "kind", "form"),
    [("The Dog.", "words", "the dog"), ("The Dog.", "lucie", "The Dog."), ("ð ə", "phones", "ð ə")],
)
def test_forms(line: str, kind: str, form: str) -> None:
    assert form_of(line, kind) == form  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [("L'homme", ["▁L", "'", "▁homme"]), ("12", ["▁", "1", "2"]), ("le chat.", ["▁le", "▁chat", "."])],
)
def test_elision_digits_and_punctuation(text: str, pieces: list[str]) -> None:
    whole = LUCIE.tokenize(text)
    joined = "".join(whole)
    assert joined == "".join(pieces)
    if all(piece in LUCIE.get_vocab() for piece in pieces):
        assert whole == pieces


def test_what_no_piece_covers_becomes_bytes() -> None:
    assert LUCIE.tokenize("猫")[-3:] == ["<0xE7>", "<0x8C>", "<0xAB>"]
    assert LUCIE.unk_token_id not in LUCIE("naïve 🐈 ẞ")["input_ids"]


def test_no_piece_holds_letters_and_other_signs() -> None:
    for piece in LUCIE.get_vocab():
        if piece.startswith("<") and piece.endswith(">"):
            continue
        bare = piece.lstrip("▁")
        assert not bare or bare.isalpha() or len(bare) == 1, piece
    assert all(LUCIE.tokenize(mark) == [mark] for mark in HEADERS)


@given(st.text("abcélEÀ '(\"«.,?-19\n", max_size=30))
def test_a_text_comes_back(text: str) -> None:
    ids = LUCIE(text, add_special_tokens=False)["input_ids"]
    assert LUCIE.decode(ids).replace("▁", " ") == text


@pytest.mark.realdata
def test_lucies_own_tokenizer_cuts_at_the_same_places(realdata: Path) -> None:
    """Every place where ours writes a space or cuts punctuation and digits is one where Lucie's does."""
    theirs = load_tokenizer(str(realdata / "lucie_tokenizer"))
    for text in TRAPS:
        ours_normal = LUCIE.backend_tokenizer.normalizer.normalize_str(text)
        theirs_normal = theirs.backend_tokenizer.normalizer.normalize_str(text)
        assert ours_normal == theirs_normal, text


def test_a_saved_tokenizer_is_read_as_it_is(tmp_path: Path) -> None:
    LUCIE.save_pretrained(tmp_path)
    again = load_tokenizer(str(tmp_path))
    for text in TRAPS:
        assert again(text)["input_ids"] == LUCIE(text)["input_ids"]
        assert again(text)["input_ids"][0] == 0
