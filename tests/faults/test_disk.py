"""A full disk, a place that cannot be written, two processes at one output: a clear error, and no wrong result."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.caches import share_vocabulary
from tests.faults.commands import fingerprints, run_until, start
from tests.faults.tasks import ON_SMALL_DISKS, TASKS, OnSmallDisk

pytestmark = pytest.mark.slow

TINY = 900
"""Bytes that fit into any file."""

ROOMY = 500_000
"""Kilobytes of a disk on which there is space."""


WHOLE: dict[str, set[str]] = {}
"""Names of the files that each command writes where nothing disturbs it."""


def said(log: Path) -> list[str]:
    """Return what a command said, without the notices of a run that goes on."""
    lines = log.read_text(encoding="utf-8").splitlines()
    assert not any("Traceback" in line for line in lines), "\n".join(lines)
    return [line for line in lines if line.startswith("babyslm: ")]


@contextmanager
def small_disk(place: Path) -> Iterator[Callable[[int], bool]]:
    """Make a folder a file system of its own, and yield what sets its size in kilobytes.

    That returns False where no file system may be mounted on this machine.
    """
    place.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    command = [str(mount), "-t", "tmpfs", "-o", f"size={ROOMY}k", "tmpfs", str(place)]
    allowed = bool(mount and umount and os.geteuid() == 0)
    mounted = allowed and not subprocess.run(command, check=False, capture_output=True).returncode

    def resize(kilobytes: int) -> bool:
        if mounted:
            subprocess.run([str(mount), "-o", f"remount,size={kilobytes}k", str(place)], check=True)
        return mounted

    try:
        yield resize
    finally:
        if mounted:
            subprocess.run([str(umount), "-l", str(place)], check=True)


def used(place: Path) -> int:
    """Return the kilobytes that are used on the file system of a folder."""
    state = os.statvfs(place)
    return (state.f_blocks - state.f_bfree) * state.f_frsize // 1024


@pytest.mark.parametrize("task", ON_SMALL_DISKS, ids=lambda task: task.make.__name__)
def test_a_full_disk_is_one_line_and_the_run_resumes_with_space(
    task: OnSmallDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First no file may hold more than a few bytes; then the disk, a tmpfs where one may be mounted, grows in steps.

    Where none may be mounted, no file may grow beyond the size of the disk. Each run meets what the last one left.
    """
    monkeypatch.setenv("BABYSLM_CACHE", str(tmp_path / "cache"))
    share_vocabulary(tmp_path / "cache")
    command = task.make(tmp_path)
    place = tmp_path / "place"

    def run(name: str, largest: int | None) -> tuple[int, list[str]]:
        code, _ = run_until([*command, str(out)], tmp_path / name, largest=largest, before=task.before)
        assert not [path for path in place.rglob("*") if ".partial" in path.name]
        return code, said(tmp_path / name)

    with small_disk(place) as resize:
        out = place / "out"
        if task.fill is not None:
            task.fill(tmp_path, out)
        code, lines = run("tiny", TINY)
        assert (code, len(lines)) == (1, 1), lines
        assert "File too large" in lines[0], lines
        filled = used(place)
        for kilobytes in task.kilobytes:
            mounted = resize(filled + kilobytes)
            code, lines = run(f"full{kilobytes}", None if mounted else kilobytes * 1024)
            if code == task.code and kilobytes != task.kilobytes[0]:  # what was left out is small
                break
            assert (code, len(lines)) == (1, 1), lines
            assert "No space left on device" in lines[0] or "File too large" in lines[0], lines
        resize(ROOMY)
        code, _ = run("whole", None)
        assert code == task.code, (tmp_path / "whole").read_text(encoding="utf-8")
        WHOLE[task.make.__name__] = set(fingerprints(out))
        assert out.is_file() or WHOLE[task.make.__name__]


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
    if make.__name__ not in WHOLE:
        alone = tmp_path / "alone" / "out"
        assert run_until([*command, str(alone)], tmp_path / "log")[0] == 0
        WHOLE[make.__name__] = set(fingerprints(alone))
    assert set(fingerprints(out)) == WHOLE[make.__name__]
