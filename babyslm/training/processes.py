"""Rank of this process under `torchrun`, and synchronisation of the processes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

__all__ = ["first_alone", "is_first"]

PATIENCE = timedelta(days=7)
"""Maximum wait for the first process: extracting units of 1,000 hours takes longer than torch's default half hour."""


def is_first() -> bool:
    """Return whether this process writes files: the first one under `torchrun`, or the only one."""
    return int(os.environ.get("RANK", "0")) == 0


@contextmanager
def first_alone(device: str = "auto") -> Iterator[None]:
    """Let the first process execute a block before the others, which then find the files it has written.

    The folder must be visible to all processes. With a single process this does nothing.

    :param device: `auto` or `cpu`, as in the training that follows.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield
        return
    import torch
    from accelerate import PartialState

    state = PartialState(cpu=device == "cpu" or not torch.cuda.is_available(), timeout=PATIENCE)
    with state.main_process_first():
        yield
