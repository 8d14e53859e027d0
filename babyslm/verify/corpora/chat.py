"""Named errors of CHAT transcripts; each names file and line."""

from pathlib import Path

from babyslm.verify.errors import BabySLMError, first_of

__all__ = ["ChatFormatError", "NoTranscriptError", "PhonemicTierError", "RecordingMissingError"]


class ChatFormatError(BabySLMError):
    """A line of a transcript is not as CHAT has it."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}; mend the transcript (the program `chatter` checks whole files)")


class NoTranscriptError(BabySLMError):
    """A folder holds no transcript."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: holds no .cha file; name a transcript, a folder of transcripts or a table")


class PhonemicTierError(BabySLMError):
    """A phonemic tier was asked for that no utterance has."""

    def __init__(self, path: Path, tier: str, have: list[str]) -> None:
        super().__init__(f"{path}: no chosen utterance has a tier %{tier}; there are {first_of(have) or 'none'}")


class RecordingMissingError(BabySLMError):
    """A transcript names a recording that the media folder lacks."""

    def __init__(self, transcript: Path, media: str | None, folder: Path) -> None:
        named = f"its recording {media}" if media else "it names no recording (@Media), and one called as it"
        super().__init__(f"{transcript}: {named} is not in {folder}; add it, or leave out --media")
