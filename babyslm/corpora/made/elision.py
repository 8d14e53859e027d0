"""What words become before other words: a -> an, le -> l', de le -> du."""

import unicodedata
from collections.abc import Callable, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["Elision"]

VOWEL_LETTERS = frozenset("aeiouhœæ")
"""The letters of elision; h is among them, being mute in most French words, and y is not."""


class Elision(BaseModel):
    """Rules of writing two words together.

    :param before_vowel: word -> what it becomes before a vowel; one that ends with an apostrophe is joined to the
        next word.
    :param vowel: whether the next word's first phone or its first letter decides.
    :param full: words before which nothing changes all the same, such as those with an aspirated h.
    :param contractions: two words -> what they become, applied after `before_vowel`.
    """

    model_config = ConfigDict(extra="forbid")

    before_vowel: dict[str, str] = {}
    vowel: Literal["phone", "letter"] = "phone"
    full: frozenset[str] = frozenset()
    contractions: dict[str, str] = {}

    def join(self, words: Sequence[str], sounds_as_vowel: Callable[[str], bool]) -> str:
        """Return the words as a sentence.

        :param words: at least one.
        :param sounds_as_vowel: tells whether a word's first phone is a vowel; asked only if phones decide.
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
