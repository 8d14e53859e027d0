"""Checks of submissions to the leaderboard; no content of a submission is trusted."""

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

    :raises ValueError: as required of a pydantic validator.
    """
    if "<" in text or ">" in text:
        raise ValueError("contains < or >: a value of the template, or markup; write plain text")
    hidden = [c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} and c != "\n"]
    if hidden:
        raise ValueError(f"contains the invisible character U+{ord(hidden[0]):04X}; write plain text")
    return text


def verify_web_address(address: str) -> str:
    """Return an address if it is a web address: http or https, printable ASCII, with a host.

    :raises ValueError: as required of a pydantic validator.
    """
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(address)
    except ValueError:
        parts = None
    plain = address.isascii() and address.isprintable() and not set(address) & set(" <>\"'`\\")
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or not plain:
        raise ValueError("is not a web address; write https://...")
    return address


class UnregisteredSetError(BabySLMError):
    """Scores refer to a stimulus set that is not registered."""

    def __init__(self, what: str, known: Sequence[str]) -> None:
        super().__init__(
            f"{what}: is not a registered stimulus set; the leaderboard accepts {', '.join(known) or 'none yet'}"
        )


class SetNotAtHandError(BabySLMError):
    """The tables of a registered set are needed but not available."""

    def __init__(self, key: str, made_by: str) -> None:
        super().__init__(f"{key}: its tables are not available; name their folder with --stimuli, or run: {made_by}")


class SetChangedError(BabySLMError):
    """A table in the registry differs from the registered one."""

    def __init__(self, path: Path, key: str) -> None:
        super().__init__(f"{path}: is not the registered table of {key} (checksums differ); restore it")


class SetRegisteredError(UsageError):
    """A key of the registry is in use."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: exists already; registered sets never change, so choose a key with a new version")


class ForeignSetError(UsageError):
    """A set in another layout cannot be kept in the registry."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: is not in the official layout, so its tables cannot be kept; use --no-keep-tables")


class UnsafeFolderError(BabySLMError):
    """A folder of a submission has a name that is not allowed."""

    def __init__(self, parent: Path, names: Sequence[str]) -> None:
        super().__init__(
            f"{parent}: contains {first_of(map(ascii, names))}; names of folders are lower-case letters and digits, "
            "with single . _ - between them, 64 at most"
        )


class CardPlaceError(BabySLMError):
    """A card is not in the folder that it names."""

    def __init__(self, path: Path, named: str) -> None:
        super().__init__(f"{path}: names {named}, which is not its folder; folders are named MODEL/REVISION")


class EmptySubmissionError(BabySLMError):
    """A submission has no scores."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder}: contains no scores; add a result with babyslm submit")


class UnknownConditionError(BabySLMError):
    """A learner was tested in a condition that the registered set does not have."""

    def __init__(self, place: Path, condition: str, known: Sequence[str]) -> None:
        super().__init__(f"{place}: {condition!r} is not a condition of this set; it has {', '.join(known)}")


class ReaderConditionError(BabySLMError):
    """A text learner was submitted under an acoustic condition."""

    def __init__(self, place: Path, modality: str) -> None:
        super().__init__(f"{place}: the learner is {modality}, not spoken; submit its scores under clean")


class RecordMismatchError(BabySLMError):
    """`result.json` does not belong to the set in whose folder it is."""

    def __init__(self, path: Path, tables: Sequence[str]) -> None:
        super().__init__(
            f"{path}: was made with other stimuli than the registered ones ({', '.join(tables)}: checksums differ); "
            "evaluate again on the registered set"
        )


class TooManyLinesError(BabySLMError):
    """A score file has more lines than the set has rows."""

    def __init__(self, path: Path, limit: int) -> None:
        super().__init__(f"{path}: has more than {limit:,} lines, as many as the stimulus set has rows")


class ConstantScoresError(BabySLMError):
    """Every stimulus has the same score."""

    def __init__(self, path: Path, value: float) -> None:
        super().__init__(f"{path}: every score is {value!r}, so that no pair is distinguished; correct the learner")


class ChangedScoresError(BabySLMError):
    """Scores of a revision that is already on the leaderboard were changed."""

    def __init__(self, path: Path, offenders: Sequence[str]) -> None:
        super().__init__(
            f"{path}: {len(offenders)} score(s) differ from those on the leaderboard: {first_of(offenders)}; "
            "scores of a revision never change: submit a new revision"
        )


class RemovedScoresError(BabySLMError):
    """Scores of a revision that is already on the leaderboard are missing."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        super().__init__(f"{folder}: {first_of(names)} is missing; restore it or submit a new revision")


class DuplicateSubmissionError(BabySLMError):
    """A revision has the scores of another revision of the same model."""

    def __init__(self, folder: Path, other: str) -> None:
        super().__init__(f"{folder}: has exactly the scores of {other}; submit each revision once")


class CardThereError(UsageError):
    """A card would be overwritten."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: exists already; fill it in, or name another file with --card")


class CardDiffersError(UsageError):
    """A revision that is already on the leaderboard was submitted with another card."""

    def __init__(self, path: Path, name: str, fields: Sequence[str]) -> None:
        super().__init__(
            f"{path}: {name} exists with another {', '.join(fields)}; use its card, or name a new revision"
        )


class WhichSetError(UsageError):
    """Scores without a record were submitted while several sets are registered."""

    def __init__(self, known: Sequence[str]) -> None:
        super().__init__(
            f"a folder of scores does not name its stimulus set; name it with --set: {', '.join(known) or 'none yet'}"
        )


class RefusedSubmissionError(BabySLMError):
    """A submission fails the checks."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"refused: {reason}")


class NoResultError(UsageError):
    """No folder to submit was named."""

    def __init__(self) -> None:
        super().__init__("name the result folder to submit; or write a card first: babyslm submit --init")
