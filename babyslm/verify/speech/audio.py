"""Checks of sound files: existence, completeness, number of channels, sample rate."""

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
    """A sound file does not exist."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: no such sound file; check the path, or build the audio of the set again")


class AudioFormatError(BabySLMError):
    """A file is not sound, or has an unsupported format."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: cannot be read as sound ({reason}); convert it to WAV or FLAC")


class TruncatedAudioError(BabySLMError):
    """A file contains fewer frames than its header states."""

    def __init__(self, path: Path, promised: int, held: int) -> None:
        super().__init__(f"{path}: is truncated: contains {held} of {promised} frames; copy or build it again")


class EmptyAudioError(BabySLMError):
    """A file contains no sound."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: contains no sound (0 frames); copy or build it again")


class SampleValueError(BabySLMError):
    """Sound contains NaN or infinite values."""

    def __init__(self, path: Path, frame: int) -> None:
        super().__init__(f"{path}: frame {frame} is not a finite number; convert the file again")


class ChannelsError(UsageError):
    """A file has several channels where one is required."""

    def __init__(self, path: Path, channels: int) -> None:
        super().__init__(f"{path}: has {channels} channels; convert it to one channel, as with sox IN OUT remix -")


class SampleRateError(UsageError):
    """A file has a different sample rate than required."""

    def __init__(self, path: Path, rate: int, needed: int) -> None:
        super().__init__(
            f"{path}: is sampled at {rate} Hz, not at {needed} Hz; resample it, as with sox IN -r {needed} OUT"
        )
