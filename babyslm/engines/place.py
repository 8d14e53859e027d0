"""What a worker has in common with who asked for it: folder, settings in the environment, numbers of threads."""

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

__all__ = ["Place"]

PREFIX = "BABYSLM_"
"""Of the environment variables that say where cache and content lie."""


@dataclass(frozen=True)
class Place:
    """Where and how the process that asks for work runs.

    :param folder: its working folder: relative paths mean the same on a worker that sees it.
    :param environment: its variables named `BABYSLM_...`.
    :param threads: of its numerical libraries, by their kind; sums of floating-point numbers depend on how they are
        shared out, and Ray gives its workers one thread a core.
    """

    folder: str
    environment: dict[str, str]
    threads: dict[str, int]

    @classmethod
    def here(cls) -> Self:
        """Return that of this process."""
        from threadpoolctl import threadpool_info

        threads = {found["user_api"]: int(found["num_threads"]) for found in threadpool_info()}
        if "torch" in sys.modules:
            threads["torch"] = sys.modules["torch"].get_num_threads()
        environment = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
        return cls(os.getcwd(), environment, threads)  # noqa: PTH109  # a path as text crosses to any system

    def take(self) -> None:
        """Make this process work as the other one does; a folder that is not there is left out."""
        with suppress(OSError):
            os.chdir(self.folder)
        os.environ.update(self.environment)
        # Libraries that are loaded later read this; to load torch only to tell it would cost seconds a worker.
        most = max(self.threads.values(), default=0)
        if most:
            os.environ["OMP_NUM_THREADS"] = str(self.threads.get("torch", most))
        if "torch" in sys.modules and "torch" in self.threads:
            sys.modules["torch"].set_num_threads(self.threads["torch"])
        from threadpoolctl import threadpool_limits

        threadpool_limits({kind: count for kind, count in self.threads.items() if kind != "torch"})
