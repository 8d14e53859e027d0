from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from babyslm.scoring.causal import Tokens, batched_causal
from babyslm.scoring.head import Head
from babyslm.scoring.packing import packed_causal
from babyslm.scoring.paths import CausalPath, find_path, window_of
from babyslm.verify.learners.text import NotCausalError
from tests.tiny_networks import CAUSAL, VOCABULARY, bert_without_decoder, naive_causal

CPU = torch.device("cpu")
TREES = ("llama", "gpt2", "gpt_neox", "qwen2", "mistral", "gemma2", "opt")


@cache
def ready(family: str) -> tuple[Head, CausalPath]:
    head = Head(CAUSAL[family]())
    head.calibrate({"input_ids": torch.arange(12).reshape(2, 6)})
    return head, find_path(head, vocabulary=VOCABULARY, limit=None, device=CPU)


def family_tree(seed: int, count: int = 25, symbols: int = 3, longest: int = 12) -> list[Tokens]:
    """Sequences that share beginnings of all lengths, with duplicates and beginnings of each other among them."""
    draw = np.random.default_rng(seed)
    lists = [draw.integers(0, symbols, draw.integers(2, longest)) for _ in range(count)]
    lists += [lists[0], lists[1][: max(2, len(lists[1]) - 1)], np.append(lists[2], 1)]
    return [Tokens(ids * 7 % VOCABULARY, 1) for ids in lists]


def check(found, head: Head, sequences: list[Tokens]) -> None:
    for scores, sequence in zip(found, sequences, strict=True):
        expected = naive_causal(head.model, sequence.ids, sequence.context)
        np.testing.assert_allclose(scores.log_probability, expected, atol=1e-4)


@pytest.mark.parametrize("family", CAUSAL)
def test_the_self_test_knows_which_families_take_trees(family: str) -> None:
    _, path = ready(family)
    assert path.name == ("tree" if family in TREES else "padded"), path.reason
    assert bool(path.reason) == (path.name != "tree")


@pytest.mark.parametrize("family", CAUSAL)
def test_every_family_scores_shared_beginnings_as_one_by_one(family: str) -> None:
    head, path = ready(family)
    sequences = family_tree(1)
    check(path.score(head, sequences, budget=64, device=CPU), head, sequences)


@given(
    seed=st.integers(0, 10**6),
    budget=st.integers(1, 120),
    row=st.integers(1, 60),
    symbols=st.integers(1, 40),
    bare=st.booleans(),
)
@settings(max_examples=15, deadline=None)
def test_neither_budget_nor_row_nor_order_changes_a_score(seed, budget, row, symbols, bare) -> None:
    head, _ = ready("llama")
    sequences = family_tree(seed, 8, symbols)
    order = np.random.default_rng(seed).permutation(len(sequences))
    shuffled = [sequences[i] for i in order]
    head.bare = bare
    try:
        check(packed_causal(head, shuffled, budget=budget, device=CPU, row=row), head, shuffled)
    finally:
        head.bare = True


def test_the_mass_of_a_subset_is_the_same_along_the_tree() -> None:
    head, _ = ready("gpt2")
    sequences = family_tree(3)
    subset = torch.tensor([1, 2, 30])
    packed = packed_causal(head, sequences, budget=50, device=CPU, subset=subset)
    plain = batched_causal(head, sequences, budget=50, device=CPU, subset=subset)
    for one, other in zip(packed, plain, strict=True):
        np.testing.assert_allclose(one.mass, other.mass, atol=1e-4)


def test_sequences_beyond_a_window_leave_the_tree() -> None:
    head, path = ready("mistral")
    assert path.window == 4
    sequences = [Tokens(np.arange(3, 3 + length), 1) for length in (2, 4, 5, 6, 12)]
    check(path.score(head, sequences, budget=100, device=CPU), head, sequences)


def test_a_model_that_ignores_positions_is_found_out() -> None:
    head = Head(CAUSAL["gpt2"]())
    forward = head.model.forward
    head.model.forward = lambda position_ids=None, **inputs: forward(**inputs)
    path = find_path(head, vocabulary=VOCABULARY, limit=64, device=CPU)
    assert path.name == "padded"
    assert "differ" in path.reason


def test_a_model_that_ignores_the_mask_is_found_out() -> None:
    head = Head(CAUSAL["llama"]())
    forward = head.model.forward
    head.model.forward = lambda attention_mask=None, **inputs: forward(**inputs)
    assert find_path(head, vocabulary=VOCABULARY, limit=64, device=CPU).name == "padded"


def test_a_model_that_looks_at_padding_is_never_padded() -> None:
    head = Head(CAUSAL["llama"]())
    forward = head.model.forward

    def warmed_by_zeros(input_ids):
        output = forward(input_ids=input_ids)
        output.logits = output.logits * (1 + 0.1 * (input_ids[:, -1] == 0).sum())
        return output

    head.model.forward = warmed_by_zeros
    path = find_path(head, vocabulary=VOCABULARY, limit=64, device=CPU)
    assert path.name == "same_length", path.reason
    sequences = [Tokens(sequence.ids + 1, 1) for sequence in family_tree(5)]
    check(path.score(head, sequences, budget=64, device=CPU), head, sequences)


def test_a_model_that_sees_what_comes_after_is_refused() -> None:
    with pytest.raises(NotCausalError, match="BertLMHeadModel"):
        find_path(Head(bert_without_decoder()), vocabulary=VOCABULARY, limit=64, device=CPU)


def test_trees_can_be_declined() -> None:
    head, _ = ready("llama")
    assert find_path(head, vocabulary=VOCABULARY, limit=None, device=CPU, packing=False).name == "padded"


@pytest.mark.parametrize(("family", "window"), [("mistral", 4), ("qwen2", None), ("llama", None), ("gemma2", 4)])
def test_windows_are_read_from_the_configuration(family: str, window: int | None) -> None:
    assert window_of(CAUSAL[family]().config) == window


def test_half_precision_still_takes_trees() -> None:
    head = Head(CAUSAL["llama"]().to(torch.bfloat16))
    assert find_path(head, vocabulary=VOCABULARY, limit=None, device=CPU).name == "tree"
