"""Killed at any moment and run again with the same command, every command ends as if nothing had happened.

Each command is killed five times at moments drawn from a seed, over the time that an undisturbed run takes, without
cleaning up in between; the counts are printed.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from babyslm.seeds import generator
from tests.faults.commands import differences, fingerprints, run_until
from tests.faults.tasks import TASKS

pytestmark = pytest.mark.slow

KILLS = 5


@pytest.mark.parametrize("make", TASKS)
def test_a_killed_command_ends_as_an_undisturbed_one(
    make: Callable[[Path], list[str]],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    command = make(tmp_path)
    name = make.__name__
    monkeypatch.setenv("BABYSLM_CACHE", str(tmp_path / "cache-of-the-undisturbed"))
    run_until(["--version"], tmp_path / "log", None)  # the server that processes are forked from starts here
    code, seconds = run_until([*command, str(tmp_path / "calm" / "out")], tmp_path / "log", None)
    assert code == 0, (tmp_path / "log").read_text(encoding="utf-8")
    expected = fingerprints(tmp_path / "calm" / "out")
    assert expected
    monkeypatch.setenv("BABYSLM_CACHE", str(tmp_path / "cache"))
    out = tmp_path / "killed" / "out"
    killed = finished = 0
    random = generator(0, "kills", name)
    while killed < KILLS and finished < 3 * KILLS:
        code, _ = run_until([*command, str(out)], tmp_path / "log", random.uniform(0.02, 0.98) * seconds)
        assert code in {0, -9}, (tmp_path / "log").read_text(encoding="utf-8")
        killed += code < 0
        if code == 0:  # done before the kill came: the next one meets an empty folder
            finished += 1
            assert differences(fingerprints(out), expected) == []
            shutil.rmtree(out)
    code, _ = run_until([*command, str(out)], tmp_path / "log", None)
    assert code == 0, (tmp_path / "log").read_text(encoding="utf-8")
    assert differences(fingerprints(out), expected) == []
    left = [path.name for path in (tmp_path / "killed").iterdir() if path.name != "out"]
    told = f"{name}: {killed} kills, {finished} ends before a kill, {seconds:.1f} s undisturbed, left over: {left}"
    record_property("fault", told)
    assert killed == KILLS
