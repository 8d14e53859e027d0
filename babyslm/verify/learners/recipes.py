"""Named errors of recipes, training data and training runs."""

from collections.abc import Sequence
from pathlib import Path

from babyslm.verify.errors import BabySLMError, UsageError, first_of

__all__ = [
    "CheckpointMismatchError",
    "DivergedError",
    "LineFormatError",
    "NoSentencesError",
    "NoTrainingColumnError",
    "OtherModelError",
    "OverrideError",
    "PrecisionError",
    "RecipeError",
    "TooFewSentencesError",
    "UnknownRecipeFamilyError",
]


class RecipeError(UsageError):
    """A recipe has invalid fields."""

    def __init__(self, path: Path | str, faults: Sequence[str]) -> None:
        super().__init__(f"{path}: {first_of(faults)}; correct the recipe or use --set FIELD=VALUE")


class UnknownRecipeFamilyError(UsageError):
    """A recipe names no family, or a family that cannot be trained."""

    def __init__(self, path: Path | str, family: object, known: Sequence[str]) -> None:
        super().__init__(f"{path}: family is {family!r}; it must be one of {', '.join(known)}")


class OverrideError(UsageError):
    """A `--set` is not key and value, or addresses a field without subfields."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"--set {text}: {reason}; write FIELD=VALUE with dots between levels, such as loop.lr=0.001")


class NoTrainingColumnError(BabySLMError):
    """A table of utterances has no column that a learner can be trained on."""

    def __init__(self, path: Path, wanted: Sequence[str], have: Sequence[str]) -> None:
        super().__init__(f"{path}: has none of the columns {', '.join(wanted)}; it has {first_of(have)}")


class NoSentencesError(BabySLMError):
    """A training corpus is empty."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: contains no sentence to train on; check the corpus")


class TooFewSentencesError(BabySLMError):
    """A corpus is too small for the requested held-out proportion."""

    def __init__(self, path: Path, count: int, share: float) -> None:
        super().__init__(
            f"{path}: {count} sentence(s) are too few to hold out {share}; set validation=0 or add sentences"
        )


class LineFormatError(BabySLMError):
    """A line of a training file does not have the stated form."""

    def __init__(self, path: Path, line: int, value: str, allowed: str) -> None:
        super().__init__(f"{path}:{line}: {value[:40]!r} is not {allowed}")


class OtherModelError(UsageError):
    """The output folder contains another model or other files."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"{folder}: {reason}; choose another --out or remove it")


class CheckpointMismatchError(UsageError):
    """A checkpoint belongs to another recipe or corpus."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder}: is the checkpoint of another recipe, seed or corpus; choose another --out or use --no-resume"
        )


class DivergedError(BabySLMError):
    """The training loss is no longer finite."""

    def __init__(self, update: int) -> None:
        super().__init__(
            f"training diverged: the loss of update {update} is not finite; lower loop.lr "
            "(text recipes: schedule.lr) or give loop.clip a value"
        )


class PrecisionError(UsageError):
    """The machine does not support the requested precision."""

    def __init__(self, precision: str, device: str) -> None:
        super().__init__(
            f"loop.precision={precision}: not possible on {device}; use --set loop.precision=no (or bf16 if the "
            "CPU supports it)"
        )
