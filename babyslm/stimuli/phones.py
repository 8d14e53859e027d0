"""One set of phones a language, and the way from words to phones.

A word *type* is phonemised alone, in lower case, and its phones are put wherever it occurs: so a word sounds the same
in a list, in a sentence and in a corpus, and no effect of context (liaison, reduction, flapping across words) can tell
one stimulus from another.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from babyslm.files import sha256_file
from babyslm.resources import resource
from babyslm.stimuli.dictionary import read_dictionary
from babyslm.verify.documents import parse_document, read_yaml
from babyslm.verify.errors import BabySLMError
from babyslm.verify.lexicon import UnknownPhoneError, UnpronounceableError

__all__ = ["WORD_BOUNDARY", "Phone", "PhoneSet", "load_phone_set", "phonemize", "pronounce", "tokenize"]

WORD_BOUNDARY = "|"
STRESS = "ˈˌ"
MARKS = STRESS + "-"
"""Stress, and the mark that espeak-ng sets behind the vowel of some function words."""
OTHER_SIGNS = frozenset("0123456789'-.")
WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*['’]?")
"""Letters and digits, with apostrophes and hyphens inside, and an elision's apostrophe behind."""


class Phone(BaseModel):
    """What is known of a phone of the inventory.

    :param kind: vowel or consonant; written `class` in the file.
    :param long: a long vowel.
    :param diphthong: two qualities in one vowel.
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


@dataclass(frozen=True, eq=False)
class PhoneSet:
    """The phones of a language and the tables that lead to them.

    :param language: two-letter code.
    :param espeak: espeak-ng's voice for phonemisation.
    :param letters: the letters of the language's words; espeak-ng would spell others out by name.
    :param inventory: the phones, in the file's order, with their class.
    :param espeak_folding: espeak-ng's symbols that are not phones of the set -> phones.
    :param espeak_rewrites: sequences of espeak-ng's symbols, stress marks and all, replaced before folding.
    :param rewrites: phone sequences replaced after folding, in order.
    :param spelling_rewrites: (pattern of the spelling, phones, phones): the same, for words whose spelling matches.
    :param respellings: (pattern of the spelling, replacement): what espeak-ng is given in the word's stead.
    :param words: words whose phones are set by hand.
    :param arpabet: ARPAbet symbols (with or without stress digit) -> phones.
    :param digest: SHA-256 of the file, the key of whatever is derived from it.
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
    digest: str = field(repr=False)

    @property
    def vowels(self) -> tuple[str, ...]:
        """The vowels, in the inventory's order."""
        return tuple(phone for phone, known in self.inventory.items() if known.kind == "vowel")

    @property
    def consonants(self) -> tuple[str, ...]:
        """The consonants, in the inventory's order."""
        return tuple(phone for phone, known in self.inventory.items() if known.kind == "consonant")

    def skeleton(self, phones: Sequence[str]) -> str:
        """Return the consonant–vowel skeleton, such as `CVC`.

        :param phones: phones of the set.
        """
        return "".join("V" if self.inventory[phone].kind == "vowel" else "C" for phone in phones)

    def fold(self, symbols: Iterable[str], word: str) -> str:
        """Fold espeak-ng's symbols to phones of the set, separated by spaces.

        :param symbols: espeak-ng's IPA symbols, stress marks allowed.
        :param word: what they say, for the error.
        """
        spoken = " ".join(symbols)
        if any(mark in spoken for mark in STRESS):  # espeak-ng leaves some words without any: nothing is reduced there
            spoken = _rewrite(spoken, self.espeak_rewrites)
        bare = [symbol.strip(MARKS) for symbol in spoken.split()]
        folded = [self.espeak_folding.get(symbol, symbol) for symbol in bare if symbol]
        phones = _rewrite(" ".join(folded), self.rewrites)
        by_spelling = [(old, new) for pattern, old, new in self.spelling_rewrites if re.search(pattern, word)]
        return self.check(_rewrite(phones, by_spelling), word)

    def by_hand(self, word: str) -> str | None:
        """Return the phones that the file sets for a word or its respelling, if any.

        :param word: a lower-case word.
        """
        return self.words.get(word) or self.words.get(self.respell(word))

    def respell(self, word: str) -> str:
        """Return the spelling under which espeak-ng says the word rightly.

        :param word: a lower-case word.
        """
        for pattern, replacement in self.respellings:
            word = re.sub(pattern, replacement, word)
        return word

    def fold_arpabet(self, symbols: Iterable[str], word: str) -> str:
        """Fold ARPAbet symbols (`AH0`, `K`) to phones of the set, separated by spaces.

        :param symbols: the symbols, as CMUdict writes them.
        :param word: what they say, for the error.
        """
        folded = []
        for symbol in symbols:
            phones = self.arpabet.get(symbol, self.arpabet.get(symbol.rstrip("012")))
            if phones is None:
                raise UnknownPhoneError(self.language, word, symbol)
            folded.append(phones)
        return self.check(_rewrite(" ".join(folded), self.rewrites), word)

    def check(self, phones: str, word: str) -> str:
        """Return the phones as they are if all are of the set.

        :param phones: separated by spaces, `|` between words.
        :param word: what they say, for the error.
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
    path = resource("datasets", f"phones/{language}.yaml")
    document = parse_document(_Document, read_yaml(path), path)
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
        digest=sha256_file(path),
    )


def tokenize(text: str) -> list[str]:
    """Split a text into lower-case words; punctuation goes, apostrophes and hyphens inside words stay.

    >>> tokenize("Don't touch the teddy-bear, Mommy!")
    ["don't", 'touch', 'the', 'teddy-bear', 'mommy']

    :param text: any text.
    """
    return [word.replace("’", "'").lower() for word in WORD.findall(text)]


def phonemize(texts: Sequence[str], language: str, *, dictionary: Path | None = None) -> list[str]:
    """Turn words or sentences into phones, separated by spaces, `|` between words: `ð ə | k æ t`.

    Raises the error of the first word that has no phones; see `pronounce` for the rest.

    :param texts: words or sentences.
    :param language: two-letter code of a phone set.
    :param dictionary: a pronunciation dictionary in CMUdict's text format.
    """
    tokens = [tokenize(text) for text in texts]
    known, faults = pronounce({word for words in tokens for word in words}, language, dictionary=dictionary)
    for text, words in zip(texts, tokens, strict=True):
        if not words:
            raise UnpronounceableError(language, text)
        for word in words:
            if word in faults:
                raise faults[word]
    return [f" {WORD_BOUNDARY} ".join(known[word] for word in words) for words in tokens]


def pronounce(
    words: Iterable[str], language: str, *, dictionary: Path | None = None
) -> tuple[dict[str, str], dict[str, BabySLMError]]:
    """Return the phones of lower-case word types, and why some have none.

    Each type is phonemised alone (see the module): by the dictionary if given, then by the phone set's own exceptions,
    then by espeak-ng. Stress is dropped. What a process has met once it remembers.

    :param words: word types, as `tokenize` gives them.
    :param language: two-letter code of a phone set.
    :param dictionary: a pronunciation dictionary in CMUdict's text format; its first pronunciation of a word counts.
    """
    phone_set = load_phone_set(language)
    entries = read_dictionary(dictionary, phone_set) if dictionary else {}
    memory, faults = _memory(language)
    wanted = sorted(set(words))
    missing = [word for word in wanted if word not in entries and word not in memory and word not in faults]
    for word, symbols in zip(missing, _espeak(missing, phone_set), strict=True):
        try:
            phones = phone_set.by_hand(word) or phone_set.fold(symbols.split(), word)
            if not phones or not set(word) <= phone_set.letters | OTHER_SIGNS:
                raise UnpronounceableError(language, word)
            memory[word] = phone_set.check(phones, word)
        except BabySLMError as fault:
            faults[word] = fault
    known = {
        word: entries[word] if word in entries else memory[word]
        for word in wanted
        if word in entries or word in memory
    }
    return known, {word: faults[word] for word in wanted if word not in known}


def _rewrite(symbols: str, rules: Sequence[tuple[str, str]]) -> str:
    for old, new in rules:
        if old in symbols:  # nearly never: the pattern is then not worth its time
            symbols = re.sub(rf"(?<!\S){re.escape(old)}(?!\S)", new, symbols)
    return symbols


@cache
def _memory(language: str) -> tuple[dict[str, str], dict[str, BabySLMError]]:
    """Phones of the word types that this process has met, and the errors of those that have none."""
    del language
    return {}, {}


@cache
def _backend(voice: str) -> Any:
    from babyslm.espeak import prepare_phonemizer

    prepare_phonemizer()
    from phonemizer.backend import EspeakBackend

    return EspeakBackend(voice, with_stress=True, language_switch="remove-flags", words_mismatch="ignore")


def _espeak(words: list[str], phone_set: PhoneSet) -> list[str]:
    """Return espeak-ng's symbols of each word, separated by spaces; parts of a compound follow one another."""
    if not words:
        return []
    from phonemizer.separator import Separator

    separator = Separator(phone=" ", word=WORD_BOUNDARY, syllable="")
    spellings = [phone_set.respell(word) for word in words]
    lines = _backend(phone_set.espeak).phonemize(spellings, separator=separator, strip=True)
    return [line.replace(WORD_BOUNDARY, " ") for line in lines]
