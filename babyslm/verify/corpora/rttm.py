"""Errors of RTTM files."""

from collections.abc import Sequence
from pathlib import Path

from babyslm.verify.errors import BabySLMError, first_of

__all__ = ["NoSegmentsError", "RttmFormatError"]


class RttmFormatError(BabySLMError):
    """A line violates the RTTM format."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(
            f"{path}:{line}: {reason}; the format is SPEAKER FILE CHANNEL ONSET DURATION <NA> <NA> LABEL <NA> <NA>"
        )


class NoSegmentsError(BabySLMError):
    """No RTTM segment matches the recordings and labels."""

    def __init__(self, path: Path, wanted: Sequence[str], have: Sequence[str]) -> None:
        super().__init__(f"{path}: no segment of {first_of(wanted) or 'any label'}; found: {first_of(have)}")
