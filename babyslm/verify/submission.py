"""Checks of submissions to the leaderboard: nothing in a folder sent by a stranger is trusted."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path

from babyslm.verify.errors import BabySLMError

__all__ = [
    "SetChangedError",
    "SetNotAtHandError",
    "UnregisteredSetError",
    "verify_plain_text",
    "verify_web_address",
]


def verify_plain_text(text: str) -> str:
    """Return a text of a card if it is plain: no markup, no control or bidirectional characters, no template value.

    :raises ValueError: as a pydantic validator does.
    """
    if "<" in text or ">" in text:
        raise ValueError("holds < or >: a value of the template, or markup; write plain text")
    hidden = [c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} and c != "\n"]
    if hidden:
        raise ValueError(f"holds the invisible character U+{ord(hidden[0]):04X}; write plain text")
    return text


def verify_web_address(address: str) -> str:
    """Return an address if it is one of the web: http or https, printable ASCII, with a host.

    :raises ValueError: as a pydantic validator does.
    """
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(address)
    except ValueError:
        parts = None
    plain = address.isascii() and address.isprintable() and not set(address) & set(" <>\"'`\\")
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or not plain:
        raise ValueError("is no web address; write https://...")
    return address


class UnregisteredSetError(BabySLMError):
    """Scores are of a stimulus set that the board does not know."""

    def __init__(self, what: str, known: Sequence[str]) -> None:
        super().__init__(
            f"{what}: is no registered stimulus set; the board compares learners on {', '.join(known) or 'none yet'}"
        )


class SetNotAtHandError(BabySLMError):
    """The tables of a registered set are needed and not there."""

    def __init__(self, key: str, looked: Sequence[str]) -> None:
        super().__init__(
            f"{key}: its tables are not at hand"
            + (f" (none of {', '.join(looked)} has its checksums)" if looked else "")
            + "; name its folder with --stimuli"
        )


class SetChangedError(BabySLMError):
    """A set was built again and came out otherwise than registered."""

    def __init__(self, folder: Path, key: str, tables: Sequence[str]) -> None:
        super().__init__(
            f"{folder}: {', '.join(tables)} differ from the registered set {key}; build it with the version of "
            "babyslm that registered it, or name its folder with --stimuli"
        )
