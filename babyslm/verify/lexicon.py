"""Errors of phones, pronunciation dictionaries and lexicons."""

from collections.abc import Iterable
from pathlib import Path

from babyslm.verify.errors import BabySLMError, UsageError, first_of

__all__ = [
    "DictionaryError",
    "LexiconColumnsError",
    "LexiconFormatError",
    "LexiconRowError",
    "UnknownPhoneError",
    "UnpronounceableError",
]


class UnknownPhoneError(BabySLMError):
    """A word holds a symbol that is neither a phone of the set nor folded to one."""

    def __init__(self, language: str, word: str, symbol: str) -> None:
        super().__init__(
            f"{word!r}: the symbol {symbol!r} is not in the phone set of {language}; "
            f"add it to the folding of datasets/phones/{language}.yaml or leave the word out"
        )


class UnpronounceableError(BabySLMError):
    """A text has no word, or a word has no phones."""

    def __init__(self, language: str, text: str) -> None:
        super().__init__(f"{text!r}: has no phones in {language}; leave it out")


class DictionaryError(BabySLMError):
    """A pronunciation dictionary cannot be read."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}{f':{line}' if line else ''}: {reason}")


class LexiconFormatError(BabySLMError):
    """A lexicon or corpus table cannot be parsed, or holds no word."""

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
