"""Audio of transcripts: utterances with time marks, intersected with RTTM segments and cut from their recordings."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from glob import escape
from pathlib import Path

import pandas as pd

from babyslm.corpora.accounting import Account
from babyslm.corpora.recorded.recordings import CLIPS, RECORDINGS, Recorded, by_stem, place_sound, read_recordings
from babyslm.corpora.recorded.rttm import SEGMENTS, Span, intersect, read_rttm, spans_of
from babyslm.files import sha256_text
from babyslm.verify.corpora.rttm import NoSegmentsError

__all__ = ["Recordings", "Sound"]

UTTERANCES, TRANSCRIPTS = "utterances", "transcripts"
ADVICE = "add the recording, or leave out --media"
HEARD = "recordings heard"
"""Topic of the account: the recordings that transcripts name."""
BEYOND = 0.05
"""Seconds by which an annotation may end after its recording without a word: rounding, and frames of a classifier."""


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


@dataclass
class Recordings:
    """The recordings of transcripts and the segments of an RTTM file, read once for all batches.

    :param sound: where they lie.
    :param found: recordings by name.
    :param segments: as `read_rttm` gives them, or None.
    """

    sound: Sound
    found: Mapping[str, Recorded]
    segments: pd.DataFrame | None

    @classmethod
    def read(cls, sound: Sound, account: Account) -> "Recordings":
        """Find the recordings and read the segments; faults go to the account."""
        found = by_stem(read_recordings(sound.media, account), account)
        return cls(sound, found, read_rttm(sound.rttm, account) if sound.rttm else None)

    @cached_property
    def identity(self) -> str:
        """All that decides which clips are cut."""
        segments = "" if self.segments is None else sha256_text(self.segments.drop(columns="path").to_csv(index=False))
        told = " ".join(recording.identity for recording in self.found.values())
        return f"{self.sound.labels} {self.sound.least} {segments} {sha256_text(told)}"

    def of(self, transcript: Path, media: object, account: Account) -> Recorded | None:
        """Return the recording of a transcript; None for one that is no sound, or that is not there, which is a fault.

        :param transcript: its path.
        :param media: name of the recording by @Media, or None.
        :param account: learns of a recording that is missing.
        """
        names = [str(media), transcript.stem] if media else [transcript.stem]
        found = next((self.found[name] for name in names if name in self.found), None)
        if found is None and not any(any(self.sound.media.rglob(f"{escape(name)}.*")) for name in names):
            named = f"its recording {media}" if media else "a recording with its name (it has no @Media header)"
            reason = f"{named} is not in {self.sound.media}"
            account.fault(TRANSCRIPTS, "recording missing", transcript, None, reason, advice=ADVICE)
        return found

    def cut(self, rows: pd.DataFrame, out: Path, account: Account) -> pd.DataFrame:
        """Return one row with a clip for each stretch of speech.

        If the RTTM file splits an utterance into several stretches, the first keeps the words.

        :param rows: with `onset`, `offset` (seconds; none without time mark), `path`, `line` and `media`.
        :param out: the corpus folder; clips are written into it.
        :param account: learns why utterances have no sound.
        """
        stretches: list[dict[object, object]] = []
        for path, own in rows.groupby("path", sort=False):
            recording = self.of(Path(str(path)), own["media"].iloc[0], account)
            if recording is None:
                account.leave(UTTERANCES, "recording left out", len(own))
                continue
            account.note(HEARD, recording.path.stem)
            speech = None if self.segments is None else spans_of(self.segments, recording.path.stem, self.sound.labels)
            columns = recording.columns() | {"name": recording.path.stem}
            for row in own.to_dict("records"):
                spans = self._spans(row, recording, speech, account)
                words: list[dict[object, object]] = [{}] + [{"text": None, "phones": None}] * (len(spans) - 1)
                stretches += [
                    row | columns | more | {"onset": on, "offset": off}
                    for more, (on, off) in zip(words, spans, strict=bool(spans))
                ]
        if not stretches or account.failing:
            return rows.iloc[:0]
        table = pd.DataFrame(stretches)
        account.read(CLIPS, len(table))
        placed = place_sound(table, out, account, CLIPS, clips=True)
        account.keep(CLIPS, len(placed))
        kept = len(placed[["path", "line"]].drop_duplicates())
        account.keep(UTTERANCES, kept)
        account.leave(UTTERANCES, "clip left out", len(table[["path", "line"]].drop_duplicates()) - kept)
        return placed

    def _spans(
        self, row: dict[object, object], recording: Recorded, speech: list[Span] | None, account: Account
    ) -> list[Span]:
        """Return the stretches of an utterance, or none and the reason why."""
        if row["onset"] is None or row["onset"] != row["onset"]:
            account.leave(UTTERANCES, "no time mark")
            return []
        onset, offset, length = float(str(row["onset"])), float(str(row["offset"])), recording.header.seconds
        place = Path(str(row["path"])), int(str(row["line"]))
        if onset >= length:
            reason = f"begins at {onset:.3f} s, after the end of {recording.path.name} ({length:.3f} s)"
            account.fault(UTTERANCES, "after the end", *place, reason)
            return []
        if offset > length + BEYOND:
            reason = f"ends at {offset:.3f} s, after the end of {recording.path.name} ({length:.3f} s)"
            account.fault(UTTERANCES, "cut at the end", *place, reason, mended=True)
        span = (onset, min(offset, length))
        kept = [span] if speech is None else intersect(span, speech)
        if not kept:
            account.leave(UTTERANCES, "nobody speaks by the RTTM file")
            return []
        kept = [(on, off) for on, off in kept if off - on >= max(self.sound.least, 1e-3)]
        if not kept:
            account.leave(UTTERANCES, f"shorter than {self.sound.least:g} s")
        return kept

    def settle(self, account: Account, *, found: bool) -> None:
        """Account for the segments and recordings, once all transcripts are read.

        :param account: of the whole preparation.
        :param found: whether anything was found at all.
        :raises NoSegmentsError: where nothing was.
        """
        if not found:
            have = [] if self.segments is None else sorted(self.segments["label"].unique())
            raise NoSegmentsError(self.sound.rttm or self.sound.media, self.sound.labels, have)
        heard = len(account.noted(HEARD))
        account.keep(RECORDINGS, heard)
        account.leave(RECORDINGS, "no transcript of it", len(self.found) - heard)
        if self.segments is not None:
            labels = self.segments["label"].isin(list(self.sound.labels)) | (not self.sound.labels)
            account.leave(SEGMENTS, "label not chosen", int((~labels).sum()))
            account.keep(SEGMENTS, int(labels.sum()))
