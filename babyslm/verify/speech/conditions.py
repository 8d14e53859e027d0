"""Named errors of acoustic conditions: presets, noises, impulse responses and rooms."""

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
    """A condition was asked for by a name that no preset has."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"no acoustic condition is called {name!r}; there are {', '.join(known)}")


class NoRecordingsError(UsageError):
    """A folder that should hold recordings holds none."""

    def __init__(self, folder: Path, what: str) -> None:
        super().__init__(f"{folder}: holds no {what} (.wav, .flac, .ogg); name the folder in which they lie")


class NoSoundError(UsageError):
    """A table has no sound that a condition could change."""

    def __init__(self, table: str) -> None:
        super().__init__(f"{table}: has no sound to put into a condition; build the set with voices")


class NoSourceError(UsageError):
    """A condition needs recordings of noise and none were named."""

    def __init__(self, condition: str, sources: Iterable[str]) -> None:
        super().__init__(f"condition {condition} needs noise ({', '.join(sources)}): name a folder of noises")


class SilentNoiseError(BabySLMError):
    """A noise is silent, so that no signal-to-noise ratio can be set with it."""

    def __init__(self, source: str) -> None:
        super().__init__(f"{source}: is silent; take it out of the folder of noises")


class SilentSpeechError(BabySLMError):
    """Speech is silent, so that no signal-to-noise ratio can be set with it."""

    def __init__(self) -> None:
        super().__init__("speech without any sound has no level; leave this stimulus out, or build its audio again")


class RoomsMissingError(UsageError):
    """A room must be simulated, and the library for it is not installed."""

    def __init__(self, condition: str) -> None:
        super().__init__(
            f"condition {condition} simulates a room: install babyslm[rooms], or name a folder of impulse responses"
        )


class SameFolderError(UsageError):
    """Sound would be written over the files it is made from."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder}: holds the clean sound of this table; choose another folder for the condition's")
