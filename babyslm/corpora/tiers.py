"""Phonemic tiers (%mod, %pho): strings of IPA as a transcriber writes them, in the phones of a language."""

import unicodedata

from babyslm.stimuli.phone_set import PhoneSet
from babyslm.stimuli.stimulus import WORD_BOUNDARY
from babyslm.verify.lexicon import UnknownPhoneError

__all__ = ["fold_tier"]

IGNORED = frozenset("ˈˌ.ˑ‿̯ʰ̬̥̪̃̊̚ˀʷ()[]{}^")
"""Stress, syllable marks, and diacritics of detail below the phoneme."""
RESPELLED = {"t͡ʃ": "tʃ", "d͡ʒ": "dʒ", "ʧ": "tʃ", "ʤ": "dʒ", "g": "ɡ", "r": "ɹ", "ɝ": "ɜː", "ɒ": "ɑ", "ɫ": "l"}
UNINTELLIGIBLE = ("*", "xxx", "yyy", "�")


def fold_tier(tier: str, phones: PhoneSet) -> str | None:
    """Fold a phonemic tier to phones, `|` between words; None where it holds what is no phone of the set.

    Symbols are matched longest first, so that a diphthong or affricate is one phone. A word that the transcriber could
    not make out makes the whole tier unusable.

    :param tier: words of IPA, apart by spaces.
    :param phones: the phones of the language.
    """
    known = sorted({*phones.inventory, *phones.espeak_folding, *RESPELLED}, key=len, reverse=True)
    words = []
    for word in unicodedata.normalize("NFC", tier).split():
        if any(mark in word for mark in UNINTELLIGIBLE):
            return None
        symbols = _cut(word, known)
        if symbols is None:
            return None
        if not symbols:
            continue
        try:
            words.append(phones.fold([RESPELLED.get(symbol, symbol) for symbol in symbols], word))
        except UnknownPhoneError:
            return None
    return f" {WORD_BOUNDARY} ".join(words) or None


def _cut(word: str, known: list[str]) -> list[str] | None:
    symbols: list[str] = []
    place = 0
    while place < len(word):
        match = next((symbol for symbol in known if word.startswith(symbol, place)), None)
        if match is not None:
            symbols.append(match)
            place += len(match)
        elif word[place] in IGNORED or word[place] == "ː":
            place += 1
        else:
            return None
    return symbols
