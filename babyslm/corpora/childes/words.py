"""Plain words of a CHAT utterance, without transcription codes."""

import re
from collections.abc import Iterable
from typing import Literal

__all__ = ["UNINTELLIGIBLE", "Wording", "clean_words"]

Wording = Literal["intended", "heard"]
"""`intended`: the words as the transcriber interprets them, as in childes-db: retraced words once, omitted sounds
restored, replacements instead of the words they replace. `heard`: the words as spoken, with false starts and
fragments."""

UNINTELLIGIBLE = frozenset({"xxx", "yyy", "www", "xx", "yy", "ww"})
"""Codes for unintelligible, phonetically coded and untranscribed speech."""

NO_WORD = re.compile(r"^(?:[+‡„0]|&=|\[|\(\.+\)$)")
"""Terminators and linkers (+...), satellite markers, omitted words (0is), events (&=laughs), remains of scopes."""
LENGTHENED = re.compile(r":+")
SIGNS = re.compile(r"[^\w' -]")
"""All characters but letters, digits, apostrophe, hyphen and space: overlap brackets, intonation arrows, compound
marks."""


def clean_words(tokens: Iterable[str]) -> str:
    """Join the tokens of a main tier into plain words.

    Compounds are joined (`bed+room`, `choo^choo`) and phrases split (`thank_you`). Lengthening marks, prosodic signs,
    special-form endings (`woof@o`), events, pauses and codes for unintelligible speech are dropped.

    >>> clean_words(["xxx", "loo:k", "bed+room", "&=laughs", "thank_you", "+..."])
    'look bedroom thank you'

    :param tokens: tokens of pylangacq, or the words of a cleaned line.
    """
    words = []
    for token in tokens:
        bare = token.split("@")[0]
        if bare.lower() in UNINTELLIGIBLE or NO_WORD.match(bare):
            continue
        plain = LENGTHENED.sub("", bare).replace("_", " ").replace("’", "'")
        plain = SIGNS.sub("", plain).strip("- ")
        if any(sign.isalnum() for sign in plain):
            words.append(plain)
    return " ".join(words)
