"""Packing and prefix trees against plain loops, and the work that a tree saves."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from babyslm.models.symbols.lstm import LstmNetwork, LstmSizes
from babyslm.models.symbols.vocabulary import BOS, EOS
from babyslm.scoring import recurrent
from babyslm.scoring.packed import pack
from babyslm.scoring.prefixes import prefix_tree
from babyslm.scoring.recurrent import gathered, score_recurrent

SEQUENCES = st.lists(st.lists(st.integers(2, 8), max_size=6), min_size=1, max_size=15)


@given(SEQUENCES)
def test_packed_sequences_are_all_there_step_by_step(sequences):
    packed = pack(sequences, BOS, EOS)
    assert packed.batch_sizes.sum() == len(packed.inputs) == sum(len(s) + 1 for s in sequences)
    assert (np.diff(packed.batch_sizes) <= 0).all()
    for row, sequence in enumerate(sequences):
        mine = packed.rows == row
        assert packed.inputs[mine].tolist() == [BOS, *sequence]
        assert packed.targets[mine].tolist() == [*sequence, EOS]
    starts = np.concatenate([[0], np.cumsum(packed.batch_sizes)])
    for step, size in enumerate(packed.batch_sizes):  # a sequence keeps its column from step to step
        rows = packed.rows[starts[step] : starts[step] + size]
        assert rows.tolist() == packed.rows[:size].tolist()


@given(SEQUENCES)
def test_a_prefix_tree_has_one_node_a_different_prefix(sequences):
    tree = prefix_tree(sequences)
    prefixes = {tuple(s[:n]) for s in sequences for n in range(len(s) + 1)}
    assert tree.nodes == len(prefixes)
    paths = [[()]]
    for level in tree.levels:
        paths.append(
            [(*paths[-1][parent], symbol) for parent, symbol in zip(level.parents, level.symbols, strict=True)]
        )
    found = {}
    for depth, ends in enumerate(tree.ends):
        for node, sequence in zip(ends.nodes, ends.sequences, strict=True):
            found[int(sequence)] = paths[depth][node]
    assert found == {i: tuple(s) for i, s in enumerate(sequences)}


class Counting(LstmNetwork):
    """Counts the symbols that run through the layers."""

    ran = 0

    def run(self, inputs, batch_sizes):
        self.ran += len(inputs)
        return super().run(inputs, batch_sizes)

    def step(self, inputs, state):
        self.ran += len(inputs)
        return super().step(inputs, state)


def network() -> Counting:
    torch.manual_seed(0)
    return Counting(9, LstmSizes(embedding=3, hidden=4, layers=2, output=3, dropout=0)).eval()


def ran(sequences, **options) -> int:
    net = network()
    score_recurrent(net, sequences, bos=BOS, eos=EOS, device=torch.device("cpu"), **options)
    return net.ran


def test_shared_beginnings_run_once():
    sequences = [(3, 4, 5, last) for last in range(2, 9)]
    assert ran(sequences, budget=1000) == 4 + 7
    assert ran(sequences, budget=1000, share=False) == 7 * 5


def test_sequences_that_share_nothing_are_packed():
    sequences = [(first, 3, 4, 5, 6, 7) for first in range(2, 9)]
    assert ran(sequences, budget=1000, share=True) == 1 + 7 * 6
    net = network()
    steps = []
    net.step = lambda *_: steps.append(1)
    score_recurrent(net, sequences[:1], bos=BOS, eos=EOS, budget=1000, device=torch.device("cpu"))
    assert not steps


def test_the_head_in_pieces_gives_the_same(monkeypatch):
    net = network()
    outputs, targets = torch.randn(23, 4), torch.randint(0, 9, (23,))
    expected = torch.log_softmax(net.head(outputs), dim=1)[torch.arange(23), targets]
    for most in (1, 20, 1 << 24):
        monkeypatch.setattr(recurrent, "LOGITS", most)
        torch.testing.assert_close(gathered(net, outputs, targets), expected)


def test_half_precision_keeps_the_softmax_in_float32():
    net = network().to(torch.bfloat16)
    outputs, targets = torch.randn(5, 4, dtype=torch.bfloat16), torch.tensor([0, 1, 2, 3, 4])
    logits = net.head(outputs).float()
    found = gathered(net, outputs, targets)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, torch.log_softmax(logits, dim=1)[torch.arange(5), targets])
