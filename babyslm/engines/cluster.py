"""Ray: a pool of actors, on this machine or a cluster."""

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from babyslm.engines.protocol import AHEAD
from babyslm.verify.engines import ClusterError, NoRayError, WorkerLostError

__all__ = ["RayEngine"]

RETRIES = 3
"""How often an actor is started anew, and its task done again, before the run is given up."""


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

    def workers(self) -> int:
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
        from ray.exceptions import RayActorError, RayTaskError
        from ray.util import ActorPool

        remaining = iter(tasks)
        first = list(islice(remaining, workers * AHEAD))
        if not first:
            return
        options = {
            "num_cpus": self.cpus,
            "num_gpus": self.gpus,
            "max_restarts": RETRIES,
            "max_task_retries": RETRIES,
        }
        actor = self.ray.remote(**options)(_Worker)
        actors = [actor.remote(work, setup) for _ in range(min(workers, len(first)))]
        pool = ActorPool(actors)
        try:
            for task in first:
                pool.submit(_submitted, task)
            while pool.has_next():
                made = pool.get_next()
                for task in islice(remaining, 1):
                    pool.submit(_submitted, task)
                yield made
        except RayTaskError as error:
            raise (error.cause if isinstance(getattr(error, "cause", None), Exception) else error) from error
        except RayActorError as error:
            raise WorkerLostError(workers) from error
        finally:
            for each in actors:
                self.ray.kill(each)


class _Worker:
    """What an actor holds: the function, and what it keeps for all its tasks."""

    def __init__(self, work: Callable[..., Any], setup: Callable[[], Any] | None) -> None:
        self.work = work
        self.state = () if setup is None else (setup(),)

    def do(self, task: Any) -> Any:
        return self.work(*self.state, task)


def _submitted(actor: Any, task: Any) -> Any:
    return actor.do.remote(task)


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
    try:
        if address is None:
            ray.init(include_dashboard=False, log_to_driver=False, logging_level="error", address="local")
        else:
            ray.init(address=address, log_to_driver=False, logging_level="error")
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise ClusterError(str(error).splitlines()[0]) from error
    return ray
