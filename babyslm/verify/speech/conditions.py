"""Errors of acoustic conditions: presets, noises, impulse responses and rooms."""

from collections.abc import Iterable
from pathlib import Path

from babyslm.verify.errors import BabySLMError, UsageError

__all__ = [
    "NoRecordingsError",
    "NoSoundError",
    "NoSourceError",
    "RoomsMissingError",
    "SameFolderError",
    "SilentNoiseError",
    "SilentSpeechError",
    "UnknownConditionError",
]


class UnknownConditionError(UsageError):
    """No acoustic condition has this name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"no acoustic condition is called {name!r}; known are {', '.join(known)}")


class NoRecordingsError(UsageError):
    """A folder contains no recordings."""

    def __init__(self, folder: Path, what: str) -> None:
        super().__init__(f"{folder}: contains no {what} (.wav, .flac, .ogg); give the folder of these files")


class NoSoundError(UsageError):
    """A table has no sound to which a condition can be applied."""

    def __init__(self, table: str) -> None:
        super().__init__(f"{table}: has no sound, so no condition can be applied; build the set with voices")


class NoSourceError(UsageError):
    """A condition needs noise recordings, and none were given."""

    def __init__(self, condition: str, sources: Iterable[str]) -> None:
        super().__init__(f"condition {condition} needs noise ({', '.join(sources)}): give a folder of noises")


class SilentNoiseError(BabySLMError):
    """A noise is silent, so the signal-to-noise ratio is undefined."""

    def __init__(self, source: str) -> None:
        super().__init__(f"{source}: is silent; remove it from the folder of noises")


class SilentSpeechError(BabySLMError):
    """Speech is silent, so the signal-to-noise ratio is undefined."""

    def __init__(self) -> None:
        super().__init__("an utterance is silent and has no level; leave this stimulus out, or build its audio again")


class RoomsMissingError(UsageError):
    """A room must be simulated, and the required library is not installed."""

    def __init__(self, condition: str) -> None:
        super().__init__(
            f"condition {condition} simulates a room: install babyslm[rooms], or give a folder of impulse responses"
        )


class SameFolderError(UsageError):
    """The output folder contains the input files."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder}: contains the clean sound of this table; choose another folder for the condition")
