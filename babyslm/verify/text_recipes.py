"""Named errors of text recipes that transformers trains."""

from babyslm.verify.errors import UsageError

__all__ = ["SeveralProcessesError"]


class SeveralProcessesError(UsageError):
    """A run of several processes was started, whose batches would not be those of the plan."""

    def __init__(self, processes: int) -> None:
        super().__init__(
            f"{processes} processes: text recipes train in one process; run babyslm train without torchrun"
        )
