"""Phones of utterances, from phonemic tiers (%mod, %pho) in IPA or from the spelling."""

import unicodedata
from pathlib import Path

import pandas as pd

from babyslm.stimuli.phones.pronunciation import PhoneSet, load_phone_set, pronounce, tokenize
from babyslm.stimuli.stimulus import WORD_BOUNDARY
from babyslm.verify.corpora.chat import PhonemicTierError
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


def phones_of(rows: pd.DataFrame, language: str, *, tier: str | None, source: Path) -> pd.DataFrame:
    """Return the rows with phones; rows with phones outside the phone set have none.

    :param rows: with `text` and, for a tier, `tiers`.
    :param language: language of the phones.
    :param tier: phonemic tier that is preferred to the spelling; None for the spelling only.
    :param source: the source, for error messages.
    :raises PhonemicTierError: if no utterance has the tier.
    """
    phone_set = load_phone_set(language)
    words = [tokenize(text) for text in rows["text"]]
    known, _ = pronounce({word for each in words for word in each}, language)
    spelled = [
        f" {WORD_BOUNDARY} ".join(known[word] for word in each) if each and all(w in known for w in each) else None
        for each in words
    ]
    if tier is not None:
        tiers: list[dict[str, str]] = rows["tiers"].tolist() if "tiers" in rows else [{}] * len(rows)
        if not any(tier in each for each in tiers):
            raise PhonemicTierError(source, tier, sorted({name for each in tiers for name in each}))
        transcribed = [fold_tier(each[tier], phone_set) if tier in each else None for each in tiers]
        spelled = [own or other for own, other in zip(transcribed, spelled, strict=True)]
    return rows.assign(phones=pd.array(spelled, dtype="string"))
