"""Which of the processes of `torchrun` this one is."""

import os

__all__ = ["is_first"]


def is_first() -> bool:
    """Return whether this process is the one that writes: the first of `torchrun`, or the only one."""
    return int(os.environ.get("RANK", "0")) == 0
