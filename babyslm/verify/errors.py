"""The root of every named error: one line that says what is wrong, where, and the way out."""

from collections.abc import Iterable
from typing import ClassVar

__all__ = ["BabySLMError", "UsageError", "first_of", "visible"]

SHOWN = 5

LONGEST = 4_000
"""Characters of a message; its beginning says where, its end names the way out."""


class BabySLMError(Exception):
    """Something outside babyslm's control is wrong; the message is one line that names the way out."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str = "") -> None:
        # Messages quote what files hold: whatever that is, it shall not break the line or drive the terminal.
        super().__init__(visible(message, LONGEST))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle type and message: errors own their message, and cross from one process to another with it."""
        return _with_message, (type(self), str(self))


def _with_message(kind: type[BabySLMError], message: str) -> BabySLMError:
    return kind.__new__(kind, message)


class UsageError(BabySLMError):
    """The command or call was put wrongly; exit code 2."""

    exit_code: ClassVar[int] = 2


def visible(text: str, longest: int | None = None) -> str:
    r"""Return a text as one line: what is no visible character is spelled out, a middle that is too long left out.

    >>> print(visible("a\x1b[31m\nb"))
    a\x1b[31m\nb
    >>> visible("from here to there", 11)
    'from …there'

    :param text: any text.
    :param longest: most characters; default all.
    """
    shown = text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    if longest is None or len(shown) <= longest:
        return shown
    half = longest // 2
    return f"{shown[: longest - half - 1]}…{shown[-half:]}"


def first_of(items: Iterable[object], *, shown: int = SHOWN) -> str:
    """List the first offenders and count the rest, on one line.

    :param items: the offenders, in the order in which they should be read.
    :param shown: how many are spelled out; default 5.
    """
    names = [str(item) for item in items]
    rest = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + rest
