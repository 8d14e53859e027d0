"""Conversion from words to phones, with one phone set per language.

Each word *type* is phonemised in isolation, in lower case, and its phones are used wherever it occurs. A word is
therefore pronounced the same in a list, in a sentence and in a corpus, and no effect of context (liaison, reduction,
flapping across words) can distinguish stimuli.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from babyslm.stimuli.phones.dictionary import read_dictionary
from babyslm.stimuli.phones.phone_set import Phone, PhoneSet, load_phone_set
from babyslm.stimuli.stimulus import WORD_BOUNDARY
from babyslm.verify.errors import BabySLMError
from babyslm.verify.stimuli.lexicon import UnpronounceableError

__all__ = ["WORD_BOUNDARY", "Phone", "PhoneSet", "load_phone_set", "phonemize", "pronounce", "tokenize"]

OTHER_SIGNS = frozenset("0123456789'-.")
WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*['’]?")
"""Letters and digits, with internal apostrophes and hyphens and a final apostrophe of elision."""


def tokenize(text: str) -> list[str]:
    """Split a text into lower-case words, without punctuation except apostrophes and hyphens within words.

    >>> tokenize("Don't touch the teddy-bear, Mommy!")
    ["don't", 'touch', 'the', 'teddy-bear', 'mommy']

    :param text: any text.
    """
    return [word.replace("’", "'").lower() for word in WORD.findall(text)]


def phonemize(texts: Sequence[str], language: str, *, dictionary: Path | None = None) -> list[str]:
    """Convert words or sentences to phones, separated by spaces, `|` between words: `ð ə | k æ t`.

    See `pronounce` for a variant that returns errors instead of raising them.

    :param texts: words or sentences.
    :param language: two-letter code of a phone set.
    :param dictionary: a pronunciation dictionary in CMUdict's text format.
    :raises UnpronounceableError: if a text or word has no phones; other errors of the first faulty word are raised
        too.
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
    """Return the phones of lower-case word types, and errors for those without phones.

    Each type is phonemised in isolation (see the module): by the dictionary if given, then by the exceptions of the
    phone set, then by espeak-ng. Stress is dropped. Results are cached within the process.

    :param words: word types, as returned by `tokenize`.
    :param language: two-letter code of a phone set.
    :param dictionary: a pronunciation dictionary in CMUdict's text format; the first pronunciation of a word is used.
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


@cache
def _memory(language: str) -> tuple[dict[str, str], dict[str, BabySLMError]]:
    """Return the cached phones and errors of the word types seen in this process."""
    del language
    return {}, {}


@cache
def _backend(voice: str) -> Any:
    from babyslm.espeak import prepare_phonemizer

    prepare_phonemizer()
    from phonemizer.backend import EspeakBackend

    return EspeakBackend(voice, with_stress=True, language_switch="remove-flags", words_mismatch="ignore")


def _espeak(words: list[str], phone_set: PhoneSet) -> list[str]:
    """Return espeak-ng's symbols of each word, separated by spaces; the parts of a compound are concatenated."""
    if not words:
        return []
    from phonemizer.separator import Separator

    separator = Separator(phone=" ", word=WORD_BOUNDARY, syllable="")
    spellings = [phone_set.respell(word) for word in words]
    lines = _backend(phone_set.espeak).phonemize(spellings, separator=separator, strip=True)
    return [line.replace(WORD_BOUNDARY, " ") for line in lines]
