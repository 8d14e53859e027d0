"""The loop: exact gradients, schedule, stopping, and resume to the bit."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from babyslm.models.symbols.lstm import LstmNetwork, LstmSizes
from babyslm.training import loop as module
from babyslm.training.loop import fit
from babyslm.training.settings import LoopSettings, learning_rate
from babyslm.training.symbols.sequences import SequenceProblem
from babyslm.verify.learners.recipes import CheckpointMismatchError, DivergedError, PrecisionError

SIZES = LstmSizes(embedding=4, hidden=6, layers=2, output=5, dropout=0.2)
SETTINGS = LoopSettings(epochs=4, batch_tokens=20, lr=1e-2, warmup=3, log_every=2, validate_every=3)


def sequences(count: int = 24, seed: int = 0) -> list[list[int]]:
    draw = np.random.default_rng(seed)
    return [draw.integers(3, 9, size=draw.integers(1, 8)).tolist() for _ in range(count)]


def network(dropout: float = 0.2) -> LstmNetwork:
    torch.manual_seed(0)
    return LstmNetwork(9, SIZES.model_copy(update={"dropout": dropout}))


def problem(settings: LoopSettings = SETTINGS) -> SequenceProblem:
    return SequenceProblem(sequences(), sequences(6, seed=1), batch_tokens=settings.batch_tokens, seed=5)


def run(folder: Path, settings: LoopSettings = SETTINGS, identity: str = "x", **options):
    return fit(
        network(), problem(settings), settings, seed=5, folder=folder, identity=identity, device="cpu", **options
    )


def equal(one: dict[str, torch.Tensor], two: dict[str, torch.Tensor]) -> bool:
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


class Killed(BaseException):
    """Stands for a kill: nothing in the loop may catch it."""


@pytest.mark.parametrize("at", [1, 5, 11, 17])
def test_a_run_that_was_killed_ends_with_the_same_bits(tmp_path: Path, at: int, monkeypatch: pytest.MonkeyPatch):
    whole = run(tmp_path / "whole")
    settings = SETTINGS.model_copy(update={"checkpoint_updates": 4})
    real, calls = module._Run._update, itertools.count(1)

    def dying(self, group):
        if next(calls) == at:
            raise Killed
        real(self, group)

    monkeypatch.setattr(module._Run, "_update", dying)
    with pytest.raises(Killed):
        run(tmp_path / "cut", settings)
    monkeypatch.setattr(module._Run, "_update", real)
    resumed = run(tmp_path / "cut", settings)
    assert equal(resumed.weights, whole.weights)
    assert resumed.position.losses == whole.position.losses
    curves = [(tmp_path / name / "losses.jsonl").read_text() for name in ("whole", "cut")]
    assert curves[0] == curves[1]


def test_only_the_latest_checkpoint_is_kept_and_nothing_pickled(tmp_path: Path):
    run(tmp_path, SETTINGS.model_copy(update={"checkpoint_updates": 3}))
    folders = list((tmp_path / ".checkpoints").iterdir())
    assert len(folders) == 1
    assert {path.suffix for path in folders[0].iterdir()} == {".safetensors", ".json"}
    assert json.loads((folders[0] / "state.json").read_text())["update"] % 3 == 0


def test_a_checkpoint_of_another_identity_is_refused_unless_begun_anew(tmp_path: Path):
    settings = SETTINGS.model_copy(update={"checkpoint_updates": 3})
    run(tmp_path, settings, identity="one")
    with pytest.raises(CheckpointMismatchError, match="no-resume"):
        run(tmp_path, settings, identity="two")
    again = run(tmp_path, settings, identity="two", resume=False)
    assert again.position.update == run(tmp_path / "fresh", settings, identity="two").position.update


def test_a_finished_run_is_not_trained_further(tmp_path: Path):
    settings = SETTINGS.model_copy(update={"checkpoint_updates": 1})
    first = run(tmp_path, settings)
    second = run(tmp_path, settings)
    assert second.position.update == first.position.update
    assert equal(first.weights, second.weights)


def test_an_update_is_the_gradient_of_the_mean_over_all_its_symbols(tmp_path: Path):
    """Two accumulated batches of unequal size move the weights as one batch of both does."""
    settings = LoopSettings(updates=1, batch_tokens=12, accumulate=2, warmup=0, lr=0.1, weight_decay=0, patience=None)
    net = network(dropout=0)
    task = problem(settings)
    group = task.plan(0)[:2]
    assert task.symbols(group[0]) != task.symbols(group[1])
    total, count = torch.zeros(()), 0
    for i in np.concatenate(group):
        line = [0, *task.training[i].tolist(), 1]
        logits = net(torch.tensor(line[:-1]), torch.ones(len(line) - 1, dtype=torch.int64))
        total = total + functional.cross_entropy(logits, torch.tensor(line[1:]), reduction="sum")
        count += len(line) - 1
    expected = torch.autograd.grad(total / count, list(net.parameters()))
    seen = {}

    class Spy(torch.optim.AdamW):
        def step(self, closure=None):
            seen["gradients"] = [w.grad.clone() for group in self.param_groups for w in group["params"]]
            return super().step(closure)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module.optim, "AdamW", Spy)
        outcome = fit(net, task, settings, seed=5, folder=tmp_path, identity="x", device="cpu")
    for ours, naive in zip(seen["gradients"], expected, strict=True):
        torch.testing.assert_close(ours, naive, atol=1e-6, rtol=1e-4)
    assert outcome.position.losses[0].loss == pytest.approx(float(total.detach()) / count, rel=1e-5)


def test_training_stops_when_nothing_is_gained_and_keeps_the_best(tmp_path: Path):
    class Fixed:
        """Validation that gets worse after the second time."""

        def __init__(self):
            self.losses = iter([3.0, 1.0, 2.0, 2.5, 4.0, 0.1])
            self.kept = []

        def plan(self, epoch):
            return [np.array([epoch])]

        def symbols(self, batch):
            return 1

        def loss(self, net, batch, device):
            return net(torch.ones(1, 2)).sum() + 10

        def validate(self, net, device):
            self.kept.append({name: tensor.clone() for name, tensor in net.state_dict().items()})
            return next(self.losses)

    task = Fixed()
    settings = LoopSettings(epochs=100, patience=2, warmup=0, lr=0.1)
    outcome = fit(nn.Linear(2, 1), task, settings, seed=0, folder=tmp_path, identity="x", device="cpu")
    assert outcome.position.update == 4
    assert (outcome.position.best, outcome.position.best_update) == (1.0, 2)
    assert equal(outcome.weights, task.kept[1])
    assert not equal(outcome.weights, task.kept[3])


def test_without_anything_held_out_the_last_weights_are_kept(tmp_path: Path):
    task = SequenceProblem(sequences(), [], batch_tokens=20, seed=5)
    net = network()
    outcome = fit(net, task, SETTINGS, seed=5, folder=tmp_path, identity="x", device="cpu")
    assert outcome.position.best is None
    assert equal(outcome.weights, net.state_dict())


def test_a_loss_that_is_no_number_stops_the_run(tmp_path: Path):
    net = network()
    with torch.no_grad():
        net.vocabulary.bias.fill_(float("nan"))
    with pytest.raises(DivergedError, match="update 0"):
        fit(net, problem(), SETTINGS, seed=5, folder=tmp_path, identity="x", device="cpu")


def test_half_precision_on_a_processor_is_a_named_error(tmp_path: Path):
    with pytest.raises(PrecisionError, match=r"loop\.precision=no"):
        run(tmp_path, SETTINGS.model_copy(update={"precision": "fp16"}))


@pytest.mark.parametrize("epoch", [0, 1, 7])
def test_an_epoch_holds_every_sequence_once_within_the_budget(epoch: int):
    task = problem()
    plan = task.plan(epoch)
    assert sorted(np.concatenate(plan).tolist()) == list(range(len(task.training)))
    assert all(len(batch) * task.lengths[batch].max() <= 20 for batch in plan)
    assert all(np.array_equal(a, b) for a, b in zip(plan, problem().plan(epoch), strict=True))
    assert any(not np.array_equal(a, b) for a, b in zip(plan, task.plan(epoch + 1), strict=True))


def test_the_validation_loss_is_the_mean_over_symbols():
    net = network().eval()
    task = problem()
    total, count = 0.0, 0
    with torch.no_grad():
        for sequence in task.held_out:
            line = [0, *sequence.tolist(), 1]
            logits = net(torch.tensor(line[:-1]), torch.ones(len(line) - 1, dtype=torch.int64))
            total += float(functional.cross_entropy(logits, torch.tensor(line[1:]), reduction="sum"))
            count += len(line) - 1
        assert task.validate(net, torch.device("cpu")) == pytest.approx(total / count, rel=1e-5)


def test_the_schedules_at_known_places():
    inverse = LoopSettings(updates=100, lr=1.0, warmup=4, warmup_lr=0.0)
    assert [learning_rate(inverse, n) for n in (0, 2, 4, 16)] == [0.0, 0.5, 1.0, 0.5]
    cosine = inverse.model_copy(update={"schedule": "cosine", "updates": 104})
    assert [round(learning_rate(cosine, n), 6) for n in (4, 54, 104, 200)] == [1.0, 0.5, 0.0, 0.0]
    constant = inverse.model_copy(update={"schedule": "constant", "warmup": 0})
    assert {learning_rate(constant, n) for n in (0, 50)} == {1.0}
