"""Errors of CHAT transcripts; faults of their lines are in `faults`."""

from pathlib import Path

from babyslm.verify.errors import BabySLMError, first_of

__all__ = ["NoTranscriptError", "PhonemicTierError"]


class NoTranscriptError(BabySLMError):
    """A folder contains no transcript."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: contains no .cha file; give a transcript, a folder of transcripts or a table")


class PhonemicTierError(BabySLMError):
    """No utterance has the requested phonemic tier."""

    def __init__(self, path: Path, tier: str, have: list[str]) -> None:
        super().__init__(f"{path}: no selected utterance has the tier %{tier}; available: {first_of(have) or 'none'}")
