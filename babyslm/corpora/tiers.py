"""Phones of utterances, from phonemic tiers (%mod, %pho) in IPA or from the spelling."""

import unicodedata

import pandas as pd

from babyslm.stimuli.phones.pronunciation import PhoneSet, load_phone_set, pronounce, tokenize
from babyslm.stimuli.stimulus import WORD_BOUNDARY
from babyslm.verify.stimuli.lexicon import UnknownPhoneError

__all__ = ["fold_tier", "phones_of"]

IGNORED = frozenset("ˈˌ.ˑ‿̯ʰ̬̥̪̃̊̚ˀʷ()[]{}^")
"""Stress marks, syllable marks, and diacritics below the phonemic level."""
RESPELLED = {"t͡ʃ": "tʃ", "d͡ʒ": "dʒ", "ʧ": "tʃ", "ʤ": "dʒ", "g": "ɡ", "r": "ɹ", "ɝ": "ɜː", "ɒ": "ɑ", "ɫ": "l"}
UNINTELLIGIBLE = ("*", "xxx", "yyy", "�")


def fold_tier(tier: str, phones: PhoneSet) -> str | None:
    """Map a phonemic tier to phones, `|` between words; None if it contains a symbol outside the phone set.

    Symbols are matched longest first, so that diphthongs and affricates are single phones. A word that the transcriber
    could not identify makes the whole tier unusable.

    :param tier: words in IPA, separated by spaces.
    :param phones: the phone set of the language.
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


def phones_of(rows: pd.DataFrame, language: str, *, tier: str | None = None) -> pd.DataFrame:
    """Return the rows with phones; what the phone sets cannot say has none.

    :param rows: with `text`; `language` (of each utterance; default `language`), `pieces` (words with the language of
        each piece, or None for words of one language) and `tiers` where there are any.
    :param language: language of the phones.
    :param tier: phonemic tier that goes before the spelling; None for the spelling alone.
    """
    spelled = _spelled(rows, language)
    if tier is not None and "tiers" in rows:
        own = rows["language"] if "language" in rows else [language] * len(rows)
        transcribed = [
            fold_tier(tiers[tier], load_phone_set(name)) if tier in tiers else None
            for tiers, name in zip(rows["tiers"], own, strict=True)
        ]
        spelled = [own or other for own, other in zip(transcribed, spelled, strict=True)]
    return rows.assign(phones=pd.array(spelled, dtype="string"))


def _spelled(rows: pd.DataFrame, language: str) -> list[str | None]:
    """Return the phones of each text, every piece of it in its own language."""
    languages = rows["language"] if "language" in rows else [language] * len(rows)
    marked = rows["pieces"] if "pieces" in rows else [None] * len(rows)
    words = [
        [(word, name) for text, name in pieces or ((text, own),) for word in tokenize(text)]
        for text, own, pieces in zip(rows["text"], languages, marked, strict=True)
    ]
    types: dict[str, set[str]] = {}
    for each in words:
        for word, name in each:
            types.setdefault(name, set()).add(word)
    known = {name: pronounce(own, name)[0] for name, own in types.items()}
    boundary = f" {WORD_BOUNDARY} "
    return [
        boundary.join(known[name][word] for word, name in each)
        if each and all(word in known[name] for word, name in each)
        else None
        for each in words
    ]
