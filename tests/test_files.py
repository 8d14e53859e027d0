"""Whole or not at all."""

import json
import multiprocessing
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
    swept,
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


def test_what_another_process_put_there_meanwhile_stays_if_it_is_as_good(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    with atomic_folder(folder, replace=False) as first, atomic_folder(folder, replace=False) as second:
        (first / "x").touch()
        (second / "y").touch()
    assert [path.name for path in folder.iterdir()] == ["y"]
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


def test_what_is_left_by_workers_that_are_lost_meanwhile_is_swept_too(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".old.x.partial").touch()
    with swept([tmp_path / "a", tmp_path / "b", tmp_path / "a"]):
        assert not list(tmp_path.glob("*/.*"))
        (tmp_path / "a" / ".new.x.partial").touch()
    assert not list(tmp_path.glob("*/.*"))


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


def _append(folder: str, number: int) -> None:
    """Take the lock again and again, and count inside it in a way that only one process at a time may."""
    done = 0
    while done < 60:
        try:
            with exclusive(Path(folder) / "out"):
                counter = Path(folder) / "counter"
                inside = Path(folder) / "inside"
                inside.touch(exist_ok=False)  # fails where another is inside
                counter.write_text(str(int(counter.read_text()) + 1))
                inside.unlink()
                done += 1
        except LockedError:
            continue


def test_a_contended_lock_lets_one_in_at_a_time_and_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "counter").write_text("0")
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_append, args=(str(tmp_path), number)) for number in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    assert (tmp_path / "counter").read_text() == "240"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["counter", "out"]


def test_a_lock_that_a_killed_process_left_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / ".out.lock").touch()
    with exclusive(tmp_path / "out"):
        assert (tmp_path / ".out.lock").exists()
    assert not (tmp_path / ".out.lock").exists()


def test_a_lock_without_a_name_holds_nobody_up(tmp_path: Path) -> None:
    """Whoever opened the file before it was removed must not take it for the lock."""
    import fcntl

    with exclusive(tmp_path / "out"), (tmp_path / ".out.lock").open() as late:
        pass
    with (tmp_path / ".out.lock").open("w") as nameless:
        fcntl.flock(nameless, fcntl.LOCK_EX)
        (tmp_path / ".out.lock").unlink()
        with exclusive(tmp_path / "out"), pytest.raises(LockedError), exclusive(tmp_path / "out"):
            pass
    assert late.closed
