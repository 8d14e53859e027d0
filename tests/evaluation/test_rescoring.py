"""Scoring again, one by one: nothing for an honest learner, the truth about one that looks at its batch."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import babyslm
from babyslm.models.protocol import ScoreBatch
from babyslm.results.result import load_result
from babyslm.stimuli.stimulus import Stimulus
from tests.evaluation.learners import LengthLearner
from tests.tables import write_set


class NeighbourLearner(LengthLearner):
    """Lets the number of stimuli beside it change a score, as bad padding does."""

    def score(self, stimuli: Sequence[Stimulus]) -> ScoreBatch:
        batch = super().score(stimuli)
        return ScoreBatch(batch.log_probability - 0.25 * (len(stimuli) > 1), batch.symbols)


def test_an_honest_learner_differs_by_nothing(tmp_path: Path) -> None:
    learner = LengthLearner()
    result = babyslm.evaluate(learner, write_set(tmp_path), verify=3)
    assert result.record.settings["verified"] == {"stimuli": 3, "max_abs_diff": 0.0, "worst": None}


def test_a_learner_that_looks_at_its_batch_is_found_out(tmp_path: Path) -> None:
    result = babyslm.evaluate(NeighbourLearner(), write_set(tmp_path), verify=10**6, out=tmp_path / "r")
    found = load_result(tmp_path / "r").record.settings["verified"]
    assert found == result.record.settings["verified"]
    assert found["max_abs_diff"] == pytest.approx(0.25)
    assert found["worst"].startswith(("lexical/", "syntactic/"))
    distinct = sum(len(scores) for scores in result.scores.values())
    assert found["stimuli"] == distinct


def test_what_a_learner_keeps_is_gone_around(tmp_path: Path) -> None:
    class Keeper(LengthLearner):
        kept = True

        def uncached(self) -> "Keeper":
            other = Keeper()
            other.kept = False
            return other

        def score(self, stimuli: Sequence[Stimulus]) -> ScoreBatch:
            batch = super().score(stimuli)
            return ScoreBatch(batch.log_probability + (0.0 if self.kept else np.float64(1.0)), batch.symbols)

    result = babyslm.evaluate(Keeper(), write_set(tmp_path), verify=2)
    assert result.record.settings["verified"]["max_abs_diff"] == pytest.approx(1.0)
