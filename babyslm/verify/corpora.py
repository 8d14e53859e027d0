"""Named errors of corpora and their sources."""

from collections.abc import Sequence
from pathlib import Path

from babyslm.verify.errors import BabySLMError, UsageError

__all__ = ["CorpusColumnsError", "CorpusFormatError", "EmptyCorpusError", "EmptySelectionError"]


class CorpusFormatError(BabySLMError):
    """A corpus table cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: is no readable parquet table ({reason}); make it again with babyslm prepare")


class CorpusColumnsError(BabySLMError):
    """A corpus table lacks columns."""

    def __init__(self, path: Path, missing: Sequence[str], have: Sequence[str]) -> None:
        super().__init__(f"{path}: lacks the column(s) {', '.join(missing)}; it has {', '.join(have)}")


class EmptyCorpusError(BabySLMError):
    """A corpus holds no utterance."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: holds no utterance; check the source and the choice of speakers and ages")


class EmptySelectionError(UsageError):
    """A choice of speakers, ages or budget leaves nothing."""

    def __init__(self, what: str, known: Sequence[str]) -> None:
        super().__init__(f"{what}: leaves no utterance; the source has {', '.join(known) or 'nothing'}")
