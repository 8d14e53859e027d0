"""Named errors of RTTM files, which say who speaks when; faults of their lines are in `faults`."""

from collections.abc import Sequence
from pathlib import Path

from babyslm.verify.errors import BabySLMError, first_of

__all__ = ["NoSegmentsError"]


class NoSegmentsError(BabySLMError):
    """RTTM files hold no segment that fits the recordings and labels asked for."""

    def __init__(self, path: Path, wanted: Sequence[str], have: Sequence[str]) -> None:
        super().__init__(f"{path}: no segment of {first_of(wanted) or 'any label'}; there are {first_of(have)}")
