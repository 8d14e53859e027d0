"""Audio of transcripts: utterances with time marks, intersected with RTTM segments and cut from their recordings."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from babyslm.corpora.recorded.recordings import by_stem, cut_clips, find_recordings, seconds_of
from babyslm.corpora.recorded.rttm import intersect, read_rttm, spans_of
from babyslm.verify.corpora.chat import RecordingMissingError
from babyslm.verify.corpora.rttm import NoSegmentsError

__all__ = ["Sound", "with_sound"]


@dataclass(frozen=True)
class Sound:
    """Recordings of transcripts, and the part of an utterance that counts as speech.

    :param media: folder of recordings, matched by the name in @Media or by the name of the transcript.
    :param rttm: RTTM file or folder with which the utterances are intersected; None uses the time marks alone.
    :param labels: RTTM labels that count as speech, such as FEM and MAL; () for all.
    :param least: shortest clip in seconds; shorter ones are dropped.
    """

    media: Path
    rttm: Path | None = None
    labels: tuple[str, ...] = ()
    least: float = 0.0


def with_sound(rows: pd.DataFrame, sound: Sound, out: Path) -> pd.DataFrame:
    """Return one row with a clip for each stretch of speech.

    If the RTTM file splits an utterance into several stretches, the first keeps the words.

    :param rows: with `onset`, `offset` (seconds; missing without a time mark), `path` and `media`.
    :param sound: the recordings and the definition of speech.
    :param out: the corpus folder; clips are written into it.
    :raises RecordingMissingError: if the recording of a transcript is missing.
    :raises NoSegmentsError: if no stretch of speech is left.
    """
    recordings = by_stem(find_recordings(sound.media))
    segments = read_rttm(sound.rttm) if sound.rttm else None
    stretches = []
    for path, own in rows.groupby("path", sort=False):
        media = own["media"].iloc[0]
        recording = recordings.get(str(media)) or recordings.get(path.stem)
        if recording is None:
            raise RecordingMissingError(path, media, sound.media)
        length = seconds_of(recording)
        speech = None if segments is None else spans_of(segments, recording.stem, sound.labels)
        for row in own[own["onset"].notna()].to_dict("records"):
            span = (float(row["onset"]), min(float(row["offset"]), length))
            kept = [span] if speech is None else intersect(span, speech)
            kept = [(on, off) for on, off in kept if off - on >= max(sound.least, 1e-3)]
            for place, (on, off) in enumerate(kept):
                words = {} if place == 0 else {"text": None, "phones": None}
                stretches.append(
                    row | words | {"onset": on, "offset": off, "recording": recording, "name": recording.stem}
                )
    if not stretches:
        have = [] if segments is None else sorted(segments["label"].unique())
        raise NoSegmentsError(sound.rttm or sound.media, sound.labels, have)
    return cut_clips(pd.DataFrame(stretches), out)
