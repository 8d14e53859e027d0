"""Reading and writing of sound files: mono float32 arrays in memory, 16 kHz 16-bit PCM on disk."""

import struct
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from babyslm.files import atomic_file
from babyslm.progress import notice
from babyslm.verify.speech.audio import (
    AudioFormatError,
    ChannelsError,
    EmptyAudioError,
    MissingAudioError,
    SampleRateError,
    SampleValueError,
    TruncatedAudioError,
)

if TYPE_CHECKING:
    import soundfile

__all__ = [
    "RATE",
    "AudioHeader",
    "Samples",
    "audio_header",
    "audio_seconds",
    "opened_audio",
    "read_audio",
    "read_comment",
    "read_part",
    "resample_audio",
    "to_mono",
    "to_pcm16",
    "verify_stimulus_audio",
    "write_audio",
]

RATE = 16_000
"""Sample rate of all stimuli in Hz, as in the official sets."""

Samples = NDArray[np.float32]
"""Mono waveform, shape (frames,), full scale at -1 and 1."""

ENDLESS = {0xFFFFFFFF, 0x7FFFFFFF, 0}
"""Placeholder sizes in the header of a WAV file written to a pipe."""

UNKNOWN = 1 << 60
"""Frame count from which libsndfile reports an unknown length: a FLAC file written to a pipe."""

CANCELLED = 0.01
"""Share of the loudest channel's power (-20 dB) below which an average of channels is no use."""

SLOWEST, FASTEST = 1_000, 1_000_000
"""Accepted sample rates in Hz; a few bytes at 1 Hz would become hours when resampled."""


def read_audio(
    path: Path, *, rate: int = RATE, resample: bool = False, downmix: bool = False, seconds: float | None = None
) -> Samples:
    """Read a sound file as mono.

    :param path: WAV, FLAC, OGG or whatever libsndfile reads.
    :param rate: Hz of the array returned.
    :param resample: change another rate to `rate` instead of refusing it (a `SampleRateError`).
    :param downmix: average several channels instead of refusing them (a `ChannelsError`); see `to_mono`.
    :param seconds: read no more than so many from its beginning; None for all.
    :returns: shape (frames,), float32.
    """
    with opened_audio(path) as file:
        if file.channels != 1 and not downmix:
            raise ChannelsError(path, file.channels)
        if file.samplerate != rate and not resample:
            raise SampleRateError(path, file.samplerate, rate)
        found = file.samplerate
        samples = _read(path, file, file.frames if seconds is None else min(file.frames, round(seconds * found)))
    mono, cancelled = to_mono(samples)
    if cancelled:
        notice(f"{path}: its channels cancel each other; the loudest of them is read")
    if not np.isfinite(mono).all():
        raise SampleValueError(path, int(np.argmin(np.isfinite(mono))))
    return mono if found == rate else resample_audio(mono, found, rate)


def read_part(path: Path, start: int, stop: int) -> Samples:
    """Read a range of samples from a mono file at 16 kHz, without reading the rest.

    :param path: WAV, FLAC, OGG or any other format of libsndfile.
    :param start: first sample.
    :param stop: sample after the last; beyond the end of the file raises a `TruncatedAudioError`.
    :returns: shape (stop - start,), float32.
    """
    with opened_audio(path) as file:
        _verify_stimulus(path, file)
        file.seek(min(start, file.frames))
        samples = _read(path, file, stop - start)[:, 0]
    if not np.isfinite(samples).all():
        raise SampleValueError(path, start + int(np.argmin(np.isfinite(samples))))
    return samples


def _read(path: Path, file: "soundfile.SoundFile", promised: int) -> NDArray[np.float32]:
    import soundfile

    try:
        samples: NDArray[np.float32] = file.read(promised, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise AudioFormatError(path, str(error).rstrip(".")) from error
    except MemoryError as error:
        raise AudioFormatError(path, f"its header states {promised} frames, more than fit into memory") from error
    if len(samples) < promised:
        raise TruncatedAudioError(path, promised, len(samples))
    if len(samples) == 0:
        raise EmptyAudioError(path)
    return samples


def opened_audio(path: Path) -> "soundfile.SoundFile":
    """Open a file, or say in one line what is wrong with it."""
    import soundfile

    if not path.is_file():
        raise MissingAudioError(path)
    if path.stat().st_size == 0:
        raise EmptyAudioError(path)
    _refuse_cut_wav(path)
    try:
        file = soundfile.SoundFile(path)
    except (soundfile.LibsndfileError, TypeError, ValueError) as error:
        reason = getattr(error, "error_string", None) or str(error)
        raise AudioFormatError(path, reason.rstrip(".")) from error
    reason = ""
    if file.frames >= UNKNOWN:
        reason = "its header does not state the length"
    elif not SLOWEST <= file.samplerate <= FASTEST:
        reason = f"its header states an implausible sample rate of {file.samplerate} Hz"
    if reason:
        file.close()
        raise AudioFormatError(path, reason)
    return file


def _refuse_cut_wav(path: Path) -> None:
    """Compare the size in a WAV header with the size of the file: libsndfile ignores a missing end."""
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
            return
        block = 1
        while (chunk := file.read(8)) and len(chunk) == 8:
            name, size = chunk[:4], struct.unpack("<I", chunk[4:])[0]
            if name == b"data":
                _compare_sizes(path, file, size, block)
                return
            body = file.tell()
            if name == b"fmt ":
                fields = file.read(16)
                block = max(1, struct.unpack("<H", fields[12:14])[0]) if len(fields) == 16 else 1
            file.seek(body + size + size % 2)


def _compare_sizes(path: Path, file: BinaryIO, size: int, block: int) -> None:
    held = path.stat().st_size - file.tell()
    if size not in ENDLESS and held < size:
        raise TruncatedAudioError(path, size // block, held // block)


def to_mono(samples: NDArray[np.float32]) -> tuple[Samples, bool]:
    """Average channels, unless they cancel each other.

    Where the average has less than a hundredth of the power of the loudest channel (20 dB), as of channels in
    antiphase, the loudest channel is taken instead.

    :param samples: shape (frames, channels).
    :returns: mono, shape (frames,), and whether one channel was taken.
    """
    if samples.shape[1] == 1:
        return samples[:, 0], False
    mono = samples.mean(axis=1, dtype=np.float32)
    powers = np.square(samples).mean(axis=0, dtype=np.float64)
    loudest = int(np.argmax(powers))
    if len(samples) and np.square(mono).mean(dtype=np.float64) < CANCELLED * powers[loudest]:
        return samples[:, loudest], True
    return mono, False


@dataclass(frozen=True)
class AudioHeader:
    """What the header of a sound file says.

    :param seconds: its length.
    :param rate: Hz.
    :param channels: their number.
    """

    seconds: float
    rate: int
    channels: int

    @property
    def as_learned(self) -> bool:
        """Whether learners can read it as it is: one channel at 16 kHz."""
        return self.rate == RATE and self.channels == 1

    def __str__(self) -> str:
        return f"{self.rate} Hz, {self.channels} channel{'s' if self.channels > 1 else ''}"


def audio_header(path: Path) -> AudioHeader:
    """Read the header of a sound file."""
    with opened_audio(path) as file:
        if file.frames == 0:
            raise EmptyAudioError(path)
        return AudioHeader(float(file.frames / file.samplerate), file.samplerate, file.channels)


def audio_seconds(path: Path) -> float:
    """Return the length of a sound file in seconds, from its header."""
    with opened_audio(path) as file:
        return float(file.frames / file.samplerate)


def verify_stimulus_audio(path: Path) -> float:
    """Refuse whatever is not a whole mono file at 16 kHz; return its length in seconds. Reads the header only."""
    with opened_audio(path) as file:
        _verify_stimulus(path, file)
        return float(file.frames / RATE)


def _verify_stimulus(path: Path, file: "soundfile.SoundFile") -> None:
    if file.channels != 1:
        raise ChannelsError(path, file.channels)
    if file.samplerate != RATE:
        raise SampleRateError(path, file.samplerate, RATE)
    if file.frames == 0:
        raise EmptyAudioError(path)


def read_comment(path: Path) -> str:
    """Return the comment in the header of a sound file, or "" if there is none or the file is not sound."""
    import soundfile

    try:
        with soundfile.SoundFile(path) as file:
            return str(file.comment)
    except (soundfile.LibsndfileError, OSError):
        return ""


def write_audio(path: Path, samples: NDArray[Any], *, rate: int = RATE, comment: str = "") -> None:
    """Write mono sound as 16-bit PCM, atomically; FLAC if the name ends in `.flac`, otherwise WAV.

    :param samples: shape (frames,): float with full scale at -1 and 1 (clipped beyond), or int16.
    :param rate: sample rate in Hz.
    :param comment: ASCII text for the header, which `read_comment` returns.
    """
    import soundfile

    kind = "FLAC" if path.suffix == ".flac" else "WAV"
    # Into memory first: of a full disk libsndfile only says that there was a system error.
    written = BytesIO()
    with soundfile.SoundFile(written, "w", rate, 1, subtype="PCM_16", format=kind) as file:
        if comment:
            file.comment = comment
        file.write(to_pcm16(samples))
    with atomic_file(path) as temporary:
        temporary.write_bytes(written.getbuffer())


def to_pcm16(samples: NDArray[Any]) -> NDArray[np.int16]:
    """Round float samples to 16 bits, the inverse of reading: full scale is 32768; larger values are clipped.

    :param samples: float with full scale at -1 and 1, or int16, which is returned unchanged.
    """
    if samples.dtype == np.int16:
        return samples
    return np.clip(np.round(samples.astype(np.float64) * 32768), -32768, 32767).astype(np.int16)


def resample_audio(samples: NDArray[Any], rate: int, target: int) -> Samples:
    """Convert the sample rate of mono sound (soxr, high quality, in double precision).

    :param samples: shape (frames,).
    :param rate: sample rate of `samples` in Hz.
    :param target: sample rate of the result in Hz.
    """
    import soxr

    changed = soxr.resample(samples.astype(np.float64), rate, target, quality="HQ")
    return np.asarray(changed, dtype=np.float32)
