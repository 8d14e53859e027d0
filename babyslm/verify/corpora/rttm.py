"""Named errors of RTTM files, which say who speaks when in a recording."""

from collections.abc import Sequence
from pathlib import Path

from babyslm.verify.errors import BabySLMError, first_of

__all__ = ["NoSegmentsError", "RttmFormatError"]


class RttmFormatError(BabySLMError):
    """A line is not as RTTM has it."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(
            f"{path}:{line}: {reason}; a line is SPEAKER FILE CHANNEL ONSET DURATION <NA> <NA> LABEL <NA> <NA>"
        )


class NoSegmentsError(BabySLMError):
    """RTTM files hold no segment that fits the recordings and labels asked for."""

    def __init__(self, path: Path, wanted: Sequence[str], have: Sequence[str]) -> None:
        super().__init__(f"{path}: no segment of {first_of(wanted) or 'any label'}; there are {first_of(have)}")
