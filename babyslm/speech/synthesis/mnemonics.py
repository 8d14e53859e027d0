"""Conversion between IPA phones and espeak-ng mnemonics.

espeak-ng's `[[...]]` notation takes its own phoneme names, not IPA. Words and non-words are both synthesised from
their phones through this table, never through espeak-ng's dictionary, so pronunciation does not reveal lexical status.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from babyslm.resources import resource
from babyslm.stimuli.phones.pronunciation import PhoneSet, load_phone_set
from babyslm.stimuli.stimulus import WORD_BOUNDARY, phone_words
from babyslm.verify.documents import parse_document, read_yaml
from babyslm.verify.speech.voices import EmptyUtteranceError, UnspeakablePhoneError

__all__ = ["MnemonicTable", "load_mnemonics", "read_mnemonics"]

Stress = Literal["first", "penultimate", "last"]
"""Which full vowel of a word is stressed."""

STRESS_MARKS = "',%="
PAUSES = {"", "_", "_:", "_!", "_|", "_::", "_;_", "||"}
SEPARATOR = "|"
"""Separator of mnemonics; without it `t` and `S` would be read as `tS`."""


class _Merger(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    heard: str
    said: str
    before: Literal["vowel", "anything"] = "anything"


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    language: str
    espeak: str
    mnemonics: dict[str, str]
    before: dict[str, dict[str, str]] = {}
    allophones: dict[str, str] = {}
    glides: list[str] = []
    merged: list[_Merger] = []
    stress: Stress
    weak: list[str] = []
    unstressed: list[str] = []


@dataclass(frozen=True)
class MnemonicTable:
    """Mapping from the phones of one language to espeak-ng mnemonics, and from its phoneme events back to phones.

    :param language: two-letter code.
    :param espeak: espeak-ng's name of the base voice, which defines the mnemonics.
    :param phones: the phone set.
    :param mnemonics: phone -> mnemonic.
    :param before: phone -> {next phone or `vowel`: mnemonic}, for contexts in which espeak-ng would change the phone.
    :param heard: mnemonic that espeak-ng reports -> phone.
    :param glides: mnemonics that espeak-ng inserts on its own.
    :param merged: phone strings with the same sound.
    :param stress: which full vowel of a word is stressed.
    :param weak: vowels that are unstressed if the word has a full vowel.
    :param unstressed: words without stress within a sentence.
    """

    language: str
    espeak: str
    phones: PhoneSet
    mnemonics: Mapping[str, str]
    before: Mapping[str, Mapping[str, str]]
    heard: Mapping[str, str]
    glides: frozenset[str]
    merged: tuple[tuple[tuple[str, ...], tuple[str, ...], bool], ...]
    stress: Stress
    weak: frozenset[str]
    unstressed: frozenset[tuple[str, ...]]

    def is_vowel(self, phone: str) -> bool:
        """Return whether a phone of the set is a vowel."""
        return self.phones.inventory[phone].kind == "vowel"

    def encode(self, phones: Sequence[str]) -> str:
        """Return the text from which espeak-ng synthesises a word, a non-word or a sentence.

        Stress depends on the phones alone: it falls on the first (French: last) full vowel of each word. In a
        sentence, words whose only vowel is weak and a short list of function words are unstressed.

        >>> load_mnemonics("en").encode("ð ə | k æ t".split())
        "[[D|@ k|'a|t]]"

        :param phones: IPA phones, `|` between words.
        :raises EmptyUtteranceError: if there is no phone.
        :raises UnspeakablePhoneError: if a phone is not in the table.
        """
        words = phone_words(phones)
        if not words:
            raise EmptyUtteranceError
        for phone in (phone for word in words for phone in word):
            if phone not in self.mnemonics:
                raise UnspeakablePhoneError(phone, phones, self.language)
        following = [*(phone for word in words for phone in word), ""][1:]
        spoken, position = [], 0
        for word in words:
            stressed = self.stressed(word, alone=len(words) == 1)
            names = []
            for index, phone in enumerate(word):
                name = self._mnemonic(phone, following[position])
                names.append("'" + name if index == stressed else name)
                position += 1
            spoken.append(SEPARATOR.join(names))
        return f"[[{' '.join(spoken)}]]"

    def _mnemonic(self, phone: str, following: str) -> str:
        special = self.before.get(phone, {})
        if following in special:
            return special[following]
        if "vowel" in special and following and self.is_vowel(following):
            return special["vowel"]
        return self.mnemonics[phone]

    def stressed(self, word: tuple[str, ...], *, alone: bool) -> int | None:
        """Return the index of the stressed vowel, or None for a word without stress.

        :param word: phones of one word.
        :param alone: whether the word is the whole utterance; if so, it is always stressed.
        """
        vowels = [index for index, phone in enumerate(word) if self.is_vowel(phone)]
        full = [index for index in vowels if word[index] not in self.weak]
        if not alone and (not full or word in self.unstressed):
            return None
        candidates = full or vowels
        if not candidates:
            return None
        places = {"first": 0, "penultimate": max(len(candidates) - 2, 0), "last": len(candidates) - 1}
        return candidates[places[self.stress]]

    def decode(self, reported: Sequence[str]) -> tuple[str, ...]:
        """Return the phones that correspond to espeak-ng's phoneme events, without word boundaries.

        :param reported: mnemonics in temporal order; pauses, stress marks and inserted glides are skipped. A mnemonic
            that corresponds to no phone of the set is returned as `<mnemonic>`.
        """
        kept = [name.lstrip(STRESS_MARKS) for name in reported if self.is_spoken(name)]
        return self._merge(tuple(self.heard.get(name, f"<{name}>") for name in kept))

    def is_spoken(self, name: str) -> bool:
        """Return whether a reported mnemonic is a phone, not a pause, a lone stress mark or an inserted glide."""
        bare = name.lstrip(STRESS_MARKS)
        return bare not in PAUSES and bare not in self.glides

    def audible(self, phones: Sequence[str]) -> tuple[str, ...]:
        """Return the audible form of a phone string: no word boundaries, and homophonous strings made equal.

        Two stimuli with the same audible phones sound the same and cannot form a pair.
        """
        return self._merge(tuple(phone for phone in phones if phone != WORD_BOUNDARY))

    def _merge(self, phones: tuple[str, ...]) -> tuple[str, ...]:
        for heard, said, before_vowel in self.merged:
            out: list[str] = []
            index = 0
            while index < len(phones):
                end = index + len(said)
                applies = phones[index:end] == said and (
                    not before_vowel
                    or (end < len(phones) and phones[end] in self.mnemonics and self.is_vowel(phones[end]))
                )
                out += heard if applies else (phones[index],)
                index = end if applies else index + 1
            phones = tuple(out)
        return phones


@cache
def load_mnemonics(language: str) -> MnemonicTable:
    """Load the table of a language, `datasets/phones/mnemonics-LANG.yaml`, checked against its phone set.

    :param language: two-letter code.
    """
    return read_mnemonics(resource("datasets", f"phones/mnemonics-{language}.yaml"), load_phone_set(language))


def read_mnemonics(path: Path, phones: PhoneSet) -> MnemonicTable:
    """Read the table of a language from its card.

    :param path: the YAML file.
    :param phones: the language's phone set.
    """
    document = parse_document(_Document, read_yaml(path), path)
    heard = {name: phone for phone, name in document.mnemonics.items()} | document.allophones
    return MnemonicTable(
        language=document.language,
        espeak=document.espeak,
        phones=phones,
        mnemonics=document.mnemonics,
        before=document.before,
        heard=heard,
        glides=frozenset(document.glides),
        merged=tuple(
            (tuple(each.heard.split()), tuple(each.said.split()), each.before == "vowel") for each in document.merged
        ),
        stress=document.stress,
        weak=frozenset(document.weak),
        unstressed=frozenset(tuple(word.split()) for word in document.unstressed),
    )
