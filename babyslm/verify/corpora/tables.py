"""Errors of corpora and their sources."""

from collections.abc import Sequence
from pathlib import Path

from babyslm.verify.errors import BabySLMError, UsageError

__all__ = [
    "BudgetError",
    "CorpusColumnsError",
    "CorpusFormatError",
    "EmptyCorpusError",
    "EmptySelectionError",
    "ForeignFolderError",
    "NoRecordingsError",
    "NoTimesError",
    "SplitError",
    "UnknownCorpusKindError",
]


class CorpusFormatError(BabySLMError):
    """A corpus table cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: is not a readable parquet table ({reason}); rebuild it with babyslm prepare")


class CorpusColumnsError(BabySLMError):
    """A corpus table lacks columns."""

    def __init__(self, path: Path, missing: Sequence[str], have: Sequence[str]) -> None:
        super().__init__(f"{path}: lacks the column(s) {', '.join(missing)}; it has {', '.join(have)}")


class EmptyCorpusError(BabySLMError):
    """A corpus contains no utterance."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: contains no utterance; check the source and the selection of speakers and ages")


class EmptySelectionError(UsageError):
    """A selection of speakers, ages or budget leaves no utterance."""

    def __init__(self, what: str, known: Sequence[str]) -> None:
        super().__init__(f"{what}: leaves no utterance; the source has {', '.join(known) or 'nothing'}")


class NoRecordingsError(BabySLMError):
    """A folder contains no sound files."""

    def __init__(self, folder: Path, kinds: Sequence[str]) -> None:
        super().__init__(f"{folder}: contains no recording ({', '.join(kinds)}); check the path")


class SplitError(UsageError):
    """Transcripts cannot be split into the requested shares."""

    def __init__(self, groups: int, shares: Sequence[float]) -> None:
        super().__init__(
            f"{groups} transcript(s) cannot be split into shares {', '.join(map(str, shares))}: a part would be "
            "empty; request other shares or fewer parts"
        )


class BudgetError(UsageError):
    """A budget is malformed, or larger than the corpus."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"--budget {text}: {reason}; write hours such as 0.5h or words such as 100000w")


class ForeignFolderError(UsageError):
    """The output folder already contains other files at the place of links or parts."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: already exists and was not written by babyslm prepare; choose another --out")


class UnknownCorpusKindError(UsageError):
    """There is no preparation for this kind of corpus."""

    def __init__(self, kind: str, known: Sequence[str]) -> None:
        super().__init__(f"{kind}: unknown kind of corpus; known are {', '.join(known)}")


class NoTimesError(UsageError):
    """Sound was requested for a table, which has no time marks."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: a table has no time marks; give the .cha transcripts, or leave out --media")
