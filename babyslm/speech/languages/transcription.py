"""Words as espeak-ng pronounces them: each phoneme by its mnemonic and by its IPA symbol."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from babyslm.espeak import espeak_data
from babyslm.speech.synthesis.espeak_engine import engine
from babyslm.verify.speech.languages import UnknownEspeakLanguageError, UnpronouncedWordError

__all__ = ["Phoneme", "Transcription", "espeak_languages", "is_vowel", "transcribe"]

VOWEL_LETTERS = frozenset("aeiouyøœɶæɐɑɒɔəɘɛɜɞɪʊʏɨʉɯɤʌɵɚɝᵻ")
SYLLABIC = "\u0329"
STRESS = "ˈˌ"
MARKS = STRESS + "-"
NO_PHONE = frozenset("',%=_!|:; ")
"""Characters of mnemonics that are stress marks, pauses and glottal stops at the beginning of a word."""


@dataclass(frozen=True)
class Phoneme:
    """One phoneme of a word.

    :param mnemonic: espeak-ng's name, without stress mark.
    :param ipa: the IPA symbol, without stress mark; empty where espeak-ng inserts a sound that is no phone.
    :param stressed: whether it has the primary stress.
    """

    mnemonic: str
    ipa: str
    stressed: bool = False


@dataclass(frozen=True)
class Transcription:
    """One word.

    :param word: its spelling.
    :param phonemes: its phonemes.
    :param foreign: whether espeak-ng pronounces a part of it by the rules of another language.
    """

    word: str
    phonemes: tuple[Phoneme, ...]
    foreign: bool = False

    @property
    def phones(self) -> tuple[str, ...]:
        """The IPA symbols."""
        return tuple(each.ipa for each in self.phonemes if each.ipa)

    @property
    def stress(self) -> tuple[int, int] | None:
        """The position of the stressed vowel among the vowels, and their number; None if none is stressed."""
        vowels = [each for each in self.phonemes if is_vowel(each.ipa)]
        return next(((place, len(vowels)) for place, each in enumerate(vowels) if each.stressed), None)


def is_vowel(ipa: str) -> bool:
    """Return whether an IPA symbol is that of a vowel or of a syllabic consonant.

    >>> [is_vowel(symbol) for symbol in ("aɪ", "w", "n̩", "tʃ")]
    [True, False, True, False]
    """
    plain = unicodedata.normalize("NFD", ipa)
    return SYLLABIC in plain or any(letter in VOWEL_LETTERS for letter in plain)


def espeak_languages() -> dict[str, str]:
    """Return espeak-ng's languages: the name of each voice -> its language code, such as `fr -> fr-fr`."""
    found: dict[str, str] = {}
    for path in sorted((espeak_data() / "lang").rglob("*")):
        if path.is_file():
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            codes = [line.split()[1] for line in lines if line.startswith("language ")]
            found |= {path.name: codes[0]} if codes else {}
    return found


def transcribe(words: Sequence[tuple[int, str]], voice: str) -> list[Transcription]:
    """Transcribe words one by one.

    :param words: (row in their file, spelling) of each word.
    :param voice: espeak-ng's name of its voice, such as `it` or `fr`.
    :raises UnknownEspeakLanguageError: if espeak-ng has no such language.
    :raises UnpronouncedWordError: if a word holds other signs than letters, or espeak-ng gives it no phones.
    """
    known = espeak_languages()
    if voice not in known:
        raise UnknownEspeakLanguageError(voice, sorted(known))
    found = []
    for row, word in words:
        strange = sorted({sign for sign in word if not (sign.isalpha() or sign in "'’- ")})
        if strange:
            raise UnpronouncedWordError(row, word, f"{strange[0]!r} is no letter")
        mnemonics, symbols = engine().transcribe(word, voice)
        foreign = any(name.startswith("(") for name in symbols)
        if foreign:  # flags such as (en) stand before and behind the foreign part
            mnemonics = [_without_flags(name) for name in mnemonics]
            symbols = [_without_flags(name) for name in symbols]
        phonemes = tuple(_phonemes(mnemonics, symbols))
        if not any(each.ipa for each in phonemes):
            raise UnpronouncedWordError(row, word, "espeak-ng gives it no phones")
        found.append(Transcription(word, phonemes, foreign))
    return found


def _without_flags(name: str) -> str:
    while name.startswith("(") and ")" in name:
        name = name.partition(")")[2]
    return name.partition("(")[0]


def _phonemes(mnemonics: Sequence[str], symbols: Sequence[str]) -> Iterable[Phoneme]:
    """Pair what espeak-ng gives in its two forms: one mnemonic a symbol, in order."""
    for mnemonic, symbol in zip(mnemonics, symbols, strict=True):
        name = mnemonic.lstrip("',%=")
        if name and not set(name) <= NO_PHONE:
            yield Phoneme(name, symbol.strip(MARKS), mnemonic.startswith("'"))
