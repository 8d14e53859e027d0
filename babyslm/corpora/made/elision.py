"""Elision and contraction of words in context: a -> an, le -> l', de le -> du."""

import unicodedata
from collections.abc import Callable, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["Elision"]

VOWEL_LETTERS = frozenset("aeiouhœæ")
"""Initial letters that trigger elision; h is included, since it is mute in most French words, and y is not."""


class Elision(BaseModel):
    """Rules for words in context.

    :param before_vowel: word -> its form before a vowel; a form that ends in an apostrophe is joined to the next word.
    :param vowel: whether the first phone or the first letter of the next word is decisive.
    :param full: words before which the rule does not apply, such as those with an aspirated h.
    :param contractions: two words -> their contraction, applied after `before_vowel`.
    """

    model_config = ConfigDict(extra="forbid")

    before_vowel: dict[str, str] = {}
    vowel: Literal["phone", "letter"] = "phone"
    full: frozenset[str] = frozenset()
    contractions: dict[str, str] = {}

    def join(self, words: Sequence[str], sounds_as_vowel: Callable[[str], bool]) -> str:
        """Return the words as a sentence.

        :param words: at least one.
        :param sounds_as_vowel: returns whether a word's first phone is a vowel; called only if phones are decisive.
        """
        written = list(words)
        for place, word in enumerate(words[:-1]):
            follower = words[place + 1]
            if word in self.before_vowel and follower not in self.full and self._opens(follower, sounds_as_vowel):
                written[place] = self.before_vowel[word]
        sentence = " ".join(written).replace("' ", "'")
        for pair, one in self.contractions.items():
            sentence = f" {sentence} ".replace(f" {pair} ", f" {one} ").strip()
        return sentence

    def _opens(self, word: str, sounds_as_vowel: Callable[[str], bool]) -> bool:
        if self.vowel == "phone":
            return sounds_as_vowel(word)
        return unicodedata.normalize("NFD", word[0].lower())[0] in VOWEL_LETTERS
