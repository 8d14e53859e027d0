"""From transcribed words to the cards of their language: phones, mnemonics, stress, letters."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from babyslm.speech.languages.transcription import Transcription, is_vowel
from babyslm.speech.synthesis.mnemonics import Stress

__all__ = ["Draft", "draft_language"]

PLACES: tuple[Stress, ...] = ("first", "penultimate", "last")


@dataclass(frozen=True)
class Draft:
    """What the words of a language show of it.

    :param language: two-letter code.
    :param voice: espeak-ng's name of the voice, whose phonemes the mnemonics are.
    :param code: espeak-ng's language code.
    :param words: the transcribed words.
    :param counts: phone -> number of its occurrences in the words.
    :param folding: IPA symbols of a mnemonic that has a commoner symbol -> that symbol.
    :param mnemonics: phone -> mnemonic.
    :param allophones: further mnemonics -> phone.
    :param glides: mnemonics that stand for no phone.
    :param stress: where most words have their stress.
    :param stressed: place -> share of the words of two vowels or more that are stressed there.
    """

    language: str
    voice: str
    code: str
    words: tuple[Transcription, ...] = field(repr=False)
    counts: Mapping[str, int]
    folding: Mapping[str, str]
    mnemonics: Mapping[str, str]
    allophones: Mapping[str, str]
    glides: tuple[str, ...]
    stress: Stress
    stressed: Mapping[Stress, float]

    def phones(self, word: Transcription) -> tuple[str, ...]:
        """Return the phones of a word, folded.

        :param word: one of the words.
        """
        return tuple(self.folding.get(symbol, symbol) for symbol in word.phones)

    def with_heard(self, allophones: Mapping[str, str], glides: Iterable[str]) -> "Draft":
        """Return the draft with further mnemonics that the synthesiser reported.

        :param allophones: mnemonic -> phone.
        :param glides: mnemonics that stand for no phone.
        """
        return replace(
            self,
            allophones={**self.allophones, **allophones},
            glides=tuple(sorted({*self.glides, *glides} - allophones.keys())),
        )

    @property
    def letters(self) -> str:
        """The letters of the words, sorted."""
        return "".join(sorted({sign for word in self.words for sign in word.word.lower() if sign.isalpha()}))

    @property
    def one_letter_words(self) -> list[str]:
        """The words of one letter."""
        return sorted({word.word.lower() for word in self.words if len(word.word) == 1})

    def phone_card(self) -> str:
        """Return the text of `datasets/phones/LANG.yaml`."""
        lines = [
            f"# {len(self.counts)} phones of {self.language}, drafted from {len(self.words)} words.",
            "# Fold what is one phone of the language, and remove it from the inventory.",
            f"language: {self.language}",
            f"espeak: {self.code}",
            f"letters: {self.letters}",
            "",
            "# Any other letter by itself is no word.",
            f"one_letter_words: [{', '.join(map(_quoted, self.one_letter_words))}]",
            "",
            "inventory:",
            *(f"  {_quoted(phone)}: {_traits(phone)}" for phone in self.inventory),
            "",
            "# A symbol of espeak-ng that is no phone of the inventory -> phones, separated by spaces.",
            *_mapping("espeak_folding", self.folding),
        ]
        return "\n".join(lines) + "\n"

    def mnemonic_card(self) -> str:
        """Return the text of `datasets/phones/mnemonics-LANG.yaml`."""
        lines = [
            f"# How the phones of {self.language} are asked of espeak-ng ({self.voice}),",
            "# and how what it then speaks is read back.",
            f"language: {self.language}",
            f"espeak: {self.voice}",
            "",
            *_mapping("mnemonics", {phone: self.mnemonics[phone] for phone in self.inventory}),
            "",
            "# Further mnemonics that the synthesiser reports -> the phone that they are.",
            *_mapping("allophones", self.allophones),
            "",
            "# Mnemonics that the synthesiser inserts and that are no phone.",
            f"glides: [{', '.join(map(json.dumps, self.glides))}]",
            "",
            f"stress: {self.stress}",
        ]
        return "\n".join(lines) + "\n"

    @property
    def inventory(self) -> list[str]:
        """The phones, vowels first."""
        return sorted(self.counts, key=lambda phone: (not is_vowel(phone), phone))


def draft_language(language: str, voice: str, code: str, words: Sequence[Transcription]) -> Draft:
    """Draft what the cards of a language say.

    A mnemonic's commonest IPA symbol is its phone; other symbols of the mnemonic are folded to it. A phone that has
    several mnemonics is asked for by the commonest; the others are its allophones.

    :param language: two-letter code.
    :param voice: espeak-ng's name of the voice.
    :param code: espeak-ng's language code.
    :param words: the transcribed words; those with foreign parts are passed over.
    """
    own = [word for word in words if not word.foreign] or list(words)
    pairs = Counter((each.mnemonic, each.ipa) for word in own for each in word.phonemes)
    symbols: dict[str, Counter[str]] = {}
    for (mnemonic, ipa), count in pairs.items():
        symbols.setdefault(mnemonic, Counter())[ipa] += count
    phone_of = {mnemonic: _commonest(counts) for mnemonic, counts in symbols.items()}
    sounded = {mnemonic: phone for mnemonic, phone in phone_of.items() if phone}
    phones = set(sounded.values())
    folding = {
        ipa: sounded[mnemonic] for mnemonic, ipa in sorted(pairs) if ipa and mnemonic in sounded and ipa not in phones
    }
    counts = Counter(folding.get(symbol, symbol) for word in own for symbol in word.phones)
    mnemonics = {
        phone: _commonest({name: sum(symbols[name].values()) for name, its in sounded.items() if its == phone})
        for phone in counts
    }
    allophones = {name: phone for name, phone in sorted(sounded.items()) if mnemonics.get(phone) not in (None, name)}
    stressed = _stressed(own)
    return Draft(
        language=language,
        voice=voice,
        code=code,
        words=tuple(words),
        counts=dict(sorted(counts.items())),
        folding=folding,
        mnemonics=mnemonics,
        allophones=allophones,
        glides=tuple(sorted(name for name, phone in phone_of.items() if not phone)),
        stress=max(PLACES, key=lambda place: stressed[place]),
        stressed=stressed,
    )


def _commonest(counts: Mapping[str, int]) -> str:
    return min(counts, key=lambda name: (-counts[name], name))


def _stressed(words: Iterable[Transcription]) -> dict[Stress, float]:
    """Return the share of words of two vowels or more that are stressed at each place; a place may count twice."""
    known = [word.stress for word in words if word.stress and word.stress[1] > 1]
    if not known:
        return dict.fromkeys(PLACES, 0.0)
    return {
        "first": sum(place == 0 for place, _ in known) / len(known),
        "penultimate": sum(place == number - 2 for place, number in known) / len(known),
        "last": sum(place == number - 1 for place, number in known) / len(known),
    }


def _traits(phone: str) -> str:
    vowel = is_vowel(phone)
    traits = ["class: vowel" if vowel else "class: consonant"]
    if vowel and "ː" in phone:
        traits.append("long: true")
    if vowel and sum(is_vowel(letter) for letter in phone) > 1:
        traits.append("diphthong: true")
    if vowel and "\u0303" in phone:
        traits.append("nasal: true")
    return f"{{{', '.join(traits)}}}"


def _mapping(name: str, entries: Mapping[str, str]) -> list[str]:
    if not entries:
        return [f"{name}: {{}}"]
    return [f"{name}:", *(f"  {_quoted(key)}: {_quoted(value)}" for key, value in entries.items())]


def _quoted(text: str) -> str:
    """Quote a YAML scalar: symbols such as `@`, `n` or `y` would be read as something else."""
    return json.dumps(text, ensure_ascii=False)
