"""RTTM files (speaker segments of recordings), and operations on time spans."""

from collections.abc import Collection, Sequence
from pathlib import Path

import pandas as pd

from babyslm.verify.corpora.rttm import NoSegmentsError, RttmFormatError
from babyslm.verify.documents import NoSuchFileError

__all__ = ["Span", "intersect", "merge", "read_rttm", "spans_of"]

Span = tuple[float, float]
"""Onset and offset in seconds."""

FIELDS = 9
"""Smallest number of fields in a line; the tenth, a look-ahead time, is often left out."""


LONGEST = 1e9
"""Largest plausible time in a recording: 1e9 seconds, about thirty years."""


def read_rttm(source: Path) -> pd.DataFrame:
    """Read RTTM files.

    :param source: one file, or a folder of `.rttm` files.
    :returns: `recording, onset, offset` (seconds)`, label`, sorted by recording and onset.
    :raises RttmFormatError: if a line is malformed; the error names the line.
    :raises NoSegmentsError: if there is no SPEAKER line.
    """
    paths = sorted(source.rglob("*.rttm")) if source.is_dir() else [source]
    if not paths or not all(path.is_file() for path in paths):
        raise NoSuchFileError(source, "give an RTTM file or a folder of .rttm files")
    rows = [row for path in paths for row in _read(path)]
    if not rows:
        raise NoSegmentsError(source, (), ("no SPEAKER line",))
    table = pd.DataFrame(rows, columns=["recording", "onset", "offset", "label"])
    return table.sort_values(["recording", "onset", "offset", "label"], kind="stable", ignore_index=True)


def _read(path: Path) -> list[tuple[str, float, float, str]]:
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        fields = line.split()
        if not fields or fields[0].startswith(";;") or (fields[0] != "SPEAKER" and fields[0].isupper()):
            continue  # comments and other line types of the format (SPKR-INFO, LEXEME, ...)
        if fields[0] != "SPEAKER":
            raise RttmFormatError(path, number, f"begins with {fields[0]!r}")
        if len(fields) < FIELDS:
            raise RttmFormatError(path, number, f"has {len(fields)} fields")
        try:
            onset, duration = float(fields[3]), float(fields[4])
        except ValueError:
            reason = f"{fields[3]!r}, {fields[4]!r} are not an onset and a duration"
            raise RttmFormatError(path, number, reason) from None
        if not (onset >= 0 and duration >= 0 and onset + duration < LONGEST):
            reason = f"onset {onset} or duration {duration} is negative, not finite or above {LONGEST:g} s"
            raise RttmFormatError(path, number, reason)
        rows.append((fields[1], onset, round(onset + duration, 6), fields[7]))
    return rows


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
