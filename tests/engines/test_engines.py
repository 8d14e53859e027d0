"""Engines: order, state, loss of a worker, errors of the work, on this machine and on Ray."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from babyslm.engines import Engine, in_processes, using, workers_for
from babyslm.engines.cluster import RayEngine
from babyslm.engines.local import LocalEngine
from babyslm.engines.sessions import sessions_folder
from babyslm.verify.engines import ClusterError, RayStartError, WorkerLostError
from babyslm.verify.results.evaluation import NoPlaceError
from tests.engines.work import add, die, die_always, die_once, double, own, process, refuse


@pytest.fixture(scope="module")
def ray_engine() -> Iterator[Engine]:
    ray = pytest.importorskip("ray")
    with using("ray", cpus=0.5) as engine:
        yield engine
    ray.shutdown()


def test_processes_keep_the_order() -> None:
    assert list(in_processes(double, range(40), workers=2)) == [2 * number for number in range(40)]
    assert list(in_processes(double, [], workers=2)) == []


@pytest.mark.parametrize(("tasks", "elsewhere"), [(3, False), (4, True)])
def test_processes_are_started_only_where_there_is_enough_to_do(tasks: int, elsewhere: bool) -> None:
    where = set(in_processes(process, range(tasks), workers=2, worthwhile=4))
    assert (os.getpid() not in where) is elsewhere


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores are dealt out to processes on Linux")
def test_there_is_room_for_a_process_a_core_of_ours() -> None:
    ours = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(ours)})
        assert LocalEngine().room() == workers_for(0) == 1
    finally:
        os.sched_setaffinity(0, ours)
    assert workers_for(3) == 3


def test_a_process_that_dies_is_named() -> None:
    with pytest.raises(WorkerLostError, match="one of 2 processes died"):
        list(in_processes(die, range(4), workers=2))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_is_set_up_once(workers: int) -> None:
    made = list(LocalEngine().run(add, range(20), workers=workers, setup=partial(own, 100)))
    assert [number for number, _ in made] == list(range(100, 120))
    assert len({where for _, where in made}) <= workers
    assert ({where for _, where in made} == {os.getpid()}) is (workers == 1)


def test_old_sessions_of_processes_that_are_gone_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    folder = sessions_folder()
    for name in (f"session_old_{gone.pid}", f"session_new_{gone.pid}", f"session_old_{os.getpid()}", "session_latest"):
        (folder / name / "logs").mkdir(parents=True)
        if "old" in name or "latest" in name:
            os.utime(folder / name, (0, 0))
    assert sessions_folder() == folder
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [f"session_new_{gone.pid}", f"session_old_{os.getpid()}", "session_latest"]
    )


def test_a_ray_that_starts_too_late_is_tried_again_and_then_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ray = pytest.importorskip("ray")
    if ray.is_initialized():
        pytest.skip("runs where no other test has started Ray")
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    asked: list[str | None] = []

    def init(*, address: str | None = None, **options: object) -> None:
        asked.append(address)
        raise Exception("The current node timed out during startup. This could happen\nfor many reasons.")  # noqa: TRY002

    monkeypatch.setattr(ray, "init", init)
    with pytest.raises(RayStartError, match=r"^Ray could not be started: The current .* could happen; try again"):
        RayEngine()
    assert asked == ["local", "local"]
    with pytest.raises(ClusterError, match="check --ray-address"):
        RayEngine("nowhere:1")
    assert asked[2:] == ["nowhere:1"]


@pytest.mark.slow
def test_ray_gives_what_this_machine_gives(ray_engine: Engine) -> None:
    assert list(ray_engine.run(double, range(30), workers=2)) == list(in_processes(double, range(30), workers=1))
    assert list(ray_engine.run(double, [], workers=2)) == []
    made = list(ray_engine.run(add, range(20), workers=2, setup=partial(own, 100)))
    assert [number for number, _ in made] == list(range(100, 120))
    where = {process for _, process in made}
    assert len(where) == 2
    assert os.getpid() not in where


@pytest.mark.slow
def test_work_lost_with_a_ray_actor_is_done_again(ray_engine: Engine, tmp_path: Path) -> None:
    marker = tmp_path / "died"
    lost = partial(die_once, str(marker))
    assert list(ray_engine.run(lost, range(12), workers=2)) == [10 * number for number in range(12)]
    assert marker.exists()


@pytest.mark.slow
def test_an_actor_that_always_dies_ends_the_run(ray_engine: Engine) -> None:
    with pytest.raises(WorkerLostError, match="died"):
        list(ray_engine.run(die_always, range(6), workers=2))


@pytest.mark.slow
def test_a_named_error_crosses_from_an_actor(ray_engine: Engine) -> None:
    with pytest.raises(NoPlaceError):
        list(ray_engine.run(refuse, [2], workers=1))
    with pytest.raises(ZeroDivisionError):
        list(ray_engine.run(refuse, [1], workers=1))


@pytest.mark.slow
def test_a_cluster_without_gpus_says_so(ray_engine: Engine) -> None:
    with pytest.raises(ClusterError, match="4 free GPUs"):
        RayEngine(gpus=4).room()
    assert RayEngine(cpus=0.5).room() >= 2
