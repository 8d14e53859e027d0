"""Settings that a worker inherits from the calling process: working folder, environment, numbers of threads."""

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

__all__ = ["Place"]

PREFIX = "BABYSLM_"
"""Prefix of the environment variables that locate cache and content."""


@dataclass(frozen=True)
class Place:
    """Working folder and settings of the calling process.

    :param folder: its working folder, so that relative paths mean the same on a worker with access to it.
    :param environment: its variables named `BABYSLM_...`.
    :param threads: numbers of threads of its numerical libraries, by library. The rounding of floating-point sums
        depends on them, and Ray gives its workers one thread per core.
    """

    folder: str
    environment: dict[str, str]
    threads: dict[str, int]

    @classmethod
    def here(cls) -> Self:
        """Return the settings of this process."""
        from threadpoolctl import threadpool_info

        threads = {found["user_api"]: int(found["num_threads"]) for found in threadpool_info()}
        if "torch" in sys.modules:
            threads["torch"] = sys.modules["torch"].get_num_threads()
        environment = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
        return cls(os.getcwd(), environment, threads)  # noqa: PTH109  # a path as text crosses to any system

    def take(self) -> None:
        """Apply the settings to this process; a missing folder is ignored."""
        with suppress(OSError):
            os.chdir(self.folder)
        os.environ.update(self.environment)
        # Libraries loaded later read this variable; importing torch only to set it would cost seconds per worker.
        most = max(self.threads.values(), default=0)
        if most:
            os.environ["OMP_NUM_THREADS"] = str(self.threads.get("torch", most))
        if "torch" in sys.modules and "torch" in self.threads:
            sys.modules["torch"].set_num_threads(self.threads["torch"])
        from threadpoolctl import threadpool_limits

        threadpool_limits({kind: count for kind, count in self.threads.items() if kind != "torch"})
