"""Errors of execution engines: lost workers and unreachable clusters."""

from babyslm.verify.errors import BabySLMError

__all__ = ["ClusterError", "NoRayError", "RayStartError", "WorkerLostError"]


class WorkerLostError(BabySLMError):
    """A worker process died during a task."""

    def __init__(self, workers: int) -> None:
        super().__init__(
            f"one of {workers} processes died (out of memory, or killed); "
            "run the same command again to resume, or use fewer workers"
        )


class NoRayError(BabySLMError):
    """Ray was requested and is not installed."""

    def __init__(self) -> None:
        super().__init__("--engine ray needs Ray; install it with: pip install 'babyslm[ray]'")


class ClusterError(BabySLMError):
    """A Ray cluster cannot be reached or has not enough resources."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Ray: {reason}; check --ray-address, or leave it out to use this machine")


class RayStartError(BabySLMError):
    """Ray could not be started on this machine."""

    def __init__(self, reason: str) -> None:
        told = reason.rstrip(".")
        super().__init__(f"Ray could not be started: {told}; try again on a less busy machine, or use --engine local")
