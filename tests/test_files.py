"""Whole or not at all."""

import json
import os
from pathlib import Path

import pytest

from babyslm.files import (
    LockedError,
    WriteError,
    atomic_file,
    atomic_folder,
    exclusive,
    sweep_partial_files,
    write_json,
    write_text,
)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old")
    with pytest.raises(ValueError, match="stop"), atomic_file(path) as temporary:
        temporary.write_text("half")
        raise ValueError("stop")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_folder_leaves_the_old_folder_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    with atomic_folder(folder) as temporary:
        (temporary / "x").write_text("old")
    with pytest.raises(ValueError, match="stop"), atomic_folder(folder) as temporary:
        (temporary / "y").write_text("half")
        raise ValueError("stop")
    assert [path.name for path in folder.iterdir()] == ["x"]
    with atomic_folder(folder) as temporary:
        (temporary / "z").write_text("new")
    assert [path.name for path in folder.iterdir()] == ["z"]
    assert list(tmp_path.iterdir()) == [folder]


def test_files_get_the_permissions_of_the_user(tmp_path: Path) -> None:
    write_text(tmp_path / "a", "x")
    (tmp_path / "b").write_text("x")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


def test_two_writers_of_one_output_do_not_meet(tmp_path: Path) -> None:
    with (
        exclusive(tmp_path / "out"),
        pytest.raises(LockedError, match="another babyslm process"),
        exclusive(tmp_path / "out"),
    ):
        pass
    with exclusive(tmp_path / "out"):
        pass


def test_json_refuses_nan_and_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        write_json(tmp_path / "a.json", {"x": float("nan")})
    assert not list(tmp_path.iterdir())
    write_json(tmp_path / "a.json", {"x": "ɹ"})
    assert json.loads((tmp_path / "a.json").read_text()) == {"x": "ɹ"}


@pytest.mark.skipif(not Path("/dev/full").exists() or os.name != "posix", reason="needs a folder that refuses files")
def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(WriteError, match="cannot be written"):
        write_text(blocked / "a.txt", "x")
    with pytest.raises(WriteError, match="cannot be written"), atomic_folder(blocked / "folder"):
        pass
    with pytest.raises(WriteError, match="cannot be written"), exclusive(blocked / "folder"):
        pass


def test_what_a_killed_write_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    for name in (".a.wav.x1y2z3.partial.wav", "a.wav", ".hidden", "b.partial.wav"):
        (tmp_path / name).touch()
    (tmp_path / ".c.partial").mkdir()
    sweep_partial_files(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".c.partial", ".hidden", "a.wav", "b.partial.wav"]
    sweep_partial_files(tmp_path / "absent")


def test_a_failure_before_the_first_file_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="stop"), exclusive(tmp_path / "out"):
        raise ValueError("stop")
    assert not (tmp_path / "out").exists()
    with pytest.raises(ValueError, match="stop"), exclusive(tmp_path / "out"):
        (tmp_path / "out" / "kept").touch()
        raise ValueError("stop")
    assert (tmp_path / "out" / "kept").exists()


def test_who_holds_the_lock_clears_what_a_killed_run_left(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / ".table.parquet.abc.partial.parquet").write_bytes(b"half")
    (folder / "table.parquet").write_bytes(b"whole")
    with exclusive(folder):
        assert [path.name for path in folder.iterdir()] == ["table.parquet"]
