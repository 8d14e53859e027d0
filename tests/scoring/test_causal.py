from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from babyslm.scoring.causal import Tokens, batched_causal
from babyslm.scoring.head import Head
from tests.tiny_networks import CAUSAL, VOCABULARY, gpt2, llama, naive_causal

CPU = torch.device("cpu")


def ragged(seed: int = 0, count: int = 12) -> list[Tokens]:
    draw = np.random.default_rng(seed)
    return [Tokens(draw.integers(0, VOCABULARY, draw.integers(2, 15)), 1) for _ in range(count)]


@cache
def shared_gpt2():
    return gpt2()


def calibrated(network) -> Head:
    head = Head(network)
    head.calibrate({"input_ids": torch.arange(12).reshape(2, 6)})
    return head


@pytest.mark.parametrize("family", CAUSAL)
def test_every_family_scores_as_one_by_one(family: str) -> None:
    network = CAUSAL[family]()
    sequences = ragged()
    for found, sequence in zip(
        batched_causal(calibrated(network), sequences, budget=40, device=CPU), sequences, strict=True
    ):
        expected = naive_causal(network, sequence.ids, sequence.context)
        np.testing.assert_allclose(found.log_probability, expected, atol=1e-4)


@given(
    seed=st.integers(0, 10**6),
    budget=st.integers(1, 200),
    same_length=st.booleans(),
    bare=st.booleans(),
)
@settings(max_examples=15, deadline=None)
def test_neither_budget_nor_order_nor_head_changes_a_score(seed, budget, same_length, bare) -> None:
    network = shared_gpt2()
    head = calibrated(network)
    assert head.bare
    head.bare = bare
    sequences = ragged(seed, 5)
    order = np.random.default_rng(seed).permutation(len(sequences))
    expected = [naive_causal(network, sequence.ids, 1) for sequence in sequences]
    found = batched_causal(head, [sequences[i] for i in order], budget=budget, device=CPU, same_length=same_length)
    for i, scores in zip(order, found, strict=True):
        np.testing.assert_allclose(scores.log_probability, expected[i], atol=1e-4)


def test_a_longer_context_is_given_and_not_scored() -> None:
    network = llama()
    ids = np.arange(10)
    found = batched_causal(calibrated(network), [Tokens(ids, 6)], budget=100, device=CPU)[0]
    assert len(found.log_probability) == 4
    np.testing.assert_allclose(found.log_probability, naive_causal(network, ids, 6), atol=1e-4)


def test_the_mass_of_a_subset_is_its_summed_probability() -> None:
    network = llama()
    ids = np.arange(8)
    subset = torch.tensor([3, 5, 8])
    for bare in (True, False):
        head = calibrated(network)
        head.bare = bare
        found = batched_causal(head, [Tokens(ids, 2)], budget=100, device=CPU, subset=subset)[0]
        with torch.no_grad():
            chances = network(input_ids=torch.tensor([ids.tolist()])).logits[0].softmax(-1)
        np.testing.assert_allclose(found.mass, chances[1:7, subset].sum(-1).log(), atol=1e-4)


@pytest.mark.parametrize("width", [1, 7, 61, 100])
def test_blocks_of_the_vocabulary_give_the_whole_normaliser(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("babyslm.scoring.head.BLOCK_WIDTHS", (width, width))
    head = calibrated(shared_gpt2())
    subset = torch.tensor([60, 3, 5, 8])
    sequences = ragged(3, 5)
    for found, sequence in zip(
        batched_causal(head, sequences, budget=30, device=CPU, subset=subset), sequences, strict=True
    ):
        expected = naive_causal(head.model, sequence.ids, 1)
        np.testing.assert_allclose(found.log_probability, expected, atol=1e-4)
        with torch.no_grad():
            chances = head.model(input_ids=torch.tensor([sequence.ids.tolist()])).logits[0].softmax(-1)
        np.testing.assert_allclose(found.mass, chances[:-1, subset].sum(-1).log(), atol=1e-4)


def test_chunks_of_rows_as_on_a_gpu_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("babyslm.scoring.head.CHUNK_BYTES", 4 * VOCABULARY * 3)
    head = calibrated(shared_gpt2())
    monkeypatch.setattr(head, "_by_vocabulary", head._by_rows)
    subset = torch.tensor([60, 3])
    sequences = ragged(4, 5)
    found = batched_causal(head, sequences, budget=30, device=CPU, subset=subset)
    for scores, sequence in zip(found, sequences, strict=True):
        np.testing.assert_allclose(scores.log_probability, naive_causal(head.model, sequence.ids, 1), atol=1e-4)
        assert scores.mass.shape == scores.log_probability.shape


def test_a_capped_head_is_left_to_the_model() -> None:
    assert not calibrated(CAUSAL["gemma2"]()).bare
    assert calibrated(CAUSAL["llama"]()).bare
