from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from babyslm.models.protocol import ScoreBatch
from babyslm.results.scores.table import score_table
from babyslm.results.scores.trials import TRIAL_COLUMNS, make_trials, verdict
from babyslm.stimuli.stimulus_set import StimulusTable
from babyslm.verify.results.scores import InfiniteScoreError, MissingScoresError, NanScoreError, UnknownScoresError

Scored = Callable[..., pd.DataFrame]


def test_every_pair_and_voice_is_a_trial_with_its_own_scores(lexical: StimulusTable, scored: Scored) -> None:
    scores = scored(lexical)
    trials = make_trials(lexical, scores)
    assert tuple(trials.columns[: len(TRIAL_COLUMNS)]) == TRIAL_COLUMNS
    assert len(trials) == len(lexical.rows) // 2
    for trial in trials.to_dict("records"):
        assert trial["good_score"] == scores.loc[trial["good"], "score"]
        assert trial["bad_sum"] == scores.loc[trial["bad"], "log_probability"]
        assert trial["good_symbols"] == scores.loc[trial["good"], "symbols"]
        good, bad = trial["good_score"], trial["bad_score"]
        assert trial["correct"] == (1.0 if good > bad else 0.5 if good == bad else 0.0)
    assert (trials["correct"] == 0.5).any()


def test_the_order_of_gold_table_and_scores_does_not_matter(lexical: StimulusTable, scored: Scored) -> None:
    scores = scored(lexical)
    shuffled = StimulusTable("lexical", "dev", lexical.rows.sample(frac=1, random_state=4))
    pd.testing.assert_frame_equal(
        make_trials(lexical, scores), make_trials(shuffled, scores.sample(frac=1, random_state=5))
    )


def test_a_reader_has_the_trials_of_its_one_voice(lexical: StimulusTable, scored: Scored) -> None:
    scores = scored(lexical)
    names = lexical.rows.loc[lexical.rows["voice"] == "C", "filename"]
    trials = make_trials(lexical, scores[scores.index.isin(names)])
    assert set(trials["voice"]) == {"C"}
    assert len(trials) == len(lexical.rows) // 6


def test_part_of_a_voice_beside_a_whole_one_is_missed(lexical: StimulusTable, scored: Scored) -> None:
    scores = scored(lexical)
    names = lexical.rows.loc[lexical.rows["voice"].isin(["A", "B"]), "filename"]
    with pytest.raises(MissingScoresError, match="48 stimuli have no score: b_d_n1x0-C"):
        make_trials(lexical, scores[scores.index.isin(names)])


def test_unknown_nan_and_infinite_scores_are_refused(lexical: StimulusTable, scored: Scored) -> None:
    scores = scored(lexical)
    with pytest.raises(UnknownScoresError, match="stranger"):
        make_trials(lexical, pd.concat([scores, scores.iloc[:1].set_axis(["stranger"])]))
    with pytest.raises(NanScoreError, match=f"scores of lexical/dev: 1 .*{scores.index[3]}"):
        make_trials(lexical, scores.assign(score=scores["score"].where(scores.index != scores.index[3])))
    with pytest.raises(InfiniteScoreError, match=scores.index[3]):
        make_trials(lexical, scores.assign(score=scores["score"].where(scores.index != scores.index[3], -np.inf)))


def test_sums_can_decide_otherwise_than_means(lexical: StimulusTable) -> None:
    names = [stimulus.name for stimulus in lexical.stimuli]
    good = np.array([name.startswith("word") for name in names])
    batch = ScoreBatch(np.where(good, -4.0, -3.0), np.where(good, 4, 2))
    trials = make_trials(lexical, score_table(names, batch))
    assert verdict(trials, "mean").eq(1).all()
    assert verdict(trials, "sum").eq(0).all()
    assert make_trials(lexical, score_table(names, batch, pooling="sum"))["correct"].eq(0).all()


def test_a_sum_that_is_unknown_gives_no_verdict(lexical: StimulusTable) -> None:
    names = [stimulus.name for stimulus in lexical.stimuli]
    trials = make_trials(lexical, score_table(names, ScoreBatch(np.arange(len(names), dtype=float), None)))
    assert verdict(trials, "sum").isna().all()
    assert verdict(trials, "mean").notna().all()


def test_words_are_told_by_spelling_where_non_words_have_one_too(lexical: StimulusTable, scored: Scored) -> None:
    assert set(make_trials(lexical, scored(lexical))["item"]) == set(
        lexical.rows.loc[lexical.rows["correct"] == 1, "phones"]
    )
    rows = lexical.rows.assign(word=lexical.rows["word"].where(lexical.rows["correct"] == 1, "spelled"))
    spelled = StimulusTable("lexical", "dev", rows)
    assert set(make_trials(spelled, scored(spelled))["item"]) == {f"word{index}" for index in range(12)}
