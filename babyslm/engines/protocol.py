"""What every engine can do: run one function over many tasks, in order."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

__all__ = ["AHEAD", "Engine"]

AHEAD = 4
"""Tasks a worker that may wait, so that memory stays bounded."""


class Engine(Protocol):
    """Runs tasks on workers.

    A task that is lost with its worker is done again, or the run ends with a `WorkerLostError`; never is one skipped.
    """

    name: str

    def room(self) -> int:
        """Return how many workers may run at once."""

    def run(
        self,
        work: Callable[..., Any],
        tasks: Iterable[Any],
        *,
        workers: int,
        worthwhile: int = 2,
        setup: Callable[[], Any] | None = None,
    ) -> Iterator[Any]:
        """Yield `work(task)`, or `work(state, task)` where there is a set-up, of each task, in order.

        :param work: a function of a module, so that another process finds it.
        :param tasks: taken as they are needed.
        :param workers: how many of them.
        :param worthwhile: number of tasks from which other processes are worth their start.
        :param setup: makes what a worker keeps for all its tasks, such as a loaded learner; called once a worker.
        """
