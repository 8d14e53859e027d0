"""Plain words of a CHAT utterance, without transcription codes."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

__all__ = ["FOREIGN", "UNINTELLIGIBLE", "Piece", "Wording", "clean_words", "pieces_of", "protect_languages"]

Wording = Literal["intended", "heard"]
"""`intended`: the words as the transcriber interprets them, as in childes-db: retraced words once, omitted sounds
restored, replacements instead of the words they replace. `heard`: the words as spoken, with false starts and
fragments."""

Piece = tuple[str, tuple[str, ...] | None]
"""Words, and the languages that they are marked with: None for unmarked words, () for `@s` without a language."""

UNINTELLIGIBLE = frozenset({"xxx", "yyy", "www", "xx", "yy", "ww"})
"""Codes for unintelligible, phonetically coded and untranscribed speech."""

NO_WORD = re.compile(r"^(?:[+‡„0]|&=|\[|\(\.+\)$)")
"""Terminators and linkers (+...), satellite markers, omitted words (0is), events (&=laughs), remains of scopes."""
LENGTHENED = re.compile(r":+")
SIGNS = re.compile(r"[^\w' -]")
"""All characters but letters, digits, apostrophe, hyphen and space: overlap brackets, intonation arrows, compound
marks."""

FOREIGN = re.compile(r"@s(?P<codes>:[a-z]+(?:[+&][a-z]+)*)?(?![\w:+])")
"""The mark of a word in another language: `@s`, `@s:fra`, mixed `@s:fra+eng`, undecided `@s:fra&eng`."""
OPENS, CLOSES, JOINS = "\ue000", "\ue001", "\ue002"
"""Private characters that carry the mark through pylangacq, which drops `@s` with its language."""
PRIVATE = re.compile(f"[{OPENS}{CLOSES}{JOINS}]")


def protect_languages(line: str) -> str:
    """Replace the marks of languages on a main tier by characters that the parser leaves in the word.

    :param line: a line of a main tier.
    """
    line = PRIVATE.sub("", line)
    return FOREIGN.sub(lambda mark: OPENS + re.sub("[+&]", JOINS, (mark["codes"] or ":")[1:]) + CLOSES, line)


@lru_cache(maxsize=1 << 16)
def _plain(token: str) -> tuple[str, tuple[str, ...] | None]:
    """Return the plain word of a token, "" where it is none, and the languages that it is marked with."""
    word, opens, codes = token.partition(OPENS)
    marked = None if not opens else tuple(code for code in codes.partition(CLOSES)[0].split(JOINS) if code)
    bare = word.split("@")[0]
    if bare.lower() in UNINTELLIGIBLE or NO_WORD.match(bare):
        return "", None
    plain = LENGTHENED.sub("", bare).replace("_", " ").replace("’", "'")
    plain = SIGNS.sub("", plain).strip("- ")
    return (plain, marked) if any(sign.isalnum() for sign in plain) else ("", None)


def clean_words(tokens: Iterable[str]) -> str:
    """Join the tokens of a main tier into plain words.

    Compounds are joined (`bed+room`, `choo^choo`) and phrases split (`thank_you`). Lengthening marks, prosodic signs,
    special-form endings (`woof@o`), events, pauses and codes for unintelligible speech are dropped.

    >>> clean_words(["xxx", "loo:k", "bed+room", "&=laughs", "thank_you", "+..."])
    'look bedroom thank you'

    :param tokens: tokens of pylangacq, or the words of a cleaned line.
    """
    return " ".join(plain for plain, _ in map(_plain, tokens) if plain)


def pieces_of(tokens: Iterable[str]) -> tuple[Piece, ...]:
    """Return the words of a main tier in pieces of one language each, as `protect_languages` has marked them.

    >>> pieces_of(protect_languages("the big chien@s:fra").split())
    (('the big', None), ('chien', ('fra',)))

    :param tokens: as for `clean_words`.
    """
    pieces: list[Piece] = []
    for plain, codes in map(_plain, tokens):
        if plain and pieces and pieces[-1][1] == codes:
            pieces[-1] = (f"{pieces[-1][0]} {plain}", codes)
        elif plain:
            pieces.append((plain, codes))
    return tuple(pieces)
