"""Named errors of CHAT transcripts; faults of their lines are in `faults`."""

from pathlib import Path

from babyslm.verify.errors import BabySLMError, first_of

__all__ = ["NoTranscriptError", "PhonemicTierError"]


class NoTranscriptError(BabySLMError):
    """A folder holds no transcript."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: holds no .cha file; name a transcript, a folder of transcripts or a table")


class PhonemicTierError(BabySLMError):
    """A phonemic tier was asked for that no utterance has."""

    def __init__(self, path: Path, tier: str, have: list[str]) -> None:
        super().__init__(f"{path}: no chosen utterance has a tier %{tier}; there are {first_of(have) or 'none'}")
