"""Local engine: this process, or a pool of new processes."""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any

from babyslm.engines.protocol import AHEAD
from babyslm.verify.engines import WorkerLostError

__all__ = ["LocalEngine"]


class LocalEngine:
    """Runs tasks in this process or in several new ones. They are not forked, since torch may run threads here."""

    name = "local"

    def room(self) -> int:
        """Return the number of processes: one per core available to this process, which may be part of the machine."""
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    def run(
        self,
        work: Callable[..., Any],
        tasks: Iterable[Any],
        *,
        workers: int,
        worthwhile: int = 2,
        setup: Callable[[], Any] | None = None,
    ) -> Iterator[Any]:
        """Yield the result of each task, in order; see `Engine`."""
        remaining = iter(tasks)
        first = list(islice(remaining, worthwhile)) if workers > 1 else []
        if len(first) < worthwhile:
            state = (setup(),) if setup is not None else ()
            yield from (work(*state, task) for task in first)
            yield from (work(*state, task) for task in remaining)
            return
        context = multiprocessing.get_context("spawn")
        start: dict[str, Any] = {} if setup is None else {"initializer": _keep, "initargs": (setup,)}
        call = work if setup is None else _with_state
        given = (lambda task: (task,)) if setup is None else (lambda task: (work, task))
        with ProcessPoolExecutor(workers, mp_context=context, **start) as pool:
            waiting: deque[Future[Any]] = deque(pool.submit(call, *given(task)) for task in first)
            waiting.extend(pool.submit(call, *given(task)) for task in islice(remaining, workers * AHEAD))
            try:
                while waiting:
                    made = waiting.popleft().result()
                    waiting.extend(pool.submit(call, *given(task)) for task in islice(remaining, 1))
                    yield made
            except BrokenProcessPool as error:
                raise WorkerLostError(workers) from error
            finally:
                pool.shutdown(cancel_futures=True)


_STATE: list[Any] = []
"""State that this worker process keeps for all its tasks."""


def _keep(setup: Callable[[], Any]) -> None:
    _STATE[:] = [setup()]


def _with_state(work: Callable[..., Any], task: Any) -> Any:
    return work(_STATE[0], task)
