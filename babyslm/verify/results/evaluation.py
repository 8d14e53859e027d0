"""Named errors of an evaluation."""

from collections.abc import Sequence

from babyslm.verify.errors import BabySLMError, UsageError, first_of

__all__ = ["DeafError", "ModalityError", "NoPlaceError", "NoWordsError", "ScoreShapeError", "UnscoredError"]


class ScoreShapeError(BabySLMError):
    """A learner returned the wrong number of scores."""

    def __init__(self, name: str, asked: int, shape: tuple[int, ...]) -> None:
        super().__init__(
            f"{name}: gave scores of shape {shape} for {asked} stimuli; score() must return one per stimulus, in order"
        )


class UnscoredError(BabySLMError):
    """A learner returned no finite score for some stimuli."""

    def __init__(self, name: str, offenders: Sequence[str]) -> None:
        super().__init__(
            f"{name}: {len(offenders)} stimuli without a finite score: {first_of(offenders)}; "
            "no stimulus is dropped silently; correct the learner or its input"
        )


class ModalityError(UsageError):
    """A learner does not accept the stimuli of a task in their form."""

    def __init__(self, name: str, modality: str, table: str, lacking: str) -> None:
        super().__init__(
            f"{table}: {name} is {modality}, but these stimuli have no {lacking}; choose another task or set"
        )


class DeafError(UsageError):
    """An acoustic condition was requested for a learner that is not spoken."""

    def __init__(self, name: str, modality: str, condition: str) -> None:
        super().__init__(f"--condition {condition}: {name} is {modality} and has no acoustic input; omit --condition")


class NoPlaceError(UsageError):
    """Files were requested without a folder for them."""

    def __init__(self) -> None:
        super().__init__("--out: name a folder for the requested files")


class NoWordsError(UsageError):
    """Surprisal needs a causal model of spelled words."""

    def __init__(self, name: str) -> None:
        super().__init__(f"--words: {name} is not a causal model of spelled words, or no task of the set is spelled")
