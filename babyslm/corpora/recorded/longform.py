"""Preparation of long-form home recordings, segmented by the RTTM output of a voice-type classifier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from babyslm.corpora.accounting import STRICT, Account, Leniency
from babyslm.corpora.batches import Batch, write_batches
from babyslm.corpora.corpus import Corpus
from babyslm.corpora.parts import Parts, write_parts
from babyslm.corpora.recorded.recordings import (
    RECORDINGS,
    Recorded,
    by_stem,
    link_recordings,
    place_sound,
    read_recordings,
    settings_of_sound,
)
from babyslm.corpora.recorded.rttm import SEGMENTS, merge, read_rttm
from babyslm.corpora.recorded.transcript_sound import BEYOND
from babyslm.files import sha256_text
from babyslm.verify.corpora.rttm import NoSegmentsError

__all__ = ["ADULTS", "prepare_longform"]

ADULTS = ("FEM", "MAL")
"""Labels of adults in the output of common voice-type classifiers."""
LICENCE = "as stated by the source; recordings of homes are personal data: keep to their consent and terms"
WANTED = ["recording", "onset", "offset", "label"]


def prepare_longform(
    source: Path,
    rttm: Path,
    out: Path,
    *,
    language: str = "en",
    labels: Sequence[str] = ADULTS,
    least: float = 0.5,
    most: float = 20.0,
    gap: float = 0.0,
    clips: bool = False,
    parts: Parts | None = None,
    leniency: Leniency = STRICT,
) -> Corpus:
    """Prepare long-form recordings.

    :param source: folder of recordings with the names used in the RTTM files.
    :param rttm: RTTM file or folder.
    :param out: corpus folder to write.
    :param language: language spoken, for the card.
    :param labels: labels of the speakers to keep; default adults.
    :param least: shortest segment in seconds.
    :param most: longest segment in seconds; longer ones are dropped, as most of them are classification errors.
    :param gap: longest silence in seconds that is bridged within the speech of a speaker.
    :param clips: cut clips instead of linking to the recordings; those that are not 16 kHz mono are always cut.
    :param parts: splits and budgets; default none.
    :param leniency: what is done with faulty recordings and segments; default an error that lists them.
    """
    account = Account(leniency)
    named = by_stem(read_recordings(source, account), account)
    segments = read_rttm(rttm, account)
    chosen = segments[segments["label"].isin(list(labels))]
    account.leave(SEGMENTS, "label not chosen", len(segments) - len(chosen))
    own = chosen[chosen["recording"].isin(list(named))]
    account.leave(SEGMENTS, "no recording of this name", len(chosen) - len(own))
    spans = _Spans(out, least, most, gap, clips)
    batches = [
        Batch(f"{spans} {named[str(name)].identity} {_lines(rows)}", partial(spans.make, named[str(name)], rows))
        for name, rows in own.groupby("recording")
    ]

    def check() -> None:
        if not account[SEGMENTS].kept:
            have = sorted({*segments["label"].unique(), *segments["recording"].unique()})
            raise NoSegmentsError(rttm, [*labels, *sorted(named)], have)
        account.leave(RECORDINGS, "no segment kept", account.open(RECORDINGS))
        if not clips and any(recording.header.as_learned for recording in named.values()):
            link_recordings(source, out)

    def card() -> Mapping[str, object]:
        settings = {"labels": list(labels), "least": least, "most": most, "gap": gap}
        return {
            "name": source.name,
            "language": language,
            "licence": LICENCE,
            "sources": [
                f"{source.name}: {len(named)} recording(s)",
                f"{rttm.name} (sha256 of its segments {sha256_text(_lines(segments))})",
            ],
            "speech": "in-the-wild",
            "settings": settings
            | settings_of_sound(account, clips=clips)
            | ({"parts": parts.record()} if parts else {}),
        }

    corpus = write_batches(batches, out, account, what="recordings", check=check, card=card)
    if parts is not None:
        write_parts(corpus, parts)
    return corpus


def _lines(segments: pd.DataFrame) -> str:
    return str(segments[WANTED].to_csv(index=False, lineterminator="\n"))


@dataclass(frozen=True)
class _Spans:
    """What becomes of the segments of a recording; see `prepare_longform`."""

    out: Path
    least: float
    most: float
    gap: float
    clips: bool

    def make(self, recording: Recorded, segments: pd.DataFrame, account: Account) -> pd.DataFrame:
        """Return the utterances of a recording, in the order of their onset."""
        rows: list[dict[str, object]] = []
        for label, own in segments.groupby("label"):
            inside = self._inside(own, recording, account)
            spans = merge([(onset, offset) for onset, offset, _ in inside], gap=self.gap)
            place = 0
            for onset, offset in spans:
                members = []
                while place < len(inside) and inside[place][0] <= offset:
                    members.append(inside[place][2])
                    place += 1
                if not self._fits(offset - onset, len(members), account):
                    continue
                rows.append(
                    recording.columns()
                    | {
                        "onset": onset,
                        "offset": offset,
                        "speaker": f"{recording.path.stem}/{label}",
                        "role": label,
                        "source": recording.path.stem,
                        "members": len(members),
                        "path": members[0][0],
                        "line": members[0][1],
                    }
                )
        if account.failing or not rows:
            return pd.DataFrame(rows)
        table = pd.DataFrame(rows).sort_values(["onset", "role"], kind="stable", ignore_index=True)
        placed = place_sound(table, self.out, account, SEGMENTS, clips=self.clips)
        lost = table.drop(index=placed.index)
        account.leave(SEGMENTS, "merged with one that is not readable", int((lost["members"] - 1).sum()))
        account.keep(SEGMENTS, int(placed["members"].sum()))
        account.keep(RECORDINGS, int(not placed.empty))
        return placed

    def _fits(self, seconds: float, members: int, account: Account) -> bool:
        if seconds < self.least:
            account.leave(SEGMENTS, f"shorter than {self.least:g} s", members)
        elif seconds > self.most:
            account.leave(SEGMENTS, f"longer than {self.most:g} s", members)
        return self.least <= seconds <= self.most

    def _inside(
        self, segments: pd.DataFrame, recording: Recorded, account: Account
    ) -> list[tuple[float, float, tuple[Path, int]]]:
        """Return onset, offset and place of the segments that lie in the recording, by onset; cut at its end."""
        length = recording.header.seconds
        inside = []
        for row in segments.sort_values(["onset", "offset"], kind="stable").itertuples():
            told = f"{recording.place} ({length:.3f} s)"
            if row.offset == row.onset:
                account.leave(SEGMENTS, "no length")
            elif row.onset >= length:
                reason = f"begins at {row.onset:g} s, after the end of {told}"
                account.fault(SEGMENTS, "after the end", row.path, row.line, reason)
            else:
                if row.offset > length + BEYOND:
                    reason = f"ends at {row.offset:g} s, after the end of {told}"
                    account.fault(SEGMENTS, "cut at the end", row.path, row.line, reason, mended=True)
                inside.append((row.onset, min(row.offset, length), (row.path, row.line)))
        return inside
