"""Which of the processes of `torchrun` this one is, and how they wait for one another."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

__all__ = ["first_alone", "is_first"]

PATIENCE = timedelta(days=7)
"""How long the other processes wait for the first: the units of a thousand hours take more than torch's half hour."""


def is_first() -> bool:
    """Return whether this process is the one that writes: the first of `torchrun`, or the only one."""
    return int(os.environ.get("RANK", "0")) == 0


@contextmanager
def first_alone(device: str = "auto") -> Iterator[None]:
    """Let the first process go through a block before the others, who then find what it has written.

    The folder must be one that all processes see. Where there is only one process, nothing happens.

    :param device: auto, or cpu; as the training that follows uses it.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield
        return
    import torch
    from accelerate import PartialState

    state = PartialState(cpu=device == "cpu" or not torch.cuda.is_available(), timeout=PATIENCE)
    with state.main_process_first():
        yield
