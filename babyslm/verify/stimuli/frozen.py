"""Errors of frozen sets."""

from collections.abc import Sequence
from pathlib import Path

from babyslm.verify.errors import BabySLMError, UsageError, first_of

__all__ = ["FixedOptionError", "FrozenChangedError", "FrozenSpeechError", "UnknownFrozenSetError"]


class UnknownFrozenSetError(UsageError):
    """No frozen set has the requested key."""

    def __init__(self, key: str, known: Sequence[str]) -> None:
        super().__init__(f"--frozen {key}: no frozen set has this name; there are {', '.join(known) or 'none'}")


class FixedOptionError(UsageError):
    """An option was given that a frozen set fixes."""

    def __init__(self, key: str, options: Sequence[str]) -> None:
        super().__init__(f"--frozen {key} fixes {', '.join(options)}; leave out these options")


class FrozenChangedError(BabySLMError):
    """The pairs of a frozen set are not those that its description gives."""

    def __init__(self, path: Path, key: str) -> None:
        super().__init__(f"{path}: is not the table whose checksum {key} gives; install babyslm again")


class FrozenSpeechError(BabySLMError):
    """The speech of a frozen set is not the one of its record."""

    def __init__(self, key: str, deviations: Sequence[str], versions: Sequence[str]) -> None:
        changed = f" (other versions here: {', '.join(versions)})" if versions else ""
        super().__init__(f"{key}: the speech differs from the record: {first_of(deviations)}{changed}")
