"""Errors of engines: workers that die, and clusters that cannot be reached."""

from babyslm.verify.errors import BabySLMError

__all__ = ["ClusterError", "NoRayError", "RayStartError", "WorkerLostError"]


class WorkerLostError(BabySLMError):
    """A worker died, and with it the task it was at."""

    def __init__(self, workers: int) -> None:
        super().__init__(
            f"one of {workers} processes died (out of memory, or killed); "
            "run the same command again, it goes on where it stopped, or use fewer workers"
        )


class NoRayError(BabySLMError):
    """Ray was asked for and is not installed."""

    def __init__(self) -> None:
        super().__init__("--engine ray needs Ray; install it with: pip install 'babyslm[ray]'")


class ClusterError(BabySLMError):
    """A Ray cluster cannot be reached or has no room."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Ray: {reason}; check --ray-address, or leave it out to use this machine alone")


class RayStartError(BabySLMError):
    """Ray does not start on this machine."""

    def __init__(self, reason: str) -> None:
        told = reason.rstrip(".")
        super().__init__(f"Ray does not start here: {told}; try again on a less busy machine, or use --engine local")
