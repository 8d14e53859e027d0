"""LSTM scores against a one-by-one loop, and the model folder."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from babyslm.models.symbols.lstm import LstmLanguageModel, LstmNetwork, LstmSizes, load
from babyslm.models.symbols.vocabulary import BOS, EOS, Vocabulary
from babyslm.scoring.recurrent import score_recurrent
from babyslm.stimuli.stimulus import Stimulus
from babyslm.verify.documents import DocumentError
from babyslm.verify.learners.folders import CorruptModelError, MissingModelFileError

SIZES = LstmSizes(embedding=5, hidden=7, layers=2, output=6, dropout=0.3)
SYMBOLS = 9


def learner(seed: int = 0, **options) -> LstmLanguageModel:
    torch.manual_seed(seed)
    network = LstmNetwork(SYMBOLS, SIZES)
    with torch.no_grad():  # far from uniform, so that a mistake shows
        for weights in network.parameters():
            weights.mul_(8)
    vocabulary = Vocabulary.build(["a b c d e f"], "phones")
    return LstmLanguageModel(network, vocabulary, SIZES, device="cpu", **options)


def naive(model: LstmLanguageModel, sequence: list[int]) -> float:
    """One sequence alone, from the equations of the network, in evaluation mode."""
    net = model.network
    with torch.no_grad():
        outputs, _ = net.lstm(net.embedding(torch.tensor([[BOS, *sequence]])))
        logits = net.vocabulary(net.narrow(outputs))[0]
        log_p = torch.log_softmax(logits.double(), dim=1)
    return float(log_p[torch.arange(len(sequence) + 1), torch.tensor([*sequence, EOS])].sum())


sequences_strategy = st.lists(st.lists(st.integers(2, SYMBOLS - 1), max_size=7), min_size=1, max_size=20)


@settings(max_examples=40, deadline=None)
@given(sequences=sequences_strategy, budget=st.integers(1, 60), share=st.sampled_from([True, False, None]))
def test_scores_equal_a_one_by_one_loop(sequences, budget, share):
    model = learner()
    ours = score_recurrent(
        model.network,
        [tuple(s) for s in sequences],
        bos=BOS,
        eos=EOS,
        budget=budget,
        device=torch.device("cpu"),
        share=share,
    )
    np.testing.assert_allclose(ours, [naive(model, s) for s in sequences], atol=1e-4)


def test_duplicates_order_and_batch_size_change_nothing():
    sequences = [[3, 4, 5], [3, 4], [], [8], [3, 4, 5], [3, 4, 5, 6, 7, 8, 3, 4]]
    scores, symbols = learner().score_sequences(sequences)
    assert symbols.tolist() == [4, 3, 1, 2, 4, 9]
    assert scores[0] == scores[4]
    for size in (1, 3, 1000):
        again, _ = learner(batch_tokens=size).score_sequences(sequences[::-1])
        np.testing.assert_allclose(again[::-1], scores, atol=1e-5)


def test_no_sequence_is_no_score():
    scores, symbols = learner().score_sequences([])
    assert scores.shape == symbols.shape == (0,)


def test_the_mean_counts_the_end_symbol():
    model = learner()
    batch = model.score([Stimulus("w", phones=("a", "b"))])
    assert batch.symbols.tolist() == [3]
    assert batch.pooled("mean")[0] == pytest.approx(naive(model, [3, 4]) / 3, abs=1e-5)


def test_a_saved_learner_scores_the_same(tmp_path: Path):
    model = learner()
    model.save(tmp_path / "m")
    again = load(tmp_path / "m", device="cpu")
    sequences = [[3, 4, 5], [6]]
    assert again.score_sequences(sequences)[0].tolist() == model.score_sequences(sequences)[0].tolist()
    assert again.settings == model.settings
    assert sorted(p.name for p in (tmp_path / "m").iterdir()) == [
        "babyslm.json",
        "model.safetensors",
        "vocabulary.json",
    ]


@pytest.mark.parametrize("name", ["babyslm.json", "model.safetensors", "vocabulary.json"])
def test_a_lacking_file_is_named(tmp_path: Path, name: str):
    learner().save(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(MissingModelFileError, match=name):
        load(tmp_path, device="cpu")


def test_a_cut_weights_file_is_named(tmp_path: Path):
    learner().save(tmp_path)
    whole = (tmp_path / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(whole[:-100])
    with pytest.raises(CorruptModelError, match=r"model\.safetensors"):
        load(tmp_path, device="cpu")


def test_weights_of_another_size_are_refused(tmp_path: Path):
    learner().save(tmp_path)
    text = (tmp_path / "babyslm.json").read_text()
    (tmp_path / "babyslm.json").write_text(text.replace('"hidden": 7', '"hidden": 8'))
    with pytest.raises(CorruptModelError, match="does not match"):
        load(tmp_path, device="cpu")


def test_a_field_of_the_wrong_type_is_named(tmp_path: Path):
    learner().save(tmp_path)
    text = (tmp_path / "babyslm.json").read_text()
    (tmp_path / "babyslm.json").write_text(text.replace('"hidden": 7', '"hidden": "wide"'))
    with pytest.raises(DocumentError, match=r"sizes\.hidden"):
        load(tmp_path, device="cpu")


def test_the_default_sizes_are_the_reference_s():
    assert LstmSizes() == LstmSizes(embedding=200, hidden=1024, layers=3, output=200, dropout=0.1)
