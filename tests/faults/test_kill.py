"""Killed at any moment and run again with the same command, every command ends as if nothing had happened.

Each command is killed five times at moments drawn from a seed, over the time that an undisturbed run takes, without
cleaning up in between; the counts are printed. So is a run on Ray, three times, since Ray takes its time to start.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.faults.again import killed_and_run_again
from tests.faults.tasks import TASKS, evaluate

pytestmark = pytest.mark.slow

KILLS = 5
KILLS_ON_RAY = 3

PATIENCE = 120.0
"""Seconds in which the processes of a killed cluster must be gone."""


@pytest.mark.parametrize("make", TASKS)
def test_a_killed_command_ends_as_an_undisturbed_one(
    make: Callable[[Path], list[str]],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = killed_and_run_again(make(tmp_path), make.__name__, tmp_path, monkeypatch, kills=KILLS)
    record_property("fault", told)


def test_a_killed_evaluation_on_ray_ends_as_an_undisturbed_one_and_leaves_no_process(
    tmp_path: Path, record_property: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray")
    command = evaluate(tmp_path)
    on_ray = [*command[:-1], "--engine", "ray", command[-1]]
    told = killed_and_run_again(
        on_ray,
        "evaluate --engine ray",
        tmp_path,
        monkeypatch,
        kills=KILLS_ON_RAY,
        earliest=0.3,
        excuse="Ray does not start here",
    )
    begun = time.monotonic()
    while (there := _living(tmp_path)) and time.monotonic() < begun + PATIENCE:
        time.sleep(0.2)
    gone = f"gone {time.monotonic() - begun:.0f} s after the last run" if not there else f"left: {len(there)}"
    record_property("fault", f"{told}, processes {gone}")
    assert there == []


def _living(folder: Path) -> list[str]:
    """Return the processes whose cache lies in a folder: the commands of this test, and all that they have started.

    The children of this process are not among them: they are the server that commands are forked from, and its helper.
    """
    found = []
    for each in psutil.process_iter():
        try:
            cache = each.environ().get("BABYSLM_CACHE", "")
            if Path(cache).is_relative_to(folder) and os.getpid() not in {each.pid, each.ppid()}:
                found.append(f"{each.pid} {each.name()}")
        except psutil.Error:  # gone, or of another user
            continue
    return found
