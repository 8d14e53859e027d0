"""Checks of submissions to the leaderboard: nothing in a folder sent by a stranger is trusted."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path

from babyslm.verify.errors import BabySLMError, UsageError, first_of

__all__ = [
    "CardDiffersError",
    "CardPlaceError",
    "CardThereError",
    "ChangedScoresError",
    "ConstantScoresError",
    "DuplicateSubmissionError",
    "EmptySubmissionError",
    "ForeignSetError",
    "NoResultError",
    "ReaderConditionError",
    "RecordMismatchError",
    "RefusedSubmissionError",
    "RemovedScoresError",
    "SetChangedError",
    "SetNotAtHandError",
    "SetRegisteredError",
    "TooManyLinesError",
    "UnknownConditionError",
    "UnregisteredSetError",
    "UnsafeFolderError",
    "WhichSetError",
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

    def __init__(self, key: str, made_by: str) -> None:
        super().__init__(f"{key}: its tables are not at hand; name its folder with --stimuli, or make it: {made_by}")


class SetChangedError(BabySLMError):
    """A table in the registry is not the one that was registered."""

    def __init__(self, path: Path, key: str) -> None:
        super().__init__(f"{path}: is not the table of {key} that was registered (checksums differ); restore it")


class SetRegisteredError(UsageError):
    """A key of the registry is taken."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: is there already; registered sets never change, so choose a key with a new version")


class ForeignSetError(UsageError):
    """A set of another layout was to be kept in the registry."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: is not in the official layout, so its tables cannot be kept; use --no-keep-tables")


class UnsafeFolderError(BabySLMError):
    """A folder of a submission has a name that none may have."""

    def __init__(self, parent: Path, names: Sequence[str]) -> None:
        super().__init__(
            f"{parent}: holds {first_of(map(ascii, names))}; folders are called by lower-case letters and digits, "
            "with single . _ - between them, 64 at most"
        )


class CardPlaceError(BabySLMError):
    """A card lies in another folder than it names."""

    def __init__(self, path: Path, named: str) -> None:
        super().__init__(f"{path}: names {named}, which is not where it lies; folders are called MODEL/REVISION")


class EmptySubmissionError(BabySLMError):
    """A submission has no scores."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder}: holds no scores; add a result with babyslm submit")


class UnknownConditionError(BabySLMError):
    """A learner was heard in a condition that the registered set does not have."""

    def __init__(self, place: Path, condition: str, known: Sequence[str]) -> None:
        super().__init__(f"{place}: {condition!r} is no condition of this set; it has {', '.join(known)}")


class ReaderConditionError(BabySLMError):
    """A learner that reads was entered under an acoustic condition."""

    def __init__(self, place: Path, modality: str) -> None:
        super().__init__(f"{place}: the learner is {modality} and hears nothing; enter its scores under clean")


class RecordMismatchError(BabySLMError):
    """`result.json` is not of the set in whose folder it lies."""

    def __init__(self, path: Path, tables: Sequence[str]) -> None:
        super().__init__(
            f"{path}: was made with other stimuli than registered ({', '.join(tables)}: checksums differ); "
            "evaluate again on the registered set"
        )


class TooManyLinesError(BabySLMError):
    """A score file has more lines than the set has rows."""

    def __init__(self, path: Path, limit: int) -> None:
        super().__init__(f"{path}: has more than {limit:,} lines, as many as the stimulus set has rows")


class ConstantScoresError(BabySLMError):
    """Every stimulus has the same score."""

    def __init__(self, path: Path, value: float) -> None:
        super().__init__(f"{path}: every score is {value!r}; find out why the learner tells nothing apart")


class ChangedScoresError(BabySLMError):
    """Scores of a revision that is on the board already were changed."""

    def __init__(self, path: Path, offenders: Sequence[str]) -> None:
        super().__init__(
            f"{path}: {len(offenders)} score(s) differ from those on the board: {first_of(offenders)}; "
            "scores of a revision never change: enter a new revision"
        )


class RemovedScoresError(BabySLMError):
    """Scores of a revision that is on the board already are missing."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        super().__init__(f"{folder}: {first_of(names)} of the board is missing; put it back, or enter a new revision")


class DuplicateSubmissionError(BabySLMError):
    """A revision has the scores of another revision of the same model."""

    def __init__(self, folder: Path, other: str) -> None:
        super().__init__(f"{folder}: has exactly the scores of {other}; enter each revision once")


class CardThereError(UsageError):
    """A card would be overwritten."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: is there already; fill it in, or name another file with --card")


class CardDiffersError(UsageError):
    """A revision that is on the board was submitted with another card."""

    def __init__(self, path: Path, name: str, fields: Sequence[str]) -> None:
        super().__init__(
            f"{path}: {name} is there with another {', '.join(fields)}; use its card, or name a new revision"
        )


class WhichSetError(UsageError):
    """Scores without a record were submitted, and several sets are registered."""

    def __init__(self, known: Sequence[str]) -> None:
        super().__init__(
            f"a folder of scores does not tell its stimulus set; name it with --set: {', '.join(known) or 'none yet'}"
        )


class RefusedSubmissionError(BabySLMError):
    """A submission does not pass."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"refused: {reason}")


class NoResultError(UsageError):
    """Nothing was named to submit."""

    def __init__(self) -> None:
        super().__init__("name the result folder to submit; or write a card first: babyslm submit --init")
