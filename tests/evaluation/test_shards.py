"""Scoring in shards: every content once, in any cut, and again after a stop."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from babyslm.evaluation.shards import score_stimuli
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.stimulus import Stimulus
from babyslm.verify.results.evaluation import ScoreShapeError, UnscoredError
from tests.evaluation.learners import BrokenLearner, LengthLearner, StoppedLearner
from tests.tables import write_set

words = st.text("abc", min_size=1, max_size=4)


@given(st.lists(words, min_size=1, max_size=30), st.integers(1, 40))
@settings(max_examples=50, deadline=None)
def test_scores_do_not_depend_on_the_size_of_a_shard(texts: list[str], shard: int) -> None:
    stimuli = [Stimulus(f"s{i}", text) for i, text in enumerate(texts)]
    naive = np.concatenate([LengthLearner("orthographic").score([one]).pooled("mean") for one in stimuli])
    scores = score_stimuli(LengthLearner("orthographic"), stimuli, pooling="mean", shard=shard)
    np.testing.assert_array_equal(scores["score"].to_numpy(), naive)
    assert scores.index.tolist() == [stimulus.name for stimulus in stimuli]


def test_equal_content_is_scored_once_for_a_reader_and_each_sound_for_a_hearer(tmp_path: Path) -> None:
    stimuli = load_stimuli(write_set(tmp_path))["lexical", "dev"].stimuli
    reader, hearer = LengthLearner(), LengthLearner("spoken")
    score_stimuli(reader, stimuli, pooling="mean")
    score_stimuli(hearer, stimuli, pooling="mean")
    assert len(reader.asked) == len(stimuli) // 2
    assert len(hearer.asked) == len(stimuli)


def test_sum_and_mean_are_kept_apart() -> None:
    stimuli = [Stimulus("a", "aa"), Stimulus("b", "bbb")]
    mean = score_stimuli(LengthLearner("orthographic"), stimuli, pooling="mean")
    total = score_stimuli(LengthLearner("orthographic"), stimuli, pooling="sum")
    pd.testing.assert_series_equal(mean["log_probability"], total["log_probability"])
    np.testing.assert_allclose(mean["score"] * mean["symbols"].astype(float), total["score"])


def test_a_stopped_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    stimuli = [Stimulus(f"s{i:02}", f"{i:02}") for i in range(10)]
    with pytest.raises(KeyboardInterrupt):
        score_stimuli(StoppedLearner(2), stimuli, pooling="mean", keep=tmp_path, key="k", shard=3)
    second = LengthLearner("phonemic")
    scores = score_stimuli(second, stimuli, pooling="mean", keep=tmp_path, key="k", shard=3)
    assert second.asked == ["s06", "s07", "s08", "s09"]
    undisturbed = score_stimuli(LengthLearner("phonemic"), stimuli, pooling="mean", shard=3)
    pd.testing.assert_frame_equal(scores, undisturbed)


def test_a_kept_shard_of_another_learner_or_text_is_not_used(tmp_path: Path) -> None:
    stimuli = [Stimulus("a", "aa")]
    score_stimuli(LengthLearner(), stimuli, pooling="mean", keep=tmp_path, key="one")
    for key, again in (("two", stimuli), ("one", [Stimulus("a", "aaa")])):
        learner = LengthLearner()
        score_stimuli(learner, again, pooling="mean", keep=tmp_path, key=key)
        assert learner.asked == ["a"]


def test_a_corrupt_shard_is_scored_again(tmp_path: Path) -> None:
    stimuli = [Stimulus("a", "aa")]
    first = score_stimuli(LengthLearner(), stimuli, pooling="mean", keep=tmp_path, key="k")
    (kept,) = tmp_path.iterdir()
    whole = kept.read_bytes()
    for damage in (b"", b"rubbish", whole[:-3], whole[:-2] + bytes([whole[-2] ^ 1]) + whole[-1:]):
        kept.write_bytes(damage)
        learner = LengthLearner()
        pd.testing.assert_frame_equal(score_stimuli(learner, stimuli, pooling="mean", keep=tmp_path, key="k"), first)
        assert learner.asked == ["a"]


@pytest.mark.parametrize("fault", ["nan", "infinite", "empty"])
def test_what_is_unscored_is_named(fault: str) -> None:
    stimuli = [Stimulus("first", "a"), Stimulus("second", "b")]
    with pytest.raises(UnscoredError, match="first" if fault != "nan" else "second"):
        score_stimuli(BrokenLearner(fault), stimuli, pooling="mean")


@pytest.mark.parametrize("fault", ["short", "symbols"])
def test_a_wrong_number_of_scores_is_an_error(fault: str) -> None:
    with pytest.raises(ScoreShapeError, match="broken"):
        score_stimuli(BrokenLearner(fault), [Stimulus("a", "a"), Stimulus("b", "b")], pooling="mean")
