"""Ray engine: a pool of actors, on this machine or on a cluster."""

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
"""Number of times an actor is restarted and its task repeated before the run fails."""


STARTS = 2
"""Number of attempts to start Ray on this machine: Ray waits only half a minute, which is short on a busy machine."""


class RayEngine:
    """Runs tasks on Ray actors. If an actor is lost, a replacement repeats its task.

    :param address: a cluster, such as `auto` or `ray://head:10001`; default this machine.
    :param cpus: CPU cores per actor.
    :param gpus: GPUs per actor; may be a fraction.
    """

    name = "ray"

    def __init__(self, address: str | None = None, *, cpus: float = 1, gpus: float = 0) -> None:
        self.cpus = cpus
        self.gpus = gpus
        self.ray = _started(address)

    def room(self) -> int:
        """Return the number of actors that fit on the cluster, at least one.

        :raises ClusterError: if no node has enough free GPUs.
        """
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
    """Persistent actors: each is set up once and processes the tasks of many runs.

    :param engine: the engine that starts them.
    :param workers: number of actors; at most the number that fit, since the others would wait forever.
    :param setup: creates the state that each actor keeps; None for no state.
    """

    def __init__(self, engine: RayEngine, workers: int, setup: Callable[[], Any] | None = None) -> None:
        self.ray = engine.ray
        actor = self.ray.remote(
            num_cpus=engine.cpus, num_gpus=engine.gpus, max_restarts=RETRIES, max_task_retries=RETRIES
        )(_Worker)
        # Stored here and not by the actors' constructors: a replacement actor must find it, whatever its size.
        self.setup = None if setup is None else self.ray.put(setup)
        place = Place.here()
        self.actors = [actor.remote(place) for _ in range(min(workers, engine.room()))]

    def run(self, work: Callable[..., Any], tasks: Iterable[Any]) -> Iterator[Any]:
        """Yield the result of each task, in order; finish one run before the next.

        :raises WorkerLostError: if an actor is lost too often.
        """
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
        # Inside a list, the set-up is fetched only by actors that still need it, not with every task.
        return actor.do.remote(*work_and_task, [self.setup])

    def close(self) -> None:
        """Stop the actors."""
        for each in self.actors:
            self.ray.kill(each)


class _Worker:
    """An actor, with the state that it keeps for all tasks."""

    def __init__(self, place: Place) -> None:
        place.take()
        self.state: tuple[Any, ...] | None = None

    def do(self, work: Callable[..., Any], task: Any, setup: list[Any]) -> Any:
        # Set up at the first task, so that an error in the set-up is raised as it is.
        if self.state is None:
            import ray

            self.state = () if setup[0] is None else (ray.get(setup[0])(),)
        return work(*self.state, task)


def _started(address: str | None) -> Any:
    """Connect to Ray, and start it on this machine if no address is given."""
    # Ray's own messages address cluster operators; failed tasks are reported by our own errors.
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
