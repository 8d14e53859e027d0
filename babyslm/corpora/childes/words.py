"""The words of a CHAT utterance, without the codes of transcription."""

import re
from collections.abc import Iterable
from typing import Literal

__all__ = ["UNINTELLIGIBLE", "Wording", "clean_words"]

Wording = Literal["intended", "heard"]
"""`intended`: what the transcriber takes the words to be, as in childes-db: retraced words once, omitted sounds put
back, replacements in the place of what they replace. `heard`: what was said, false starts and fragments included."""

UNINTELLIGIBLE = frozenset({"xxx", "yyy", "www", "xx", "yy", "ww"})
"""Codes for what was not understood, coded phonetically, or left untranscribed."""

NO_WORD = re.compile(r"^(?:[+‡„0]|&=|\[|\(\.+\)$)")
"""Terminators and linkers (+...), satellite marks, omitted words (0is), events (&=laughs), leftovers of scopes."""
LENGTHENED = re.compile(r":+")
SIGNS = re.compile(r"[^\w' -]")
"""Whatever is no letter, digit, apostrophe, hyphen or space: overlap brackets, intonation arrows, compound marks."""


def clean_words(tokens: Iterable[str]) -> str:
    """Join the tokens of a main tier to plain words.

    Compounds are joined (`bed+room`, `choo^choo`), phrases parted (`thank_you`), lengthening marks, prosodic signs,
    special-form endings (`woof@o`), events, pauses and codes for unintelligible speech dropped.

    >>> clean_words(["xxx", "loo:k", "bed+room", "&=laughs", "thank_you", "+..."])
    'look bedroom thank you'

    :param tokens: tokens of pylangacq, or a cleaned line cut at spaces.
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
