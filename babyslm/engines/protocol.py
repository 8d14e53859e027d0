"""Interface of execution engines: one function applied to many tasks, in order."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

__all__ = ["AHEAD", "Engine"]

AHEAD = 4
"""Largest number of queued tasks per worker, which bounds memory."""


class Engine(Protocol):
    """Runs tasks on workers.

    If a worker is lost, its task is repeated, or the run ends with a `WorkerLostError`. No task is skipped.
    """

    name: str

    def room(self) -> int:
        """Return the largest number of parallel workers."""

    def run(
        self,
        work: Callable[..., Any],
        tasks: Iterable[Any],
        *,
        workers: int,
        worthwhile: int = 2,
        setup: Callable[[], Any] | None = None,
    ) -> Iterator[Any]:
        """Yield `work(task)`, or `work(state, task)` with a set-up, for each task, in order.

        :param work: a module-level function, so that other processes can import it.
        :param tasks: the tasks; consumed lazily.
        :param workers: number of workers.
        :param worthwhile: smallest number of tasks for which other processes are started.
        :param setup: creates the state that a worker keeps for all its tasks, such as a loaded learner; called once
            per worker.
        :raises WorkerLostError: if a worker is lost and its task cannot be repeated.
        """
