"""RTTM: spans in and out, and faults by their line."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyslm.corpora.recorded.rttm import intersect, merge, read_rttm, spans_of
from babyslm.verify.corpora.faults import FaultsError
from babyslm.verify.corpora.rttm import NoSegmentsError
from babyslm.verify.documents import NoSuchFileError

LINE = "SPEAKER rec 1 {onset} {duration} <NA> <NA> {label} <NA> <NA>\n"
SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 10)).map(lambda s: (float(s[0]), float(s[0] + s[1]))))


def marked(spans: list[tuple[float, float]]) -> np.ndarray:
    """Which of the seconds 0 to 59 lie in a span."""
    seconds = np.zeros(60, dtype=bool)
    for onset, offset in spans:
        seconds[int(onset) : int(offset)] = True
    return seconds


@given(SPANS)
def test_merged_spans_cover_the_same_and_are_apart(spans: list[tuple[float, float]]) -> None:
    merged = merge(spans)
    assert (marked(merged) == marked(spans)).all()
    assert all(first[1] < second[0] for first, second in pairwise(merged))


@given(SPANS, st.integers(0, 40), st.integers(1, 19))
def test_an_intersection_is_what_both_cover(spans: list[tuple[float, float]], onset: int, length: int) -> None:
    span = (float(onset), float(onset + length))
    assert (marked(intersect(span, merge(spans))) == (marked([span]) & marked(spans))).all()


def test_segments_are_read_and_chosen(tmp_path: Path) -> None:
    path = tmp_path / "rec.rttm"
    lines = [(3.0, 1.0, "FEM"), (0.5, 1.25, "KCHI"), (3.5, 1.0, "MAL")]
    text = ";; made by hand\nSPKR-INFO rec 1 <NA> <NA> <NA> unknown FEM <NA> <NA>\n"
    path.write_text(text + "".join(LINE.format(onset=on, duration=d, label=label) for on, d, label in lines))
    segments = read_rttm(tmp_path)
    assert segments["onset"].tolist() == [0.5, 3.0, 3.5]
    assert spans_of(segments, "rec", ("FEM", "MAL")) == [(3.0, 4.5)]
    assert spans_of(segments, "rec", ()) == [(0.5, 1.75), (3.0, 4.5)]
    assert spans_of(segments, "other", ()) == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("SPEAKER rec 1 0.5 <NA> <NA> FEM\n", "has 7 fields"),
        (LINE.format(onset="soon", duration=1, label="FEM"), "'soon', '1' are not an onset"),
        (LINE.format(onset=1, duration=-1, label="FEM"), "is negative"),
        (LINE.format(onset=1, duration="nan", label="FEM"), "not finite"),
        ("speaker rec 1 0.5 1 <NA> <NA> FEM <NA> <NA>\n", "begins with 'speaker'"),
    ],
)
def test_a_fault_names_file_and_line(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "rec.rttm"
    path.write_text(LINE.format(onset=0, duration=1, label="FEM") + line)
    with pytest.raises(FaultsError, match=rf"rec\.rttm:2: {reason}|rec\.rttm:2: .*{reason}"):
        read_rttm(path)


def test_nothing_to_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFileError, match="RTTM"):
        read_rttm(tmp_path)
    (tmp_path / "empty.rttm").write_text("\n")
    with pytest.raises(NoSegmentsError):
        read_rttm(tmp_path)
