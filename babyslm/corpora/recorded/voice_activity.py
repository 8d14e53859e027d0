"""Speech detection in read recordings, by energy relative to the loudest frame of the recording."""

from dataclasses import dataclass

import numpy as np

from babyslm.corpora.recorded.rttm import Span, merge
from babyslm.speech.audio import RATE, Samples

__all__ = ["Activity", "speech_spans"]

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


def speech_spans(sound: Samples, activity: Activity) -> list[Span]:
    """Return onset and offset of each speech segment in seconds.

    The energy of 64 ms frames every 16 ms is compared with a threshold, as in `librosa.effects.split`. The method
    suits read speech, whose pauses are quiet; for home recordings use the RTTM output of a voice-type classifier.

    :param sound: waveform, shape (frames,), 16 kHz.
    :param activity: the settings.
    """
    from librosa.effects import split
    from librosa.feature import rms

    if not len(sound) or not np.abs(sound).max():
        return []
    loud = split(sound, top_db=activity.below, frame_length=FRAME, hop_length=HOP)
    spans = merge([(float(start) / RATE, float(stop) / RATE) for start, stop in loud], gap=activity.pause)
    length = len(sound) / RATE
    spans = merge([(max(0.0, on - activity.margin), min(length, off + activity.margin)) for on, off in spans])
    energy = rms(y=sound, frame_length=FRAME, hop_length=HOP)[0]
    cut = [part for span in spans for part in _cut(span, energy, activity)]
    return [(round(on, 4), round(off, 4)) for on, off in cut if off - on >= activity.least]


def _cut(span: Span, energy: np.ndarray, activity: Activity) -> list[Span]:
    """Split a long span, recursively, at its quietest frame between half the longest length and the longest length."""
    onset, offset = span
    if offset - onset <= activity.most:
        return [span]
    reach = min(activity.most, offset - onset - activity.least)
    first = round((onset + max(activity.least, reach / 2)) * RATE / HOP)
    last = max(first + 1, round((onset + reach) * RATE / HOP))
    place = (first + int(np.argmin(energy[first:last]))) * HOP / RATE
    return [(onset, place), *_cut((place, offset), energy, activity)]
