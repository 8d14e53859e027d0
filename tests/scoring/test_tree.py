import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from babyslm.scoring.causal import Tokens
from babyslm.scoring.tree import pack, sorted_prefixes

sequences = st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=7), min_size=1, max_size=30)


def tokens(lists: list[list[int]], context: int = 1) -> list[Tokens]:
    return [Tokens(np.array(ids, dtype=np.int64), context) for ids in lists]


@given(sequences)
def test_sorting_is_lexicographic_and_counts_what_neighbours_share(lists) -> None:
    order, shared = sorted_prefixes([np.array(ids) for ids in lists])
    ranked = [lists[i] for i in order]
    assert ranked == sorted(lists)
    for i in range(1, len(ranked)):
        common = 0
        for a, b in zip(ranked[i - 1], ranked[i], strict=False):
            if a != b:
                break
            common += 1
        assert shared[i] == common


@given(sequences, st.integers(1, 40), st.integers(1, 2))
@settings(max_examples=200)
def test_each_scored_token_hangs_on_the_node_of_its_own_beginning(lists, capacity, context) -> None:
    seen = []
    for row in pack(tokens(lists, context), capacity):
        size = len(row.tokens)
        longest = max(len(lists[i]) - 1 for i in row.items)
        assert size <= max(capacity, longest)
        for item, pick in zip(row.items, row.picks, strict=True):
            ids = lists[item]
            assert row.target[pick].tolist() == ids[context:]
            for depth, edge in enumerate(pick, start=context):
                node = row.source[edge]
                ancestors = [a for a in range(size) if a <= node < row.ends[a]]
                assert row.tokens[ancestors].tolist() == ids[:depth]
                assert row.depths[ancestors].tolist() == list(range(depth))
            seen.append(item)
    assert sorted(seen) == list(range(len(lists)))


@given(sequences)
def test_in_one_row_every_beginning_is_run_once(lists) -> None:
    (row,) = pack(tokens(lists), 10**6)
    beginnings = {tuple(ids[:depth]) for ids in lists for depth in range(1, len(ids))}
    assert len(row.tokens) == len(beginnings)
    edges = {tuple(ids[:depth]) for ids in lists for depth in range(2, len(ids) + 1)}
    assert len(row.source) == len(edges)


def test_no_sequences_make_no_row() -> None:
    assert list(pack([], 10)) == []


@pytest.mark.parametrize("capacity", [1, 3, 100])
def test_a_sequence_that_begins_another_is_run_only_as_its_beginning(capacity: int) -> None:
    rows = list(pack(tokens([[1, 2, 3, 3], [1, 2], [1, 2, 3]]), capacity))
    assert sum(len(row.items) for row in rows) == 3
    if capacity == 100:
        assert rows[0].tokens.tolist() == [1, 2, 3]
        assert rows[0].depths.tolist() == [0, 1, 2]
