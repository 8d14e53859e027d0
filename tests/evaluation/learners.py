"""Learners for tests of the evaluation, whose scores can be worked out by hand."""

from collections.abc import Sequence

import numpy as np

from babyslm.models.protocol import ScoreBatch
from babyslm.stimuli.stimulus import Modality, Stimulus


class LengthLearner:
    """Scores by the number of characters or phones; counts how often it is asked."""

    name = "length"

    def __init__(self, modality: Modality = "phonemic") -> None:
        self.modality: Modality = modality
        self.asked: list[str] = []

    def score(self, stimuli: Sequence[Stimulus]) -> ScoreBatch:
        self.asked += [stimulus.name for stimulus in stimuli]
        symbols = np.array([len(stimulus.phones or stimulus.text or stimulus.name) for stimulus in stimuli])
        first = np.array([ord((stimulus.text or "".join(stimulus.phones or "?"))[0]) for stimulus in stimuli])
        return ScoreBatch(-(symbols * 1.5 + first / 100), symbols)


class BrokenLearner(LengthLearner):
    """Gives what a broken learner gives."""

    name = "broken"

    def __init__(self, fault: str) -> None:
        super().__init__()
        self.fault = fault

    def score(self, stimuli: Sequence[Stimulus]) -> ScoreBatch:
        batch = super().score(stimuli)
        sums, symbols = batch.log_probability.copy(), batch.symbols
        assert symbols is not None
        match self.fault:
            case "nan":
                sums[1] = np.nan
            case "infinite":
                sums[0] = -np.inf
            case "short":
                sums = sums[:-1]
            case "empty":
                symbols = symbols * 0
            case "symbols":
                symbols = symbols[:-1]
        return ScoreBatch(sums, symbols)


class StoppedLearner(LengthLearner):
    """Is stopped after a number of calls, as by a kill."""

    def __init__(self, calls: int) -> None:
        super().__init__()
        self.calls = calls

    def score(self, stimuli: Sequence[Stimulus]) -> ScoreBatch:
        if self.calls == 0:
            raise KeyboardInterrupt
        self.calls -= 1
        return super().score(stimuli)
