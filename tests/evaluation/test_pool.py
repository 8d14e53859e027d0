"""A learner on Ray workers: the scores of this machine to the last bit, and work lost with a worker done again."""

import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import babyslm
from babyslm.engines import using
from babyslm.models.protocol import ScoreBatch
from babyslm.results.result import Result, load_result
from babyslm.stimuli.stimulus import Stimulus
from babyslm.verify.learners.folders import UnknownSpecError
from tests.evaluation.learners import LengthLearner
from tests.tables import write_set
from tests.text_folders import causal_folder

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def _cluster() -> Iterator[None]:
    ray = pytest.importorskip("ray")
    with using("ray", cpus=1):
        pass  # Ray goes on; what a test does outside of such a block is done by this machine
    yield
    ray.shutdown()


class ForgetfulLearner(LengthLearner):
    """Keeps something wrong, and knows better without."""

    def __init__(self, error: float) -> None:
        super().__init__()
        self.error = error

    def uncached(self) -> "ForgetfulLearner":
        return ForgetfulLearner(0.0)

    def score(self, stimuli: Sequence[Stimulus]) -> ScoreBatch:
        batch = super().score(stimuli)
        return ScoreBatch(batch.log_probability + self.error, batch.symbols)


class MortalLearner(LengthLearner):
    """Dies with its process in the middle of the work, once."""

    def __init__(self, marker: str) -> None:
        super().__init__()
        self.marker = marker

    def score(self, stimuli: Sequence[Stimulus]) -> ScoreBatch:
        batch = super().score(stimuli)
        if len(self.asked) > len(stimuli) and not Path(self.marker).exists():
            Path(self.marker).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return batch


def equal(first: Result, second: Result) -> None:
    assert first.scores.keys() == second.scores.keys()
    for key, here in first.scores.items():
        there = second.scores[key]
        assert list(here.index) == list(there.index)
        for column in ("score", "log_probability", "symbols"):
            assert here[column].tolist() == there[column].tolist(), (key, column)
    assert first.record.metrics == second.record.metrics


def test_workers_give_what_this_machine_gives(tmp_path: Path) -> None:
    model = f"hf:{causal_folder(tmp_path / 'learner')}"
    stimuli = write_set(tmp_path / "set")
    here = babyslm.evaluate(model, stimuli, shard=7, device="cpu")
    with using("ray", cpus=1):
        there = babyslm.evaluate(model, stimuli, shard=7, device="cpu", out=tmp_path / "r", verify=2, words=True)
    equal(here, there)
    babyslm.evaluate(model, stimuli, shard=7, device="cpu", out=tmp_path / "w", words=True)
    assert (tmp_path / "r" / "words.parquet").read_bytes() == (tmp_path / "w" / "words.parquet").read_bytes()
    assert there.record.settings["verified"]["max_abs_diff"] < 1e-4
    equal(here, load_result(tmp_path / "r"))


def test_a_worker_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    stimuli = write_set(tmp_path / "set")
    here = babyslm.evaluate(LengthLearner(), stimuli, shard=2)
    marker = tmp_path / "died"
    learner = MortalLearner(str(marker))
    with using("ray", cpus=1):
        there = babyslm.evaluate(learner, stimuli, shard=2, out=tmp_path / "r")
    assert marker.exists()
    equal(here, there)


def test_a_check_goes_around_what_a_worker_keeps(tmp_path: Path) -> None:
    with using("ray", cpus=1):
        result = babyslm.evaluate(ForgetfulLearner(0.5), write_set(tmp_path), verify=2)
    assert result.record.settings["verified"]["max_abs_diff"] == 0.5


def test_a_fault_in_loading_is_the_same_named_error(tmp_path: Path) -> None:
    with using("ray", cpus=1), pytest.raises(UnknownSpecError):
        babyslm.evaluate("nowhere", write_set(tmp_path))
