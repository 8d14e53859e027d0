"""Where work runs: in this process, in several of this machine, or on a Ray cluster. Results do not depend on it."""

from babyslm.engines.current import in_processes, on_this_machine, using, workers_for
from babyslm.engines.protocol import Engine

__all__ = ["Engine", "in_processes", "on_this_machine", "using", "workers_for"]
