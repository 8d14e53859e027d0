"""Errors of phones, pronunciation dictionaries and lexicons."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from babyslm.verify.errors import BabySLMError, UsageError, first_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "AGE_BANDS",
    "CATEGORIES",
    "DictionaryError",
    "DuplicateLemmaError",
    "LexiconColumnsError",
    "LexiconFormatError",
    "LexiconRowError",
    "MergerPhoneError",
    "UnknownAgeBandError",
    "UnknownPhoneError",
    "UnpronounceableError",
    "verify_lexicon",
]

CATEGORIES = (
    "noun",
    "verb",
    "adjective",
    "adverb",
    "pronoun",
    "determiner",
    "preposition",
    "conjunction",
    "interjection",
    "number",
    "auxiliary",
    "question",
)
AGE_BANDS = ("12-18", "18-24", "24-36", "36-60")
ALLOWED = {
    "category": CATEGORIES,
    "age_band": AGE_BANDS,
    "animacy": ("human", "animal", "inanimate", ""),
    "gender": ("feminine", "masculine", ""),
    "frame": ("intransitive", "transitive", "both", ""),
}
WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*'?")
FORMS = re.compile(rf"(?:[a-z_]+={WORD.pattern}(?:;[a-z_]+={WORD.pattern})*)?")


class UnknownPhoneError(BabySLMError):
    """A word contains a symbol that is neither a phone of the set nor mapped to one."""

    def __init__(self, language: str, word: str, symbol: str) -> None:
        super().__init__(
            f"{word!r}: the symbol {symbol!r} is not in the phone set of {language}; "
            f"add it to the folding of datasets/phones/{language}.yaml or leave the word out"
        )


class MergerPhoneError(BabySLMError):
    """A merger of a phone set names a phone that is not in the inventory."""

    def __init__(self, path: Path, symbol: str, phones: Sequence[str]) -> None:
        super().__init__(
            f"{path}: mergers: {symbol!r} in the rule of {', '.join(map(repr, phones))} is not in the inventory; "
            "write phones of the inventory, separated by spaces"
        )


class UnpronounceableError(BabySLMError):
    """A text has no word, or a word has no phones."""

    def __init__(self, language: str, text: str) -> None:
        super().__init__(f"{text!r}: has no phones in {language}; leave it out")


class DictionaryError(BabySLMError):
    """A pronunciation dictionary cannot be read."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}{f':{line}' if line else ''}: {reason}")


class UnknownAgeBandError(UsageError):
    """No age band has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no age band is called {name!r}; known are {', '.join(AGE_BANDS)} (months)")


class LexiconFormatError(BabySLMError):
    """A lexicon or corpus table cannot be parsed, or contains no word."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")


class LexiconColumnsError(UsageError):
    """A lexicon or corpus table lacks columns."""

    def __init__(self, path: Path, missing: Iterable[str], have: Iterable[str]) -> None:
        super().__init__(f"{path}: lacks the column(s) {', '.join(missing)}; it has {first_of(have, shown=12)}")


class LexiconRowError(BabySLMError):
    """A row of a lexicon holds a value that its column does not allow."""

    def __init__(self, path: Path, line: int, column: str, value: object, allowed: str) -> None:
        super().__init__(f"{path}:{line}: {column} is {value!r}; it must be {allowed}")


class DuplicateLemmaError(BabySLMError):
    """A lemma occurs twice in the same category."""

    def __init__(self, path: Path, offenders: Sequence[str]) -> None:
        super().__init__(f"{path}: {len(offenders)} lemma(s) occur twice: {first_of(offenders)}; keep one of each")


def verify_lexicon(lemmas: "pd.DataFrame", columns: Sequence[str], path: Path) -> None:
    """Check a list of lemmas; the first fault raises an error.

    :param lemmas: the table, all text; row i of the file is line i + 2.
    :param columns: the required columns.
    :param path: the file, for error messages.
    """
    missing = [column for column in columns if column not in lemmas.columns]
    if missing:
        raise LexiconColumnsError(path, missing, lemmas.columns)
    if lemmas.empty:
        raise LexiconFormatError(path, "contains no word; the file may be truncated")
    for column, allowed in ALLOWED.items():
        for line, value in enumerate(lemmas[column], start=2):
            if value not in allowed:
                raise LexiconRowError(
                    path, line, column, value, "one of " + ", ".join(each or "empty" for each in allowed)
                )
    for line, (word, forms) in enumerate(zip(lemmas["word"], lemmas["forms"], strict=True), start=2):
        if not WORD.fullmatch(str(word)):
            raise LexiconRowError(path, line, "word", word, "one word of letters, without spaces")
        if not FORMS.fullmatch(str(forms)):
            raise LexiconRowError(path, line, "forms", forms, "empty or name=word;name=word")
    again = lemmas[lemmas.duplicated(["word", "category"])]
    if len(again):
        raise DuplicateLemmaError(path, [f"{word} ({kind})" for word, kind in again[["word", "category"]].to_numpy()])
