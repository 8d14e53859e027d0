"""Arrays kept in the cache: made once, and made again where the cache is broken or cannot be written."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from babyslm.caches import keep_entry
from babyslm.speech.kept import kept_array


def test_an_array_is_made_once_and_made_again_if_the_cache_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BABYSLM_CACHE", str(tmp_path))
    made = []

    def make() -> np.ndarray:
        made.append(1)
        return np.linspace(0, 1, 7)

    for _ in range(2):
        assert np.array_equal(kept_array("x", "k", make), np.linspace(0, 1, 7))
    assert len(made) == 1
    kept_array("x", "other", make)
    assert len(made) == 2
    path = tmp_path / "x" / "k"
    whole = path.read_bytes()
    for times, damaged in enumerate([b"\x93NUMPY", whole[:-1], whole[:-3] + b"\x01" + whole[-2:], b""], 3):
        path.write_bytes(damaged)
        assert np.array_equal(kept_array("x", "k", make), np.linspace(0, 1, 7))
        assert len(made) == times
        assert path.read_bytes() == whole
    assert sorted(path.name for path in (tmp_path / "x").iterdir()) == ["k", "other"]


def test_pickled_objects_in_the_cache_are_never_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BABYSLM_CACHE", str(tmp_path))
    pickled = BytesIO()
    np.save(pickled, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    keep_entry(tmp_path / "x" / "k", pickled.getvalue())
    assert kept_array("x", "k", lambda: np.ones(2)).tolist() == [1.0, 1.0]


def test_a_cache_that_cannot_be_written_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("BABYSLM_CACHE", str(tmp_path / "file"))
    assert kept_array("x", "k", lambda: np.ones(2)).tolist() == [1.0, 1.0]
