"""Phone sets, and the mapping from other notations to them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from babyslm.files import sha256_file
from babyslm.resources import resource
from babyslm.stimuli.phones.mergers import Merger, Mergers
from babyslm.stimuli.stimulus import WORD_BOUNDARY
from babyslm.stimuli.words.phonotactics import Alphabet
from babyslm.verify.documents import parse_document, read_yaml
from babyslm.verify.stimuli.lexicon import MergerPhoneError, UnknownPhoneError

__all__ = ["MARKS", "Phone", "PhoneSet", "load_phone_set", "read_phone_set", "rewrite"]

STRESS = "ˈˌ"
MARKS = STRESS + "-"
"""Stress marks, and the mark that espeak-ng sets after the vowel of some function words."""


class Phone(BaseModel):
    """Properties of a phone in the inventory.

    :param kind: vowel or consonant; written `class` in the file.
    :param long: a long vowel.
    :param diphthong: a diphthong.
    :param nasal: a nasal vowel.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["vowel", "consonant"] = Field(alias="class")
    long: bool = False
    diphthong: bool = False
    nasal: bool = False


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    language: str
    espeak: str
    letters: str
    inventory: dict[str, Phone]
    espeak_folding: dict[str, str]
    espeak_rewrites: list[tuple[str, str]] = []
    rewrites: list[tuple[str, str]] = []
    spelling_rewrites: list[tuple[str, str, str]] = []
    respellings: list[tuple[str, str]] = []
    words: dict[str, str] = {}
    arpabet: dict[str, str] = {}
    endings: list[str] = []
    one_letter_words: list[str] = []
    elided: re.Pattern[str] | None = None
    mergers: list[Merger] = []


@dataclass(frozen=True, eq=False)
class PhoneSet:
    """The phones of a language and the tables that map to them.

    :param language: two-letter code.
    :param espeak: espeak-ng's voice for phonemisation.
    :param letters: the letters of the language's words; espeak-ng would spell out other letters by name.
    :param inventory: the phones, in the file's order, with their class.
    :param espeak_folding: espeak-ng's symbols that are not phones of the set -> phones.
    :param espeak_rewrites: sequences of espeak-ng's symbols, including stress marks, replaced before folding.
    :param rewrites: phone sequences replaced after folding, in order.
    :param spelling_rewrites: (pattern of the spelling, phones, phones): rewrites for words whose spelling matches.
    :param respellings: (pattern of the spelling, replacement): input of espeak-ng instead of the word.
    :param words: words with manually defined phones.
    :param arpabet: ARPAbet symbols (with or without stress digit) -> phones.
    :param endings: phones of regular endings; a word with such an ending is excluded as a non-word.
    :param one_letter_words: words of a single letter; other single letters are not words.
    :param elided: pattern of an elided word at the beginning of a spelling, which is cut off; may be None.
    :param merged: phones that listeners do not distinguish reliably, in the order in which they are merged.
    :param digest: SHA-256 of the file, the key of everything derived from it.
    """

    language: str
    espeak: str
    letters: frozenset[str] = field(repr=False)
    inventory: Mapping[str, Phone]
    espeak_folding: Mapping[str, str] = field(repr=False)
    espeak_rewrites: tuple[tuple[str, str], ...] = field(repr=False)
    rewrites: tuple[tuple[str, str], ...] = field(repr=False)
    spelling_rewrites: tuple[tuple[str, str, str], ...] = field(repr=False)
    respellings: tuple[tuple[str, str], ...] = field(repr=False)
    words: Mapping[str, str] = field(repr=False)
    arpabet: Mapping[str, str] = field(repr=False)
    endings: tuple[str, ...] = field(repr=False)
    one_letter_words: frozenset[str] = field(repr=False)
    elided: re.Pattern[str] | None = field(repr=False)
    merged: tuple[Merger, ...] = field(repr=False)
    digest: str = field(repr=False)

    @property
    def vowels(self) -> tuple[str, ...]:
        """The vowels, in the order of the inventory."""
        return tuple(phone for phone, known in self.inventory.items() if known.kind == "vowel")

    @property
    def consonants(self) -> tuple[str, ...]:
        """The consonants, in the order of the inventory."""
        return tuple(phone for phone, known in self.inventory.items() if known.kind == "consonant")

    @cached_property
    def mergers(self) -> Mergers:
        """What listeners do not tell apart, applied to coded phone strings."""
        return Mergers(Alphabet(tuple(self.inventory)), frozenset(self.vowels), self.merged)

    def skeleton(self, phones: Sequence[str]) -> str:
        """Return the consonant–vowel skeleton, such as `CVC`.

        :param phones: phones of the set.
        """
        return "".join("V" if self.inventory[phone].kind == "vowel" else "C" for phone in phones)

    def fold(self, symbols: Iterable[str], word: str) -> str:
        """Map espeak-ng's symbols to phones of the set, separated by spaces.

        :param symbols: espeak-ng's IPA symbols, with or without stress marks.
        :param word: the word, for error messages.
        :raises UnknownPhoneError: if a symbol cannot be mapped.
        """
        spoken = " ".join(symbols)
        if any(mark in spoken for mark in STRESS):  # some words have no stress and no reduced vowels
            spoken = rewrite(spoken, self.espeak_rewrites)
        bare = [symbol.strip(MARKS) for symbol in spoken.split()]
        folded = [self.espeak_folding.get(symbol, symbol) for symbol in bare if symbol]
        phones = rewrite(" ".join(folded), self.rewrites)
        by_spelling = [(old, new) for pattern, old, new in self.spelling_rewrites if re.search(pattern, word)]
        return self.check(rewrite(phones, by_spelling), word)

    def by_hand(self, word: str) -> str | None:
        """Return the phones that the file defines for a word or its respelling, if any.

        :param word: a lower-case word.
        """
        return self.words.get(word) or self.words.get(self.respell(word))

    def respell(self, word: str) -> str:
        """Return the spelling for which espeak-ng's pronunciation of the word is correct.

        :param word: a lower-case word.
        """
        for pattern, replacement in self.respellings:
            word = re.sub(pattern, replacement, word)
        return word

    def fold_arpabet(self, symbols: Iterable[str], word: str) -> str:
        """Map ARPAbet symbols (`AH0`, `K`) to phones of the set, separated by spaces.

        :param symbols: the symbols, as in CMUdict.
        :param word: the word, for error messages.
        :raises UnknownPhoneError: if a symbol cannot be mapped.
        """
        folded = []
        for symbol in symbols:
            phones = self.arpabet.get(symbol, self.arpabet.get(symbol.rstrip("012")))
            if phones is None:
                raise UnknownPhoneError(self.language, word, symbol)
            folded.append(phones)
        return self.check(rewrite(" ".join(folded), self.rewrites), word)

    def check(self, phones: str, word: str) -> str:
        """Return the phones unchanged if all belong to the set.

        :param phones: separated by spaces, `|` between words.
        :param word: the word, for error messages.
        :raises UnknownPhoneError: if a phone does not belong to the set.
        """
        split = phones.split()
        for phone in split:
            if phone not in self.inventory and phone != WORD_BOUNDARY:
                raise UnknownPhoneError(self.language, word, phone)
        return " ".join(split)


@cache
def load_phone_set(language: str) -> PhoneSet:
    """Load the phone set of a language from `datasets/phones/LANG.yaml`.

    :param language: two-letter code; `en` and `fr` are shipped.
    """
    return read_phone_set(resource("datasets", f"phones/{language}.yaml"))


def read_phone_set(path: Path) -> PhoneSet:
    """Read a phone set from its card.

    :param path: the YAML file.
    """
    document = parse_document(_Document, read_yaml(path), path)
    for rule in document.mergers:
        if unknown := sorted(rule.symbols - document.inventory.keys()):
            raise MergerPhoneError(path, unknown[0], rule.phones)
    return PhoneSet(
        language=document.language,
        espeak=document.espeak,
        letters=frozenset(document.letters),
        inventory=document.inventory,
        espeak_folding=document.espeak_folding,
        espeak_rewrites=tuple(document.espeak_rewrites),
        rewrites=tuple(document.rewrites),
        spelling_rewrites=tuple(document.spelling_rewrites),
        respellings=tuple(document.respellings),
        words=document.words,
        arpabet=document.arpabet,
        endings=tuple(document.endings),
        one_letter_words=frozenset(document.one_letter_words),
        elided=document.elided,
        merged=tuple(document.mergers),
        digest=sha256_file(path),
    )


def rewrite(symbols: str, rules: Sequence[tuple[str, str]]) -> str:
    """Replace sequences of whole symbols, rule after rule."""
    for old, new in rules:
        if old in symbols:  # rarely true; avoids the slower pattern
            symbols = re.sub(rf"(?<!\S){re.escape(old)}(?!\S)", new, symbols)
    return symbols
