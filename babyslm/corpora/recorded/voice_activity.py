"""Where a recording of reading is speech: by energy, against its own loudest frame."""

from dataclasses import dataclass

import numpy as np

from babyslm.corpora.recorded.rttm import Span, merge
from babyslm.speech.audio import RATE, Samples

__all__ = ["Activity", "speech_spans"]

FRAME, HOP = 1024, 256


@dataclass(frozen=True)
class Activity:
    """How speech is told from silence.

    :param below: dB below the loudest frame that still count as speech.
    :param pause: seconds of silence that do not part two segments.
    :param margin: seconds kept around a segment.
    :param least: shortest segment in seconds; shorter ones are dropped.
    :param most: longest segment in seconds; longer ones are cut at their quietest frame.
    """

    below: float = 40.0
    pause: float = 0.3
    margin: float = 0.1
    least: float = 0.5
    most: float = 20.0


def speech_spans(sound: Samples, activity: Activity) -> list[Span]:
    """Return onsets and offsets of speech in seconds.

    Energy of frames of 64 ms every 16 ms, as `librosa.effects.split` measures it: reading has quiet pauses. For
    recordings of homes use a voice-type classifier and its RTTM.

    :param sound: 16 kHz mono.
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
    """Part a span that is too long at the quietest frame of its middle, as often as it takes."""
    onset, offset = span
    if offset - onset <= activity.most:
        return [span]
    reach = min(activity.most, offset - onset - activity.least)
    first = round((onset + max(activity.least, reach / 2)) * RATE / HOP)
    last = max(first + 1, round((onset + reach) * RATE / HOP))
    place = (first + int(np.argmin(energy[first:last]))) * HOP / RATE
    return [(onset, place), *_cut((place, offset), energy, activity)]
