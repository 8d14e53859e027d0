"""From phones to the symbols of a neural synthesiser: the one table that words and non-words share.

A network never sees a spelling. Stress is placed by the rule of the formant voices (`synthesis/mnemonics.py`).
"""

import unicodedata
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict

from babyslm.resources import resource, resource_names
from babyslm.speech.synthesis.mnemonics import MnemonicTable, load_mnemonics
from babyslm.stimuli.stimulus import phone_words
from babyslm.verify.documents import parse_document, read_yaml
from babyslm.verify.speech.neural import AlphabetLanguageError, SymbolError
from babyslm.verify.speech.voices import EmptyUtteranceError, UnspeakablePhoneError

__all__ = ["Alphabet", "SymbolTable", "load_symbols"]

Alphabet = Literal["kokoro", "piper", "flite"]
"""The symbols of a model family: Kokoro's, which Hibari shares; espeak-ng's IPA, on which Piper was trained; the phone
names of Flite."""

STRESS, SPACE = "ˈ", " "


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    language: str
    symbols: dict[str, str]
    before: dict[str, dict[str, str]] = {}
    end: str = "."


@dataclass(frozen=True)
class SymbolTable:
    """How the phones of one language are asked of a model family.

    :param name: the file of the table, for messages.
    :param mnemonics: the phone set, and where stress falls.
    :param symbols: phone -> symbols.
    :param before: phone -> {next phone in the word: symbols}.
    :param end: what closes an utterance.
    """

    name: str
    mnemonics: MnemonicTable
    symbols: Mapping[str, str]
    before: Mapping[str, Mapping[str, str]]
    end: str

    def encode(self, phones: Sequence[str]) -> str:
        """Return the symbols of a word, a non-word or a sentence, one Unicode character a symbol.

        >>> load_symbols("kokoro", "en").encode("ð ə | k æ t".split())
        'ðə kˈæt.'

        :param phones: IPA phones, `|` between words; an unknown phone is an `UnspeakablePhoneError`.
        """
        words = phone_words(phones)
        if not words:
            raise EmptyUtteranceError
        for phone in (phone for word in words for phone in word):
            if phone not in self.symbols:
                raise UnspeakablePhoneError(phone, phones, self.mnemonics.language, self.name)
        written = []
        for word in words:
            stressed = self.mnemonics.stressed(word, alone=len(words) == 1)
            symbols = []
            for place, phone in enumerate(word):
                following = word[place + 1] if place + 1 < len(word) else ""
                symbol = self.before.get(phone, {}).get(following, self.symbols[phone])
                symbols.append((STRESS if place == stressed else "") + symbol)
            written.append("".join(symbols))
        return SPACE.join(written) + self.end

    def verified(self, phones: Sequence[str], known: Container[str], model: str) -> str:
        """Return the symbols of phones, of which a model knows every one; otherwise a `SymbolError`.

        :param phones: IPA phones, `|` between words.
        :param known: the symbols of the model.
        :param model: its name, for the message.
        """
        written = self.encode(phones)
        for symbol in written:
            if symbol not in known:
                raise SymbolError(symbol, " ".join(phones), model)
        return written


@cache
def load_symbols(alphabet: Alphabet, language: str) -> SymbolTable:
    """Load `datasets/phones/symbols-ALPHABET-LANG.yaml`.

    For Piper, whose voices speak some forty languages, a language without a table is asked for by its phones.

    :param alphabet: of the model.
    :param language: two-letter code of a language with a table of mnemonics, by whose rule stress is placed.
    """
    name = f"phones/symbols-{alphabet}-{language}.yaml"
    there = resource_names("datasets", f"phones/symbols-{alphabet}-*.yaml")
    if name in there:
        path = resource("datasets", name)
        document = parse_document(_Document, read_yaml(path), path)
    elif alphabet == "piper":
        phones = load_mnemonics(language).mnemonics
        document = _Document(language=language, symbols={phone: phone for phone in phones})
    else:
        known = [each.removesuffix(".yaml").rsplit("-", 1)[-1] for each in there]
        raise AlphabetLanguageError(alphabet, language, known)
    return SymbolTable(
        name=f"datasets/{name}",
        mnemonics=load_mnemonics(language),
        symbols={phone: unicodedata.normalize("NFD", symbol) for phone, symbol in document.symbols.items()},
        before=document.before,
        end=document.end,
    )
