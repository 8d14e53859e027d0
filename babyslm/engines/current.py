"""Engine in use: this machine by default."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal, TypeVar

from babyslm.engines.local import LocalEngine
from babyslm.engines.protocol import Engine

__all__ = ["EngineName", "current", "in_processes", "on_this_machine", "using", "workers_for"]

EngineName = Literal["local", "ray"]

Made = TypeVar("Made")

_CURRENT: ContextVar[Engine] = ContextVar("engine")


def current() -> Engine:
    """Return the engine in use."""
    return _CURRENT.get(LocalEngine())


@contextmanager
def using(
    name: EngineName = "local", *, address: str | None = None, cpus: float = 1, gpus: float = 0
) -> Iterator[Engine]:
    """Run the block on an engine.

    :param name: local or ray.
    :param address: address of a Ray cluster; default Ray on this machine.
    :param cpus: CPU cores per Ray actor.
    :param gpus: GPUs per Ray actor.
    """
    if name == "local":
        engine: Engine = LocalEngine()
    else:
        from babyslm.engines.cluster import RayEngine

        engine = RayEngine(address, cpus=cpus, gpus=gpus)
    token = _CURRENT.set(engine)
    try:
        yield engine
    finally:
        _CURRENT.reset(token)


def on_this_machine() -> bool:
    """Return whether the engine in use is this machine."""
    return isinstance(current(), LocalEngine)


def workers_for(processes: int) -> int:
    """Return the number of workers: the requested number on this machine, all that fit on a cluster.

    :param processes: processes on this machine; 0: one per core.
    """
    return processes if processes and on_this_machine() else current().room()


def in_processes(
    work: Callable[..., Made],
    tasks: Iterable[Any],
    *,
    workers: int,
    worthwhile: int = 2,
    setup: Callable[[], Any] | None = None,
) -> Iterator[Made]:
    """Yield `work(task)`, or `work(state, task)` with a set-up, for each task in order, on the engine in use.

    :param work: a module-level function, so that other processes can import it.
    :param tasks: the tasks; consumed lazily.
    :param workers: number of processes; on this machine, 1 runs in the current process.
    :param worthwhile: smallest number of tasks for which other processes are started.
    :param setup: creates the state that a worker keeps for all its tasks; called once per worker.
    """
    return current().run(work, tasks, workers=workers, worthwhile=worthwhile, setup=setup)
