"""Token budget that is halved when memory is exhausted."""

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
    """Return the default number of tokens of a batch: small enough for a CPU's cache, large for a GPU."""
    return 1024 if device.type == "cpu" else 16384


def within_memory(
    count: int,
    budget: int,
    plan: Callable[[NDArray[np.int64], int], Iterable[Batch]],
    run: Callable[[Batch], None],
    items_of: Callable[[Batch], NDArray[np.int64]],
    device: torch.device,
) -> int:
    """Run every batch of a plan; on exhausted memory, halve the budget and plan the remaining items again.

    :param count: number of items; the items are 0 ... count - 1.
    :param budget: upper limit on the tokens of a batch.
    :param plan: function of the remaining items and a budget that returns batches.
    :param run: function that scores one batch and stores its result.
    :param items_of: function that returns the items of a batch.
    :param device: device, for the message.
    :returns: the budget that was sufficient.
    :raises OutOfMemoryError: if a single item does not fit.
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
                # Outside the handler, where the traceback that holds the tensors no longer exists.
                if device.type == "cuda":
                    torch.cuda.empty_cache()
                if failed == 1 or budget <= 1:
                    raise OutOfMemoryError(budget, str(device))
                budget //= 2
                notice(f"out of memory on {device}: continuing with {budget} tokens per batch")
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
