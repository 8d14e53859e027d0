"""Errors of sentence templates and of sets built from them."""

from collections.abc import Iterable
from pathlib import Path

from babyslm.verify.errors import BabySLMError, UsageError, first_of

__all__ = [
    "EmptySlotError",
    "TemplateError",
    "TooFewPairsError",
    "TooFewSentencesError",
    "UnknownColumnError",
    "UnknownPhenomenonError",
    "UnknownSetError",
    "UnknownSlotError",
]


class TemplateError(BabySLMError):
    """A template is inconsistent."""

    def __init__(self, path: Path, template: str, reason: str) -> None:
        super().__init__(f"{path}: {template}: {reason}")


class UnknownSlotError(BabySLMError):
    """A sentence refers to a slot that its template does not declare."""

    def __init__(self, path: Path, template: str, slot: str, known: Iterable[str]) -> None:
        super().__init__(
            f"{path}: {template}: unknown slot {{{slot}}}; declare it under slots, or use {first_of(sorted(known))}"
        )


class UnknownSetError(BabySLMError):
    """A slot refers to a shared word set that the file does not declare."""

    def __init__(self, path: Path, template: str, slot: str, name: str, known: Iterable[str]) -> None:
        super().__init__(
            f"{path}: {template}: slot {slot} refers to the set {name!r}; "
            f"declare it under sets, or use {first_of(sorted(known)) or 'a constraint'}"
        )


class UnknownColumnError(BabySLMError):
    """A slot is constrained on a column that the lexicon does not have."""

    def __init__(self, path: Path, template: str, slot: str, column: str, known: Iterable[str]) -> None:
        super().__init__(
            f"{path}: {template}: slot {slot} refers to the unknown column {column!r}; "
            f"the lexicon has {first_of(sorted(known), shown=12)}"
        )


class EmptySlotError(BabySLMError):
    """No word of the lexicon fits a slot."""

    def __init__(self, path: Path, template: str, slot: str, wanted: str) -> None:
        super().__init__(
            f"{path}: {template}: no word of the lexicon fits slot {slot} ({wanted}); "
            "relax the constraint or add such words to the lexicon"
        )


class UnknownPhenomenonError(UsageError):
    """Pairs were requested for a phenomenon without a template."""

    def __init__(self, language: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"{name}: no such phenomenon in {language}; known are {', '.join(sorted(known))}")


class TooFewPairsError(UsageError):
    """The lexicon yields fewer pairs than requested."""

    def __init__(self, path: Path, phenomenon: str, split: str, asked: int, possible: int) -> None:
        super().__init__(
            f"{path}: {phenomenon}: {asked} {split} pairs were requested, but the lexicon yields {possible}; "
            f"request fewer with pairs={{'{phenomenon}': N}}, or use a larger lexicon"
        )


class TooFewSentencesError(UsageError):
    """The grammar yields fewer sentences than requested."""

    def __init__(self, path: Path, asked: int, possible: int) -> None:
        super().__init__(
            f"{path}: {asked} sentences were requested, but the grammar yields {possible} that are not excluded; "
            "request fewer, or exclude fewer"
        )
