"""RTTM files (speaker segments of recordings), and operations on time spans."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pandas as pd

from babyslm.corpora.accounting import Account
from babyslm.corpora.text_lines import lines_of
from babyslm.verify.corpora.rttm import NoSegmentsError
from babyslm.verify.documents import NoSuchFileError

__all__ = ["SEGMENTS", "Span", "intersect", "merge", "read_rttm", "spans_of"]

Span = tuple[float, float]
"""Onset and offset in seconds."""

FIELDS = 9
"""Smallest number of fields in a line; the tenth, a look-ahead time, is often left out."""

LONGEST = 1e9
"""Largest plausible time in a recording: 1e9 seconds, about thirty years."""

ENDINGS = ("flac", "mp3", "ogg", "opus", "rttm", "wav")

SEGMENTS = "segments"
COLUMNS = ("recording", "onset", "offset", "label", "path", "line")
ADVICE = "the format is SPEAKER FILE CHANNEL ONSET DURATION <NA> <NA> LABEL <NA> <NA>"


def read_rttm(source: Path, account: Account | None = None) -> pd.DataFrame:
    """Read RTTM files.

    A segment with an onset below zero begins at zero, which counts as mended; other faulty segments are left out.

    :param source: one file, or a folder of `.rttm` files.
    :param account: learns of segments and their faults; None reads strictly.
    :returns: `recording, onset, offset` (seconds)`, label, path, line`, sorted by recording and onset.
    :raises FaultsError: listing the faulty lines, where there is no account.
    """
    paths = sorted(path for path in source.rglob("*.rttm") if path.is_file()) if source.is_dir() else [source]
    if not paths or not all(path.is_file() for path in paths):
        raise NoSuchFileError(source, "give an RTTM file or a folder of .rttm files")
    told = account or Account()
    rows = [row for path in paths for row in _read(path, told)]
    if account is None:
        told.verify()
    if not rows and not told.faults:
        raise NoSegmentsError(source, (), ("no SPEAKER line",))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values(["recording", "onset", "offset", "label"], kind="stable", ignore_index=True)


def _read(path: Path, account: Account) -> Iterator[tuple[str, float, float, str, Path, int]]:
    lines, undecodable = lines_of(path)
    for number, line in enumerate(lines, start=1):
        fields = line.split()
        if not fields or fields[0].startswith(";;") or (fields[0] != "SPEAKER" and fields[0].isupper()):
            continue  # comments and other line types of the format (SPKR-INFO, LEXEME, ...)
        account.read(SEGMENTS)
        found = undecodable.get(number) or _segment(fields)
        if isinstance(found, str):
            account.fault(SEGMENTS, "malformed segment", path, number, found, advice=ADVICE)
            continue
        onset, offset = found
        if offset < 0 or (onset < 0 and offset == 0):
            reason = f"ends at {offset:g} s, before the recording begins"
            account.fault(SEGMENTS, "before the beginning", path, number, reason)
            continue
        if onset < 0:
            reason = f"begins at {onset:g} s, before the recording"
            account.fault(SEGMENTS, "onset below zero", path, number, reason, mended=True)
        yield _stem(fields[1]), max(0.0, onset), offset, fields[7], path, number


def _stem(name: str) -> str:
    """Return the name of a recording without the ending that some classifiers leave on it."""
    stem, _, ending = name.rpartition(".")
    return stem if stem and ending.lower() in ENDINGS else name


def _segment(fields: Sequence[str]) -> tuple[float, float] | str:
    """Return onset and offset of a line, or what is wrong with it."""
    if fields[0] != "SPEAKER":
        return f"begins with {fields[0]!r}"
    if len(fields) < FIELDS:
        return f"has {len(fields)} fields"
    try:
        onset, duration = float(fields[3]), float(fields[4])
    except ValueError:
        return f"{fields[3]!r}, {fields[4]!r} are not an onset and a duration"
    if not (duration >= 0 and abs(onset) < LONGEST and onset + duration < LONGEST):
        return f"onset {onset} or duration {duration} is negative, not finite or above {LONGEST:g} s"
    return onset, round(onset + duration, 6)


def merge(spans: Sequence[Span], *, gap: float = 0.0) -> list[Span]:
    """Join spans that overlap or lie at most `gap` seconds apart; the result is sorted.

    >>> merge([(2.0, 3.0), (0.0, 1.0), (0.5, 1.5)])
    [(0.0, 1.5), (2.0, 3.0)]
    """
    joined: list[Span] = []
    for onset, offset in sorted(spans):
        if joined and onset <= joined[-1][1] + gap:
            joined[-1] = (joined[-1][0], max(joined[-1][1], offset))
        else:
            joined.append((onset, offset))
    return joined


def intersect(span: Span, others: Sequence[Span]) -> list[Span]:
    """Return the parts of a span that lie in one of the other spans.

    >>> intersect((1.0, 4.0), [(0.0, 2.0), (3.0, 9.0)])
    [(1.0, 2.0), (3.0, 4.0)]

    :param span: onset and offset in seconds.
    :param others: sorted and disjoint, as returned by `merge`.
    """
    onset, offset = span
    parts = [(max(onset, start), min(offset, stop)) for start, stop in others if start < offset and stop > onset]
    return [(start, stop) for start, stop in parts if stop > start]


def spans_of(segments: pd.DataFrame, recording: str, labels: Collection[str]) -> list[Span]:
    """Return the spans of a recording with one of the given labels, sorted and disjoint.

    :param segments: the table returned by `read_rttm`.
    :param recording: name of the recording, without folder and extension.
    :param labels: the labels; empty for all.
    """
    chosen = segments[segments["recording"] == recording]
    if labels:
        chosen = chosen[chosen["label"].isin(set(labels))]
    return merge(list(zip(chosen["onset"].tolist(), chosen["offset"].tolist(), strict=True)))
