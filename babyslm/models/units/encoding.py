"""Encoding of sounds as units: short sounds in chunks, long ones as a stream, so that memory use is bounded."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from babyslm.models.encoders.protocol import Encoder, StreamingEncoder, WarpingEncoder
from babyslm.models.units.cache import UnitCache
from babyslm.models.units.protocol import Quantiser, SamplingQuantiser, Units
from babyslm.speech.audio import RATE, Samples
from babyslm.speech.sound import HeldSound, Sound, read_blocks, read_whole
from babyslm.verify.learners.units import SamplingError, WarpError

__all__ = ["LONG", "chunks_of", "draw_units", "encode_units", "warp_encoder"]

CHUNK = 64
"""Upper limit on the number of sounds in memory at once."""

CHUNK_SAMPLES = 300 * RATE
"""Upper limit on the number of samples in memory at once."""

LONG = 60 * RATE
"""Longer sounds, in samples, are never held in memory; their features are computed as a stream."""


def warp_encoder(encoder: Encoder, warps: Sequence[float]) -> list[Encoder]:
    """Return the encoder once per warp factor; an encoder without warps accepts only the factor 1.

    :param encoder: any encoder.
    :param warps: warp factors; 1 is the unwarped encoder.
    """
    ears: list[Encoder] = []
    for warp in warps:
        if warp == 1:
            ears.append(encoder)
        elif isinstance(encoder, WarpingEncoder):
            ears.append(encoder.warped(warp))
        else:
            raise WarpError(str(encoder.settings.get("kind", type(encoder).__name__)), warp)
    return ears


def encode_units(
    sounds: Iterable[Samples | Sound],
    encoders: Sequence[Encoder],
    codebook: Quantiser,
    *,
    caches: Sequence[UnitCache] | None = None,
) -> Iterator[list[Units]]:
    """Yield the units of each sound, one array per encoder; one chunk of sounds is in memory at a time.

    :param sounds: sounds at 16 kHz, in memory or read from files as they are needed.
    :param encoders: waveform to features: one encoder, or the same encoder with several warps.
    :param codebook: features to units.
    :param caches: one cache per encoder, used to look up and store units; None for no cache.
    """
    for chunk in chunks_of(HeldSound(sound) if isinstance(sound, np.ndarray) else sound for sound in sounds):
        ways = [(encoder, caches[number] if caches else None) for number, encoder in enumerate(encoders)]
        if len(chunk[0]) > LONG:
            yield [_encode_long(chunk[0], encoder, codebook, cache) for encoder, cache in ways]
            continue
        waveforms = [read_whole(sound) for sound in chunk]
        heard = [_encode_chunk(waveforms, encoder, codebook, cache) for encoder, cache in ways]
        yield from map(list, zip(*heard, strict=True))


def draw_units(
    sounds: Iterable[Samples | Sound], encoders: Sequence[Encoder], quantiser: Quantiser, draws: int
) -> Iterator[list[list[Units]]]:
    """Yield, for each sound and each encoder, the units of several segmentations drawn from their posteriors.

    :param sounds: sounds at 16 kHz, each short enough to be encoded as a whole.
    :param encoders: waveform to features: one encoder, or the same encoder with several warps.
    :param quantiser: one that can draw segmentations; another one is a `SamplingError`.
    :param draws: number of segmentations.
    """
    if not isinstance(quantiser, SamplingQuantiser):
        raise SamplingError(type(quantiser).__name__)
    for chunk in chunks_of(HeldSound(sound) if isinstance(sound, np.ndarray) else sound for sound in sounds):
        waveforms = [read_whole(sound) for sound in chunk]
        heard = [[quantiser.sample(features, draws) for features in encoder.encode(waveforms)] for encoder in encoders]
        yield from map(list, zip(*heard, strict=True))


def chunks_of(sounds: Iterable[Sound]) -> Iterator[list[Sound]]:
    """Yield chunks of sounds that fit into memory; a long sound is a chunk of its own."""
    chunk: list[Sound] = []
    samples = 0
    for sound in sounds:
        if chunk and (len(chunk) == CHUNK or samples + len(sound) > CHUNK_SAMPLES or len(sound) > LONG):
            yield chunk
            chunk, samples = [], 0
        chunk.append(sound)
        samples += len(sound)
        if len(sound) > LONG:
            yield chunk
            chunk, samples = [], 0
    if chunk:
        yield chunk


def _encode_long(sound: Sound, encoder: Encoder, codebook: Quantiser, cache: UnitCache | None) -> Units:
    key = cache.key_of(read_blocks(sound)) if cache else ""
    known = cache.get(key) if cache else None
    if known is not None:
        return known
    if isinstance(encoder, StreamingEncoder):
        units = codebook.quantise_stream(encoder.stream(sound))
    else:
        units = codebook.quantise(encoder.encode([read_whole(sound)]))[0]
    if cache:
        cache.put(key, units)
    return units


def _encode_chunk(
    chunk: Sequence[Samples], encoder: Encoder, codebook: Quantiser, cache: UnitCache | None
) -> list[Units]:
    if cache is None:
        return codebook.quantise(encoder.encode(chunk))
    keys = [cache.key(waveform) for waveform in chunk]
    known = {key: units for key in keys if (units := cache.get(key)) is not None}
    new = {key: waveform for key, waveform in zip(keys, chunk, strict=True) if key not in known}
    for key, units in zip(new, codebook.quantise(encoder.encode(list(new.values()))), strict=True):
        cache.put(key, units)
        known[key] = units
    return [known[key] for key in keys]
