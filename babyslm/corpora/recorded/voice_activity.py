"""Speech detection in read recordings, by energy relative to the loudest frame of the recording."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from babyslm.corpora.recorded.rttm import Span, merge
from babyslm.speech.audio import RATE, Samples

__all__ = ["Activity", "frame_energy", "loud_parts", "speech_spans"]

FRAME, HOP = 1024, 256


@dataclass(frozen=True)
class Activity:
    """Settings of speech detection.

    :param below: frames down to this many dB below the loudest frame count as speech.
    :param pause: longest silence in seconds within a segment.
    :param margin: seconds kept before and after a segment.
    :param least: shortest segment in seconds; shorter ones are dropped.
    :param most: longest segment in seconds; longer ones are cut at their quietest frame.
    """

    below: float = 40.0
    pause: float = 0.3
    margin: float = 0.1
    least: float = 0.5
    most: float = 20.0


def speech_spans(blocks: Iterable[Samples], activity: Activity) -> tuple[list[Span], int]:
    """Return onsets and offsets of speech in seconds, and the number of spans that are too short.

    The energy of 64 ms frames every 16 ms is compared with a threshold, as in `librosa.effects.split`. The method
    suits read speech, whose pauses are quiet; for home recordings use the RTTM output of a voice-type classifier.

    :param blocks: 16 kHz mono, block after block; only their energy stays in memory.
    :param activity: the settings.
    """
    energy, samples = frame_energy(blocks)
    if not samples or not energy.max():
        return [], 0
    loud = loud_parts(energy, samples, below=activity.below)
    spans = merge([(start / RATE, stop / RATE) for start, stop in loud], gap=activity.pause)
    length = samples / RATE
    spans = merge([(max(0.0, on - activity.margin), min(length, off + activity.margin)) for on, off in spans])
    cut = [part for span in spans for part in _cut(span, energy, activity)]
    kept = [(round(on, 4), round(off, 4)) for on, off in cut if off - on >= activity.least]
    return kept, len(cut) - len(kept)


def frame_energy(blocks: Iterable[Samples]) -> tuple[NDArray[np.float32], int]:
    """Return the root mean square of each frame, as `librosa.feature.rms` gives it, and the number of samples.

    :param blocks: sound, block after block.
    """
    held = np.zeros(FRAME // 2, dtype=np.float32)
    found: list[NDArray[np.float32]] = []
    samples = 0
    for block in chain(blocks, (None,)):
        samples += 0 if block is None else len(block)
        held = np.concatenate([held, np.zeros(FRAME // 2, dtype=np.float32) if block is None else block])
        if len(held) >= FRAME:
            frames = sliding_window_view(held, FRAME)[::HOP]
            found.append(np.sqrt(np.square(frames).mean(axis=1)))
            held = held[len(frames) * HOP :]
    return (np.concatenate(found) if found else np.zeros(0, dtype=np.float32)), samples


def loud_parts(energy: NDArray[np.float32], samples: int, *, below: float) -> list[tuple[int, int]]:
    """Return first sample and sample after the last of the parts that are loud, as `librosa.effects.split` does.

    :param energy: as `frame_energy` gives it.
    :param samples: number of samples.
    :param below: dB below the loudest frame that still count.
    """
    from librosa import amplitude_to_db

    loud = amplitude_to_db(energy, ref=np.max, top_db=None) > -below
    edges = np.flatnonzero(np.diff(np.concatenate([[False], loud, [False]]).astype(np.int8)))
    places = np.minimum(edges * HOP, samples).reshape(-1, 2)
    return [(int(start), int(stop)) for start, stop in places]


def _cut(span: Span, energy: NDArray[np.float32], activity: Activity) -> list[Span]:
    """Split a long span, recursively, at its quietest frame between half the longest length and the longest length."""
    onset, offset = span
    if offset - onset <= activity.most:
        return [span]
    reach = min(activity.most, offset - onset - activity.least)
    first = round((onset + max(activity.least, reach / 2)) * RATE / HOP)
    last = max(first + 1, round((onset + reach) * RATE / HOP))
    place = (first + int(np.argmin(energy[first:last]))) * HOP / RATE
    return [(onset, place), *_cut((place, offset), energy, activity)]
