"""Base classes of babyslm's errors: one line that names the fault, its location and the remedy."""

from collections.abc import Iterable
from typing import ClassVar

__all__ = ["BabySLMError", "UsageError", "first_of", "visible"]

SHOWN = 5

LONGEST = 4_000
"""Longest message in characters; longer ones lose their middle, since they begin with the location and end with the
remedy."""


class BabySLMError(Exception):
    """A fault outside babyslm's control; the message is one line that includes the remedy."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str = "") -> None:
        # Messages quote file contents, which must not break the line or send control sequences to the terminal.
        super().__init__(visible(message, LONGEST))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle type and message, so that errors keep their message between processes."""
        return _with_message, (type(self), str(self))


def _with_message(kind: type[BabySLMError], message: str) -> BabySLMError:
    return kind.__new__(kind, message)


class UsageError(BabySLMError):
    """The command or call is invalid; exit code 2."""

    exit_code: ClassVar[int] = 2


def visible(text: str, longest: int | None = None) -> str:
    r"""Return a text as one line: invisible characters are escaped, and the middle of a long text is left out.

    >>> print(visible("a\x1b[31m\nb"))
    a\x1b[31m\nb
    >>> visible("from here to there", 11)
    'from …there'

    :param text: any text.
    :param longest: largest number of characters; default all.
    """
    shown = text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    if longest is None or len(shown) <= longest:
        return shown
    half = longest // 2
    return f"{shown[: longest - half - 1]}…{shown[-half:]}"


def first_of(items: Iterable[object], *, shown: int = SHOWN) -> str:
    """List the first items and count the rest, on one line.

    :param items: the items, in the order in which they are listed.
    :param shown: number of items that are listed; default 5.
    """
    names = [str(item) for item in items]
    rest = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + rest
