"""Checks of sound files: there, whole, one channel, at the rate that is asked for."""

from pathlib import Path

from babyslm.verify.errors import BabySLMError, UsageError

__all__ = [
    "AudioFormatError",
    "ChannelsError",
    "EmptyAudioError",
    "MissingAudioError",
    "SampleRateError",
    "SampleValueError",
    "TruncatedAudioError",
]


class MissingAudioError(BabySLMError):
    """A sound file is not there."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: no such sound file; check the path, or build the audio of the set again")


class AudioFormatError(BabySLMError):
    """A file is not sound, or of a kind that cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: cannot be read as sound ({reason}); convert it to WAV or FLAC")


class TruncatedAudioError(BabySLMError):
    """A file holds less sound than its header promises."""

    def __init__(self, path: Path, promised: int, held: int) -> None:
        super().__init__(f"{path}: is cut short: {held} of {promised} frames are there; copy or build it again")


class EmptyAudioError(BabySLMError):
    """A file holds no sound at all."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: holds no sound (0 frames); copy or build it again")


class SampleValueError(BabySLMError):
    """Sound holds NaN or infinite values."""

    def __init__(self, path: Path, frame: int) -> None:
        super().__init__(f"{path}: frame {frame} is not a finite number; convert the file again")


class ChannelsError(UsageError):
    """A file has several channels where one is needed."""

    def __init__(self, path: Path, channels: int) -> None:
        super().__init__(f"{path}: has {channels} channels; convert it to one channel, as with sox IN OUT remix -")


class SampleRateError(UsageError):
    """A file is at another rate than the one needed."""

    def __init__(self, path: Path, rate: int, needed: int) -> None:
        super().__init__(
            f"{path}: is at {rate} Hz and must be at {needed} Hz; resample it, as with sox IN -r {needed} OUT"
        )
