"""Named errors of drafting a new language."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from babyslm.verify.errors import UsageError, first_of

__all__ = [
    "CardExistsError",
    "EmptyWordListError",
    "UnknownEspeakLanguageError",
    "UnpronouncedWordError",
]


class UnknownEspeakLanguageError(UsageError):
    """espeak-ng does not speak the language."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        near = get_close_matches(name, known, n=5, cutoff=0.5) or [each for each in known if each[:1] == name[:1]]
        super().__init__(
            f"espeak-ng has no language {name!r}; near are {first_of(near) or 'none'}; name one of its "
            f"{len(known)} with --espeak, or use a language that it speaks"
        )


class EmptyWordListError(UsageError):
    """A word list holds no word."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: holds no word; write one a line, with its count after a tab if it is known")


class UnpronouncedWordError(UsageError):
    """A word of a list has no pronunciation."""

    def __init__(self, row: int, word: str, reason: str) -> None:
        super().__init__(f"row {row}: {word!r} cannot be pronounced ({reason}); correct its spelling or remove it")


class CardExistsError(UsageError):
    """A card would replace one that is there."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: is there already; name another folder with --out, or remove it to draft it anew")
