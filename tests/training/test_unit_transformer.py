"""Training transformers over units: what is hidden, what is learned, and a killed run's weights."""

from pathlib import Path

import numpy as np
import pytest
import torch

from babyslm.models.symbols.vocabulary import Vocabulary
from babyslm.models.units.transformer import TransformerNetwork, TransformerSizes, load
from babyslm.training.settings import LoopSettings
from babyslm.training.units.transformer import TransformerProblem, fit_transformer, hidden_spans

VOCABULARY = Vocabulary.of_units(6)


def cycles(count: int = 60) -> list[list[int]]:
    """Units that follow one another in a fixed order, so that a learner can know each from its neighbours."""
    draws = np.random.default_rng(0)
    starts, sizes = draws.integers(0, 6, count), draws.integers(4, 40, count)
    return [(3 + (start + np.arange(size)) % 6).tolist() for start, size in zip(starts, sizes, strict=True)]


def sizes(objective: str) -> TransformerSizes:
    return TransformerSizes(objective=objective, hidden=16, layers=1, heads=2, inner=32, dropout=0.0)


LOOP = LoopSettings(updates=150, batch_tokens=600, lr=0.01, warmup=10)


@pytest.mark.parametrize("objective", ["causal", "masked"])
def test_a_transformer_learns_what_follows_and_tells_it_from_what_does_not(objective: str, tmp_path: Path) -> None:
    told = fit_transformer(
        cycles()[:50],
        cycles()[50:],
        VOCABULARY,
        sizes(objective),
        LOOP,
        folder=tmp_path,
        name="t",
        seed=0,
        device="cpu",
    )
    assert told["validation_loss"] < 1.2
    model = load(tmp_path, device="cpu")
    good = (3 + np.arange(30) % 6).tolist()
    bad = [*good[:15], good[14], *good[16:]]
    sums, symbols = model.score_sequences([good, bad])
    assert sums[0] / symbols[0] > sums[1] / symbols[1]


def test_spans_hide_units_and_ends_but_never_the_beginning() -> None:
    lengths = [1, 5, 15, 16, 60]
    seen = np.zeros(61, dtype=np.int64)
    for seed in range(200):
        hidden = hidden_spans(lengths, np.random.default_rng(seed))
        assert hidden.shape == (5, 61)
        assert not hidden[:, 0].any()
        assert hidden.any(axis=1).all()
        for row, length in enumerate(lengths):
            assert not hidden[row, 1 + length :].any()
        assert hidden[1].sum() == 5
        seen += hidden[4]
    assert (seen[1:] > 0).all()


def test_the_causal_loss_is_the_sum_that_scoring_gives() -> None:
    from babyslm.models.units.transformer import TransformerLanguageModel

    torch.manual_seed(0)
    network = TransformerNetwork(len(VOCABULARY), sizes("causal")).eval()
    problem = TransformerProblem(cycles(8), [], objective="causal", batch_tokens=100, seed=0)
    loss = problem.loss(network, np.arange(8), torch.device("cpu"))
    model = TransformerLanguageModel(network, VOCABULARY, sizes("causal"), device="cpu")
    assert loss.item() == pytest.approx(-model.score_sequences(cycles(8))[0].sum(), rel=1e-5)


def test_a_killed_run_ends_with_the_same_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = LoopSettings(updates=8, batch_tokens=300, warmup=2, checkpoint_updates=3)

    def run(folder: Path) -> None:
        fit_transformer(cycles(), [], VOCABULARY, sizes("masked"), loop, folder=folder, name="t", seed=0, device="cpu")

    run(tmp_path / "whole")
    losses = TransformerProblem.loss
    calls = []

    def killed(self: TransformerProblem, *arguments: object) -> torch.Tensor:
        calls.append(1)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return losses(self, *arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(TransformerProblem, "loss", killed)
        run(tmp_path / "again")
    run(tmp_path / "again")
    whole, again = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("whole", "again"))
    assert whole == again
