"""The engine in use: this machine unless another was asked for."""

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
    """Run what is in this block on an engine.

    :param name: local, or ray.
    :param address: of a Ray cluster; default Ray on this machine.
    :param cpus: CPU cores a Ray actor.
    :param gpus: GPUs a Ray actor.
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
    """Return how many workers run: on this machine as many as asked for, on a cluster as many as it has room for.

    :param processes: of this machine; 0: one a core.
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
    """Yield `work(task)`, or `work(state, task)` where there is a set-up, of each task in order, on the engine in use.

    :param work: a function of a module, so that another process finds it.
    :param tasks: taken as they are needed.
    :param workers: processes; on this machine, 1 stays in this one.
    :param worthwhile: number of tasks from which other processes are started.
    :param setup: makes what a worker keeps for all its tasks; called once a worker.
    """
    return current().run(work, tasks, workers=workers, worthwhile=worthwhile, setup=setup)
