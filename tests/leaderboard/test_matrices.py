"""The matrices against the aggregation one learner at a time."""

import numpy as np
import pandas as pd
import pytest

from babyslm.leaderboard.board.matrices import TableMatrices
from babyslm.models.protocol import ScoreBatch
from babyslm.results.scores.table import score_table
from babyslm.results.scores.trials import make_trials
from babyslm.results.statistics.summary import headline, summarise
from babyslm.stimuli.stimulus_set import StimulusSet, StimulusTable
from tests.leaderboard import made


def trials_of(table: StimulusTable, number: int, voices: tuple[str, ...]) -> pd.DataFrame:
    scores = made.scores_of(table, number, reads=False, ability=0.7)
    names = [stimulus.name for stimulus in table.stimuli if stimulus.voice in voices]
    return make_trials(table, score_table(names, ScoreBatch(np.array([scores[name] for name in names]), None)))


@pytest.mark.parametrize("task", ["lexical", "syntactic"])
@pytest.mark.parametrize("voices", [("carl", "dora", "emil"), ("dora",)])
def test_figures_of_many_learners_are_those_of_each_alone(
    stimuli: StimulusSet, task: str, voices: tuple[str, ...]
) -> None:
    table = stimuli[task, "test"]
    matrices = TableMatrices(table, voices)
    each = [trials_of(table, number, voices) for number in range(3)]
    stored = np.full((len(table.pairs), 3), -1, dtype=np.int8)
    stored[matrices.rows] = np.stack([2 * trials["correct"] for trials in each], axis=1).astype(np.int8)
    verdicts = matrices.verdicts(stored)
    whole = matrices.figures(matrices.whole, verdicts)
    for number, trials in enumerate(each):
        expected = headline(trials).iloc[0]
        assert expected["measure"] == "accuracy"
        found = [whole.accuracy[0, number], whole.low[0, number], whole.high[0, number], whole.ties[0, number]]
        assert found == pytest.approx(list(expected[["accuracy", "low", "high", "ties"]]), abs=1e-12)
        assert (whole.n[0], whole.clusters[0]) == (expected["n"], expected["clusters"])
    assert "voice" in matrices.attributes()
    for name in matrices.attributes():
        grouping = matrices.by(name)
        figures = matrices.figures(grouping, verdicts)
        for number, trials in enumerate(each):
            expected = summarise(trials, name)
            assert list(grouping.values) == expected[name].astype(str).tolist()
            assert grouping.trials.tolist() == expected["trials"].tolist()
            assert figures.n.tolist() == expected["n"].tolist()
            assert figures.ties[:, number].tolist() == expected["ties"].tolist()
            np.testing.assert_allclose(figures.accuracy[:, number], expected["accuracy"], atol=1e-12)
            np.testing.assert_allclose(figures.low[:, number], expected["low"].astype(float), atol=1e-12)
            np.testing.assert_allclose(figures.high[:, number], expected["high"].astype(float), atol=1e-12)
