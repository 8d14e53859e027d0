"""Run work under a token budget that is halved whenever memory gives out."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from babyslm.progress import bar, notice
from babyslm.verify.learners.text import OutOfMemoryError

__all__ = ["default_budget", "within_memory"]

Batch = TypeVar("Batch")


def default_budget(device: torch.device) -> int:
    """Return the tokens a batch holds where nobody said: few enough for a processor's cache, many for a GPU."""
    return 1024 if device.type == "cpu" else 16384


def within_memory(
    count: int,
    budget: int,
    plan: Callable[[NDArray[np.int64], int], Iterable[Batch]],
    run: Callable[[Batch], None],
    items_of: Callable[[Batch], NDArray[np.int64]],
    device: torch.device,
) -> int:
    """Run every batch of a plan; out of memory halves the budget and plans again what is left.

    :param count: number of items; the items are 0 ... count - 1.
    :param budget: most tokens a batch may hold.
    :param plan: from the items still to do and a budget to batches.
    :param run: scores one batch and keeps its result.
    :param items_of: which items a batch holds.
    :param device: where it runs, for the message.
    :returns: the budget that fitted.
    :raises OutOfMemoryError: if one item alone does not fit.
    """
    left = np.ones(count, dtype=bool)
    with bar("scoring", count) as progress:
        while left.any():
            for batch in plan(np.flatnonzero(left), budget):
                items = items_of(batch)
                try:
                    run(batch)
                except (torch.OutOfMemoryError, RuntimeError) as error:
                    if not _is_out_of_memory(error):
                        raise
                    failed = len(items)
                else:
                    left[items] = False
                    progress.advance(len(items))
                    continue
                # Outside the handler: the traceback that holds the tensors is gone by now.
                if device.type == "cuda":
                    torch.cuda.empty_cache()
                if failed == 1 or budget <= 1:
                    raise OutOfMemoryError(budget, str(device))
                budget //= 2
                notice(f"out of memory on {device}: going on with {budget} tokens a batch")
                break
    return budget


def _is_out_of_memory(error: RuntimeError) -> bool:
    text = str(error).lower()
    return (
        isinstance(error, torch.OutOfMemoryError)
        or "out of memory" in text
        or "not enough memory" in text
        or "can't allocate memory" in text
    )
