"""Errors of RTTM files; faults of their lines are in `faults`."""

from collections.abc import Sequence
from pathlib import Path

from babyslm.verify.errors import BabySLMError, first_of

__all__ = ["NoSegmentsError"]


class NoSegmentsError(BabySLMError):
    """No RTTM segment matches the recordings and labels."""

    def __init__(self, path: Path, wanted: Sequence[str], have: Sequence[str]) -> None:
        super().__init__(f"{path}: no segment of {first_of(wanted) or 'any label'}; found: {first_of(have)}")
