"""Which language an utterance and its words are in, by the marks of CHAT."""

from collections.abc import Sequence
from functools import cache

from babyslm.corpora.childes.words import Piece
from babyslm.stimuli.phones.phone_set import load_phone_set
from babyslm.verify.errors import BabySLMError

__all__ = ["has_phones", "language_pieces", "two_letter"]


@cache
def two_letter(code: str) -> str:
    """Return the two-letter code of a language, or the code as it is where there is none.

    >>> two_letter("fra"), two_letter("yue")
    ('fr', 'yue')

    :param code: a code of ISO 639-3 or 639-1, as in @Languages.
    """
    from babel.core import get_global

    plain = code.strip().lower()
    return str(get_global("language_aliases").get(plain, plain))


@cache
def has_phones(language: str) -> bool:
    """Return whether there is a phone set of a language."""
    try:
        load_phone_set(language)
    except BabySLMError:
        return False
    return True


def language_pieces(pieces: Sequence[Piece], own: str, declared: Sequence[str]) -> tuple[tuple[str, str], ...] | None:
    """Return the words of an utterance with the language of each piece, or None where a language has no phone set.

    A word marked `@s` without a language is in the first other language of @Languages. A word between two languages
    (`@s:fra+eng`, `@s:fra&eng`) counts as one of the utterance's own language where that is one of them, otherwise as
    one of the first.

    >>> language_pieces((("the big", None), ("chien", ("fra",))), "en", ("en",))
    (('the big', 'en'), ('chien', 'fr'))

    :param pieces: as `pieces_of` gives them.
    :param own: two-letter code of the utterance's language.
    :param declared: two-letter codes of @Languages, in order.
    """
    others = [language for language in declared if language != own]
    found = []
    for words, codes in pieces:
        if codes is None:
            language = own
        else:
            named = [two_letter(code) for code in codes] or others[:1]
            language = own if own in named else next(iter(named), "")
        if language != own and not (language and has_phones(language)):
            return None
        found.append((words, language))
    return tuple(found)
