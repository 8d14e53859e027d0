"""Words change before other words as the grammar says."""

import pytest

from babyslm.corpora.made.elision import Elision

ENGLISH = Elision(before_vowel={"a": "an"})
FRENCH = Elision(
    before_vowel={"le": "l'", "la": "l'", "ne": "n'", "de": "d'", "ma": "mon", "beau": "bel"},
    vowel="letter",
    full=frozenset({"hibou"}),
    contractions={"de le": "du", "à le": "au"},
)


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("look a unicorn and a apple", "look a unicorn and an apple"),
        ("a", "a"),
    ],
)
def test_phones_decide_in_english(words: str, written: str) -> None:
    assert ENGLISH.join(words.split(), lambda word: word in {"apple", "a"}) == written


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("le oiseau ne aime pas le hibou", "l'oiseau n'aime pas le hibou"),
        ("la queue de le âne", "la queue de l'âne"),
        ("il parle à le chat de le voisin", "il parle au chat du voisin"),
        ("ma école", "mon école"),
        ("le beau homme", "le bel homme"),
        ("le yaourt", "le yaourt"),
    ],
)
def test_letters_decide_in_french(words: str, written: str) -> None:
    def never(word: str) -> bool:
        raise AssertionError(word)

    assert FRENCH.join(words.split(), never) == written
