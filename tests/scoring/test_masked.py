from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from babyslm.scoring.head import Head
from babyslm.scoring.masked import PLLS, MaskedTokens, mask_plan, pseudo_log_likelihood
from tests.tiny_networks import MASKED, naive_masked

CPU = torch.device("cpu")
MASK, FIRST, LAST = 4, 2, 3


@cache
def ready(family: str) -> Head:
    head = Head(MASKED[family]())
    head.calibrate({"input_ids": torch.arange(5, 17).reshape(2, 6)})
    return head


def texts(seed: int, count: int = 8, symbols: int = 5, longest: int = 9) -> list[MaskedTokens]:
    """Framed sequences with duplicates, one-token texts, and texts that differ in one token only."""
    draw = np.random.default_rng(seed)
    lists = [draw.integers(5, 5 + symbols, draw.integers(1, longest)) for _ in range(count)]
    lists += [lists[0], np.append(lists[1][:-1], 20), np.array([7])]
    return [
        MaskedTokens(np.array([FIRST, *ids, LAST]), np.arange(1, len(ids) + 1), np.arange(len(ids)) // 2)
        for ids in lists
    ]


def naive(network, sequence: MaskedTokens, variant: str) -> list[float]:
    """The formulas, written anew position by position."""
    own, words = sequence.own.tolist(), sequence.words.tolist()
    if variant == "unmasked":
        return naive_masked(network, sequence.ids, [], list(range(len(sequence.ids))), MASK)
    if variant == "span":
        spans, start = [], 0
        while start + 15 <= len(own):
            spans.append(own[start : start + 15])
            start += 5
        if not spans or spans[-1][-1] != own[-1]:
            spans.append(own[-15:])
        return [score for span in spans for score in naive_masked(network, sequence.ids, span, span, MASK)]
    scores = []
    for i, position in enumerate(own):
        masked = [position]
        if variant == "word_l2r":
            masked = [later for later, word in zip(own, words, strict=True) if later >= position and word == words[i]]
        scores += naive_masked(network, sequence.ids, masked, [position], MASK)
    return scores


@pytest.mark.parametrize("variant", PLLS)
@pytest.mark.parametrize("family", MASKED)
def test_every_family_and_formula_scores_as_one_by_one(family: str, variant: str) -> None:
    head = ready(family)
    sequences = texts(0)
    found = pseudo_log_likelihood(head, sequences, variant, mask=MASK, budget=50, device=CPU)
    for scores, sequence in zip(found, sequences, strict=True):
        np.testing.assert_allclose(scores.log_probability, naive(head.model, sequence, variant), atol=1e-4)


@given(
    seed=st.integers(0, 10**6), budget=st.integers(1, 150), variant=st.sampled_from(PLLS), symbols=st.integers(1, 40)
)
@settings(max_examples=12, deadline=None)
def test_neither_budget_nor_order_nor_neighbours_change_a_score(seed, budget, variant, symbols) -> None:
    head = ready("bert")
    sequences = texts(seed, 4, symbols)
    order = np.random.default_rng(seed).permutation(len(sequences))
    shuffled = [sequences[i] for i in order]
    found = pseudo_log_likelihood(head, shuffled, variant, mask=MASK, budget=budget, device=CPU)
    for scores, sequence in zip(found, shuffled, strict=True):
        np.testing.assert_allclose(scores.log_probability, naive(head.model, sequence, variant), atol=1e-4)


@pytest.mark.parametrize("length", [1, 5, 14, 15, 16, 19, 20, 21, 33])
def test_spans_cover_every_token_to_the_end(length: int) -> None:
    sequence = MaskedTokens(np.arange(length + 2), np.arange(1, length + 1), np.zeros(length, dtype=np.int64))
    masked = [positions.tolist() for positions, _ in mask_plan(sequence, "span")]
    assert {position for span in masked for position in span} == set(range(1, length + 1))
    assert all(len(span) == min(15, length) for span in masked)
    head = ready("bert")
    framed = MaskedTokens(np.array([FIRST, *(5 + np.arange(length) % 50), LAST]), sequence.own, sequence.words)
    (found,) = pseudo_log_likelihood(head, [framed], "span", mask=MASK, budget=100, device=CPU)
    np.testing.assert_allclose(found.log_probability, naive(head.model, framed, "span"), atol=1e-4)


def test_equal_rows_of_two_texts_run_once() -> None:
    head = ready("bert")
    rows: list[int] = []
    handle = head.model.register_forward_pre_hook(
        lambda _, __, inputs: rows.append(len(inputs["input_ids"])), with_kwargs=True
    )
    # The row that masks the one word in which they differ is the same.
    one = MaskedTokens(np.array([FIRST, 5, 6, 7, LAST]), np.arange(1, 4), np.arange(3))
    other = MaskedTokens(np.array([FIRST, 5, 9, 7, LAST]), np.arange(1, 4), np.arange(3))
    found = pseudo_log_likelihood(head, [one, other, one], "original", mask=MASK, budget=1000, device=CPU)
    handle.remove()
    assert sum(rows) == 5
    np.testing.assert_array_equal(found[0].log_probability, found[2].log_probability)


def test_the_head_of_bert_is_run_apart() -> None:
    assert ready("bert").bare
    assert ready("roberta").bare
