"""A full disk, a place that cannot be written, two processes at one output: a clear error, and no wrong result."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.commands import fingerprints, run_until, start
from tests.faults.tasks import TASKS

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
