"""Named errors of hearing what items say."""

from collections.abc import Sequence

from babyslm.verify.errors import BabySLMError, UsageError, first_of

__all__ = ["RecogniserLanguageError", "UnwrittenPhonesError"]


class UnwrittenPhonesError(BabySLMError):
    """A table does not state the phones of its items."""

    def __init__(self, table: str, names: Sequence[str]) -> None:
        super().__init__(
            f"{table}: {len(names)} items have no phones: {first_of(names)}; a recogniser needs the column phones, "
            "to compare with what it hears"
        )


class RecogniserLanguageError(UsageError):
    """A recogniser was trained on another language than that of the set."""

    def __init__(self, recogniser: str, speaks: str, language: str) -> None:
        super().__init__(
            f"--recogniser {recogniser}: writes the phones of {speaks}, and the set is in {language}; train one with "
            f"--set language={language}"
        )
