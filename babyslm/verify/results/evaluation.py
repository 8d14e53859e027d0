"""Named errors of an evaluation."""

from collections.abc import Sequence

from babyslm.verify.errors import BabySLMError, UsageError, first_of

__all__ = ["DeafError", "ModalityError", "NoPlaceError", "NoWordsError", "ScoreShapeError", "UnscoredError"]


class ScoreShapeError(BabySLMError):
    """A learner gave another number of scores than it was asked for."""

    def __init__(self, name: str, asked: int, shape: tuple[int, ...]) -> None:
        super().__init__(
            f"{name}: gave scores of shape {shape} for {asked} stimuli; score() must give one each, in order"
        )


class UnscoredError(BabySLMError):
    """A learner left stimuli without a finite score."""

    def __init__(self, name: str, offenders: Sequence[str]) -> None:
        super().__init__(
            f"{name}: {len(offenders)} stimuli without a finite score: {first_of(offenders)}; "
            "nothing is dropped silently, mend the learner or its input"
        )


class ModalityError(UsageError):
    """A learner cannot take the stimuli of a task in the form they have."""

    def __init__(self, name: str, modality: str, table: str, lacking: str) -> None:
        super().__init__(
            f"{table}: {name} is {modality}, but these stimuli have no {lacking}; choose another task or set"
        )


class DeafError(UsageError):
    """An acoustic condition was asked for with a learner that does not hear."""

    def __init__(self, name: str, modality: str, condition: str) -> None:
        super().__init__(f"--condition {condition}: {name} is {modality} and hears nothing; leave the condition out")


class NoPlaceError(UsageError):
    """Files were asked for, but no folder to put them into."""

    def __init__(self) -> None:
        super().__init__("--out: name a folder, for the files that were asked for")


class NoWordsError(UsageError):
    """A learner or set has no words to give a surprisal to."""

    def __init__(self, name: str) -> None:
        super().__init__(f"--words: {name} is no causal model of spelled words, or no task of the set is spelled")
