"""Execution engines: this process, several processes, or a Ray cluster. Results do not depend on the engine."""

from babyslm.engines.current import in_processes, on_this_machine, using, workers_for
from babyslm.engines.protocol import Engine

__all__ = ["Engine", "in_processes", "on_this_machine", "using", "workers_for"]
