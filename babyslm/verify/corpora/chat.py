"""Errors of CHAT transcripts; each names file and line."""

from pathlib import Path

from babyslm.verify.errors import BabySLMError, first_of

__all__ = ["ChatFormatError", "NoTranscriptError", "PhonemicTierError", "RecordingMissingError"]


class ChatFormatError(BabySLMError):
    """A line of a transcript violates the CHAT format."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}; correct the transcript (the program `chatter` checks whole files)")


class NoTranscriptError(BabySLMError):
    """A folder contains no transcript."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: contains no .cha file; give a transcript, a folder of transcripts or a table")


class PhonemicTierError(BabySLMError):
    """No utterance has the requested phonemic tier."""

    def __init__(self, path: Path, tier: str, have: list[str]) -> None:
        super().__init__(f"{path}: no selected utterance has the tier %{tier}; available: {first_of(have) or 'none'}")


class RecordingMissingError(BabySLMError):
    """The media folder lacks the recording of a transcript."""

    def __init__(self, transcript: Path, media: str | None, folder: Path) -> None:
        wanted = f"its recording {media}" if media else "a recording with its name (it has no @Media header)"
        super().__init__(f"{transcript}: {wanted} is not in {folder}; add the recording, or leave out --media")
