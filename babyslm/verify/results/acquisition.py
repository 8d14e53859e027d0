"""Checks of curves of acquisition, and of tables of children's words."""

from collections.abc import Sequence
from pathlib import Path

from babyslm.verify.errors import BabySLMError, UsageError, first_of

__all__ = [
    "AmountCountError",
    "ChildrenColumnsError",
    "ChildrenValueError",
    "FewPointsError",
    "FewSharedWordsError",
    "NoAmountError",
    "NoWordsTestedError",
]


class NoAmountError(UsageError):
    """The results do not record how much was learned from."""

    def __init__(self, name: str, unit: str | None) -> None:
        what = f"the number of {unit}" if unit else "words, hours or tokens of training"
        super().__init__(
            f"{name}: its result does not record {what}; give one --amount for each result, in their order"
        )


class AmountCountError(UsageError):
    """Amounts and results differ in number."""

    def __init__(self, amounts: int, results: int) -> None:
        super().__init__(f"{amounts} times --amount for {results} results; give one for each result, in their order")


class FewPointsError(UsageError):
    """A curve needs more amounts of training."""

    def __init__(self, amounts: Sequence[float], unit: str, fewest: int) -> None:
        told = ", ".join(f"{each:g}" for each in amounts) or "none"
        super().__init__(
            f"a curve needs at least {fewest} results at different positive amounts of training; "
            f"these are at {told} {unit}"
        )


class NoWordsTestedError(UsageError):
    """A result has no lexical trials."""

    def __init__(self, name: str, split: str | None) -> None:
        place = f"lexical/{split}" if split else "the lexical task"
        super().__init__(f"{name}: its result has no trials of {place}; evaluate it with --task lexical")


class ChildrenColumnsError(BabySLMError):
    """A table of children's words has neither of the known forms."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        super().__init__(
            f"{path}: has the columns {first_of(columns)}; known are Wordbank's export (item_definition, and one "
            "column per month with the proportion of children) and a table with the columns word and age (months)"
        )


class ChildrenValueError(BabySLMError):
    """A cell of a table of children's words is no number in its range."""

    def __init__(self, path: Path, row: int, column: str, value: object, wanted: str) -> None:
        super().__init__(f"{path}, row {row}: {column} is {value!r}, but must be {wanted}")


class FewSharedWordsError(BabySLMError):
    """The words of a learner and of children have too few in common."""

    def __init__(self, place: str, shared: int, fewest: int) -> None:
        super().__init__(
            f"{place}: shares {shared} tested words with the results, but a correlation needs {fewest}; is it of the "
            "same language, and does it spell the words as the set does?"
        )
