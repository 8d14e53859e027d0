"""Checks of result folders and of comparisons between results."""

from collections.abc import Sequence
from pathlib import Path

from babyslm.verify.errors import BabySLMError, UsageError, first_of

__all__ = [
    "AmbiguousTableError",
    "ChartFormatError",
    "DifferentStimuliError",
    "FewResultsError",
    "NoSharedPairsError",
    "ResultChangedError",
    "ResultVersionError",
    "TrialsFormatError",
    "UnknownAttributeError",
]


class AmbiguousTableError(UsageError):
    """A single accuracy was requested from a result with several tables, or none of that kind."""

    def __init__(self, asked: str, have: Sequence[str]) -> None:
        super().__init__(
            f"{asked} does not name one table of this result; it has {', '.join(have)}: give task and split"
        )


class ChartFormatError(UsageError):
    """A plot cannot be saved in the requested format."""

    def __init__(self, path: Path, known: Sequence[str]) -> None:
        super().__init__(f"{path}: plots are saved as {', '.join(known)}; use one of these extensions")


class UnknownAttributeError(UsageError):
    """No table of the result has the requested attribute."""

    def __init__(self, name: str, have: Sequence[str]) -> None:
        super().__init__(f"no table of this result has the attribute {name!r}; there are {', '.join(have)}")


class ResultVersionError(BabySLMError):
    """A result has a schema version that this version does not read."""

    def __init__(self, path: Path, found: object, known: Sequence[int]) -> None:
        super().__init__(
            f"{path}: has schema version {found!r}, this babyslm reads {' and '.join(map(str, known))}; "
            "read it with the version that wrote it, or evaluate again"
        )


class ResultChangedError(BabySLMError):
    """A file of a result does not match its record."""

    def __init__(self, path: Path, record: Path) -> None:
        super().__init__(f"{path}: is absent or does not match {record.name} (checksums differ); evaluate again")


class TrialsFormatError(BabySLMError):
    """The trials of a result cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: contains no trials of a result ({reason}); evaluate again")


class FewResultsError(UsageError):
    """A comparison needs at least two results."""

    def __init__(self, count: int) -> None:
        super().__init__(f"a comparison needs at least two results, here {count}; name two or more result folders")


class NoSharedPairsError(UsageError):
    """Two results have no pair in common."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(
            f"{first} and {second} have no pair in common; compare results of the same stimulus set, task and split"
        )


class DifferentStimuliError(UsageError):
    """The same pair id refers to different stimuli in two results."""

    def __init__(self, first: str, second: str, offenders: Sequence[str]) -> None:
        super().__init__(
            f"{first} and {second} were evaluated on different stimuli under the same ids: {first_of(offenders)}; "
            "compare results of the same stimulus set"
        )
