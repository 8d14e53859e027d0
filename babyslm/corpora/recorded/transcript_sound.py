"""The sound of transcripts: marked utterances, intersected with who speaks, cut out of their recordings."""

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
    """The recordings of transcripts, and which part of a marked utterance counts as speech.

    :param media: folder of recordings, found by the name in @Media or that of the transcript.
    :param rttm: RTTM file or folder; boundaries are intersected with it. None trusts the transcript alone.
    :param labels: labels of it that count, such as FEM and MAL; () for all.
    :param least: shortest clip in seconds; shorter ones are dropped.
    """

    media: Path
    rttm: Path | None = None
    labels: tuple[str, ...] = ()
    least: float = 0.0


def with_sound(rows: pd.DataFrame, sound: Sound, out: Path) -> pd.DataFrame:
    """Return a row for each stretch of speech with its clip.

    An utterance that the RTTM file parts in several keeps its words on the first.

    :param rows: with `onset`, `offset` (seconds; none without time mark), `path` and `media`.
    :param sound: recordings and what counts as speech.
    :param out: the corpus folder; clips are written into it.
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
