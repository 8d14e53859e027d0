"""A full disk, a place that cannot be written, two processes at one output: a clear error, and no wrong result."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.commands import fingerprints, run_until, start
from tests.faults.tasks import ALL_TASKS, TASKS

pytestmark = pytest.mark.slow

TINY = 900
"""Bytes that fit on the full disk."""


def said(log: Path) -> list[str]:
    """Return what a command said, without the notices of a run that goes on."""
    lines = log.read_text(encoding="utf-8").splitlines()
    assert not any("Traceback" in line for line in lines), "\n".join(lines)
    return [line for line in lines if line.startswith("babyslm: ")]


@pytest.mark.parametrize("make", TASKS)
def test_a_full_disk_is_one_line_and_the_next_run_is_whole(
    make: Callable[[Path], list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BABYSLM_CACHE", str(tmp_path / "cache"))
    command = make(tmp_path)
    out = tmp_path / "place" / "out"
    code, _ = run_until([*command, str(out)], tmp_path / "full", largest=TINY)
    (line,) = said(tmp_path / "full")
    assert code == 1, line
    assert "File too large" in line, line
    assert not [path for path in out.rglob("*") if ".partial" in path.name]
    code, _ = run_until([*command, str(out)], tmp_path / "log")
    assert code == 0, (tmp_path / "log").read_text(encoding="utf-8")
    assert fingerprints(out)


@contextmanager
def small_disk(place: Path, kilobytes: int) -> Iterator[bool]:
    """Make a folder a file system of so many kilobytes, and say whether this machine allows it; then of 500 MB."""
    place.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    allowed = mount and umount and os.geteuid() == 0
    command = [str(mount), "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(place)]
    if not allowed or subprocess.run(command, check=False, capture_output=True).returncode:
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run([str(umount), "-l", str(place)], check=True)


@pytest.mark.parametrize("kilobytes", [24, 120, 400])
@pytest.mark.parametrize("make", ALL_TASKS)
def test_a_small_disk_is_one_line_and_the_run_resumes_with_space(
    make: Callable[[Path], list[str]], kilobytes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is a small tmpfs where one may be mounted; otherwise no file may grow beyond its size."""
    monkeypatch.setenv("BABYSLM_CACHE", str(tmp_path / "cache"))
    command = make(tmp_path)
    place = tmp_path / "place"
    with small_disk(place, kilobytes) as mounted:
        out = place / "out"
        largest = None if mounted else kilobytes * 1024
        code, _ = run_until([*command, str(out)], tmp_path / "full", largest=largest)
        lines = said(tmp_path / "full")
        if code != 0:  # smaller outputs may fit
            assert code == 1, lines
            assert len(lines) == 1, lines
            assert "No space left on device" in lines[0] or "File too large" in lines[0], lines
        assert not [path for path in place.rglob("*") if ".partial" in path.name]
        if mounted:
            subprocess.run(["mount", "-o", "remount,size=500M", str(place)], check=True)
        code, _ = run_until([*command, str(out)], tmp_path / "log")
        assert code == 0, (tmp_path / "log").read_text(encoding="utf-8")
        said(tmp_path / "log")
        assert out.is_file() or fingerprints(out)


@pytest.mark.parametrize("make", TASKS)
def test_a_place_that_cannot_be_is_one_line(make: Callable[[Path], list[str]], tmp_path: Path) -> None:
    command = make(tmp_path)
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    code, _ = run_until([*command, str(tmp_path / "file" / "out")], tmp_path / "log")
    (line,) = said(tmp_path / "log")
    assert code in {1, 2}
    assert str(tmp_path / "file") in line
    assert (tmp_path / "file").read_text(encoding="utf-8") == "no folder"


@pytest.mark.parametrize("make", TASKS)
def test_of_two_processes_at_one_output_one_gives_way(make: Callable[[Path], list[str]], tmp_path: Path) -> None:
    command = make(tmp_path)
    out = tmp_path / "place" / "out"
    both = [start([*command, str(out)], tmp_path / f"log{number}") for number in range(2)]
    for process in both:
        process.join()
    codes = [process.exitcode for process in both]
    lines = [said(tmp_path / f"log{number}") for number in range(2)]
    assert 0 in codes, lines
    for code, told in zip(codes, lines, strict=True):
        if code != 0:
            assert code == 1
            assert len(told) == 1
            assert "another babyslm process" in told[0]
    alone = tmp_path / "alone" / "out"
    assert run_until([*command, str(alone)], tmp_path / "log")[0] == 0
    assert fingerprints(out).keys() == fingerprints(alone).keys()
