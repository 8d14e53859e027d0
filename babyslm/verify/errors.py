"""The root of every named error: one line that says what is wrong, where, and the way out."""

from collections.abc import Iterable
from typing import ClassVar

__all__ = ["BabySLMError", "UsageError", "first_of"]

SHOWN = 5


class BabySLMError(Exception):
    """Something outside babyslm's control is wrong; the message is one line that names the way out."""

    exit_code: ClassVar[int] = 1

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle type and message: errors own their message, and cross from one process to another with it."""
        return _with_message, (type(self), str(self))


def _with_message(kind: type[BabySLMError], message: str) -> BabySLMError:
    return kind.__new__(kind, message)


class UsageError(BabySLMError):
    """The command or call was put wrongly; exit code 2."""

    exit_code: ClassVar[int] = 2


def first_of(items: Iterable[object], *, shown: int = SHOWN) -> str:
    """List the first offenders and count the rest, on one line.

    :param items: the offenders, in the order in which they should be read.
    :param shown: how many are spelled out; default 5.
    """
    names = [str(item) for item in items]
    rest = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + rest
