"""Sound files of any rate and number of channels, heard block by block as 16 kHz mono."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from babyslm.speech.audio import RATE, Samples, opened_audio, to_mono
from babyslm.verify.speech.audio import AudioFormatError, SampleValueError, TruncatedAudioError

__all__ = ["mono_blocks"]

BLOCK = 60
"""Seconds of a block."""


def mono_blocks(path: Path, *, seconds: float = BLOCK) -> Iterator[Samples]:
    """Yield a sound file as 16 kHz mono, block after block; memory holds one block.

    Channels are averaged as `to_mono` does, block by block; another rate is changed by soxr (high quality), whose
    blocks join without a seam.

    :param path: WAV, FLAC, OGG or whatever libsndfile reads.
    :param seconds: of a block.
    """
    import soundfile
    import soxr

    with opened_audio(path) as file:
        change = soxr.ResampleStream(file.samplerate, RATE, 1, dtype="float64", quality="HQ")
        promised, read = file.frames, 0
        while read < promised:
            try:
                samples = file.read(round(seconds * file.samplerate), dtype="float32", always_2d=True)
            except soundfile.LibsndfileError as error:
                raise AudioFormatError(path, str(error).rstrip(".")) from error
            if not len(samples):
                raise TruncatedAudioError(path, promised, read)
            mono = to_mono(samples)[0]
            if not np.isfinite(mono).all():
                raise SampleValueError(path, read + int(np.argmin(np.isfinite(mono))))
            read += len(samples)
            if file.samplerate != RATE:
                mono = change.resample_chunk(mono.astype(np.float64), last=read >= promised).astype(np.float32)
            yield mono
