"""Ray: a pool of actors, on this machine or a cluster."""

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any

from babyslm.engines.place import Place
from babyslm.engines.protocol import AHEAD
from babyslm.engines.sessions import sessions_folder
from babyslm.verify.engines import ClusterError, NoRayError, RayStartError, WorkerLostError

__all__ = ["Crew", "RayEngine"]

RETRIES = 3
"""How often an actor is started anew, and its task done again, before the run is given up."""


STARTS = 2
"""How often Ray is started on this machine before that is given up: it waits half a minute, which is little where much
else is going on."""


class RayEngine:
    """Runs tasks on Ray actors. Work that is lost with an actor is done again by the one that takes its place.

    :param address: a cluster, such as `auto` or `ray://head:10001`; default this machine alone.
    :param cpus: CPU cores an actor.
    :param gpus: GPUs an actor; may be a fraction.
    """

    name = "ray"

    def __init__(self, address: str | None = None, *, cpus: float = 1, gpus: float = 0) -> None:
        self.cpus = cpus
        self.gpus = gpus
        self.ray = _started(address)

    def room(self) -> int:
        """Return how many actors the cluster has room for, at least one."""
        there = self.ray.cluster_resources()
        room = there.get("CPU", 1) / self.cpus if self.cpus else there.get("CPU", 1)
        if self.gpus:
            room = min(room, there.get("GPU", 0) / self.gpus)
            if room < 1:
                raise ClusterError(f"no node has {self.gpus:g} free GPUs (the cluster has {there.get('GPU', 0):g})")
        return max(1, int(room))

    def run(
        self,
        work: Callable[..., Any],
        tasks: Iterable[Any],
        *,
        workers: int,
        worthwhile: int = 1,  # noqa: ARG002 - a cluster was asked for, so it is used
        setup: Callable[[], Any] | None = None,
    ) -> Iterator[Any]:
        """Yield the result of each task, in order; see `Engine`."""
        remaining = iter(tasks)
        first = list(islice(remaining, min(workers, self.room())))
        if not first:
            return
        crew = Crew(self, len(first), setup)
        try:
            yield from crew.run(work, chain(first, remaining))
        finally:
            crew.close()


class Crew:
    """Actors that stay: each is set up once, and takes the tasks of many runs.

    :param engine: where they live.
    :param workers: how many of them; not more than there is room for, since the rest would wait for ever.
    :param setup: makes what each keeps; None for nothing.
    """

    def __init__(self, engine: RayEngine, workers: int, setup: Callable[[], Any] | None = None) -> None:
        self.ray = engine.ray
        actor = self.ray.remote(
            num_cpus=engine.cpus, num_gpus=engine.gpus, max_restarts=RETRIES, max_task_retries=RETRIES
        )(_Worker)
        # Held here, not by the actors' constructors: one that takes a lost one's place must find it, however large.
        self.setup = None if setup is None else self.ray.put(setup)
        place = Place.here()
        self.actors = [actor.remote(place) for _ in range(min(workers, engine.room()))]

    def run(self, work: Callable[..., Any], tasks: Iterable[Any]) -> Iterator[Any]:
        """Yield the result of each task, in order; a run is taken to its end before another begins."""
        from ray.exceptions import RayActorError, RayTaskError
        from ray.util import ActorPool

        pool = ActorPool(self.actors)
        remaining = iter(tasks)
        try:
            for task in islice(remaining, len(self.actors) * AHEAD):
                pool.submit(self._submitted, (work, task))
            while pool.has_next():
                made = pool.get_next()
                for task in islice(remaining, 1):
                    pool.submit(self._submitted, (work, task))
                yield made
        except RayTaskError as error:
            raise (error.cause if isinstance(error.cause, Exception) else error) from error
        except RayActorError as error:
            raise WorkerLostError(len(self.actors)) from error

    def _submitted(self, actor: Any, work_and_task: tuple[Callable[..., Any], Any]) -> Any:
        # In a list, the set-up is fetched by those that still need it, and not with every task.
        return actor.do.remote(*work_and_task, [self.setup])

    def close(self) -> None:
        """Let the actors go."""
        for each in self.actors:
            self.ray.kill(each)


class _Worker:
    """What an actor holds: what it keeps for all its tasks."""

    def __init__(self, place: Place) -> None:
        place.take()
        self.state: tuple[Any, ...] | None = None

    def do(self, work: Callable[..., Any], task: Any, setup: list[Any]) -> Any:
        # Set up at the first task, so that a fault in it comes back as the error that it is.
        if self.state is None:
            import ray

            self.state = () if setup[0] is None else (ray.get(setup[0])(),)
        return work(*self.state, task)


def _started(address: str | None) -> Any:
    """Connect to Ray, starting it on this machine where no address is given."""
    # What these say is for people who run clusters; a failed task is told by our own error.
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as error:
        raise NoRayError from error
    if ray.is_initialized():
        return ray
    said = ""
    for _ in range(STARTS if address is None else 1):
        try:
            if address is not None:
                ray.init(address=address, log_to_driver=False, logging_level="error")
                return ray
            ray.init(
                include_dashboard=False,
                log_to_driver=False,
                logging_level="error",
                address="local",
                _temp_dir=str(sessions_folder()),
            )
        except Exception as error:  # noqa: BLE001  # Ray has few errors of its own, and a bare one for a late start
            said = (str(error) or type(error).__name__).splitlines()[0]
        else:
            return ray
    raise RayStartError(said) if address is None else ClusterError(said)
