"""Exact scores of recurrent language models: time-major packed batches, and states shared along a prefix tree.

Both compute sum over t of ln p(x_t | x_<t), the end symbol included, with log-softmax in float32. Sequences with a
common prefix share its states in the tree: each node runs once, level by level, from its parent's state.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from babyslm.scoring.batches import length_batches
from babyslm.scoring.packed import pack
from babyslm.scoring.prefixes import PrefixTree, prefix_tree

__all__ = ["RecurrentNetwork", "gathered", "score_packed", "score_recurrent", "score_tree"]

LOGITS = 1 << 24
"""Upper limit on the number of logits in memory; the head processes more positions in pieces."""

TREE_PAYS = 0.9
"""The tree is used if it has at most this proportion of the symbols, since its steps cannot merge input products."""


class RecurrentNetwork(Protocol):
    """Interface of a recurrent language model that scoring requires."""

    def run(self, inputs: Tensor, batch_sizes: Tensor) -> Tensor:
        """Run packed sequences from the zero state: (N,) symbols to (N, features) outputs."""

    def step(self, inputs: Tensor, state: Any) -> tuple[Tensor, Any]:
        """Run one symbol of each of n sequences: (n,) symbols to (n, features) outputs, and the new states."""

    def select(self, state: Any, rows: Tensor) -> Any:
        """Return the states of some rows."""

    def head(self, outputs: Tensor) -> Tensor:
        """Map (n, features) outputs to (n, symbols) logits."""


def gathered(network: RecurrentNetwork, outputs: Tensor, targets: Tensor) -> Tensor:
    """Return the log-probability in nats of one target per output, shape (n,), float32 for any model type.

    :param network: network with the head.
    :param outputs: shape (n, features).
    :param targets: shape (n,).
    """
    pieces = []
    size = 1  # the first piece gives the width of the head
    start = 0
    while start < len(targets):
        logits = network.head(outputs[start : start + size]).float()
        wanted = logits.gather(1, targets[start : start + size, None]).squeeze(1)
        pieces.append(wanted - logits.logsumexp(dim=1))
        start += size
        size = max(1, LOGITS // logits.shape[1])
    return torch.cat(pieces) if pieces else outputs.new_zeros(0, dtype=torch.float32)


@torch.inference_mode()
def score_packed(
    network: RecurrentNetwork,
    sequences: Sequence[Sequence[int]],
    *,
    bos: int,
    eos: int,
    budget: int,
    device: torch.device,
) -> NDArray[np.float64]:
    """Score sequences in batches of similar length.

    :param network: the model, in evaluation mode.
    :param sequences: symbol numbers without `<s>` and `</s>`.
    :param bos: number of `<s>`.
    :param eos: number of `</s>`.
    :param budget: upper limit on the symbols of a batch.
    :param device: device of the model.
    :returns: summed log-probabilities in nats, shape (n,).
    """
    scores = np.zeros(len(sequences))
    for batch in length_batches([len(sequence) + 1 for sequence in sequences], budget):
        packed = pack([sequences[i] for i in batch], bos, eos)
        outputs = network.run(torch.from_numpy(packed.inputs).to(device), torch.from_numpy(packed.batch_sizes))
        each = gathered(network, outputs, torch.from_numpy(packed.targets).to(device))
        scores[batch] = np.bincount(packed.rows, weights=each.cpu().double().numpy(), minlength=len(batch))
    return scores


@torch.inference_mode()
def score_tree(
    network: RecurrentNetwork, tree: PrefixTree, *, bos: int, eos: int, device: torch.device
) -> NDArray[np.float64]:
    """Score all sequences of a prefix tree, level by level.

    :param network: the model, in evaluation mode.
    :param tree: the sequences.
    :param bos: number of `<s>`, the root.
    :param eos: number of `</s>`.
    :param device: device of the model.
    :returns: summed log-probabilities in nats, shape (n,).
    """
    scores = np.zeros(tree.size)
    outputs, state = network.step(torch.full((1,), bos, device=device), None)
    so_far = np.zeros(1)
    for depth, level in enumerate(tree.levels):
        ends = tree.ends[depth]
        parents = np.concatenate([level.parents, ends.nodes])
        targets = np.concatenate([level.symbols, np.full(len(ends.nodes), eos)])
        where = torch.from_numpy(parents).to(device)
        each = gathered(network, outputs[where], torch.from_numpy(targets).to(device)).cpu().double().numpy()
        each += so_far[parents]
        scores[ends.sequences] = each[len(level.symbols) :]
        so_far = each[: len(level.symbols)]
        if len(level.symbols):
            before = network.select(state, where[: len(level.symbols)])
            outputs, state = network.step(torch.from_numpy(level.symbols).to(device), before)
    return scores


def score_recurrent(
    network: RecurrentNetwork,
    sequences: Sequence[tuple[int, ...]],
    *,
    bos: int,
    eos: int,
    budget: int,
    device: torch.device,
    share: bool | None = None,
) -> NDArray[np.float64]:
    """Score sequences in the way that needs the least computation.

    :param network: the model, in evaluation mode.
    :param sequences: symbol numbers without `<s>` and `</s>`; they may repeat.
    :param bos: number of `<s>`.
    :param eos: number of `</s>`.
    :param budget: upper limit on the symbols of a batch; the tree is cut into pieces within this limit.
    :param device: device of the model.
    :param share: force the tree (True) or packed batches (False); default: the tree if it is faster.
    :returns: summed log-probabilities in nats, shape (n,).
    """
    order = sorted(range(len(sequences)), key=lambda i: sequences[i])
    scores = np.zeros(len(sequences))
    rest: list[int] = []
    start = 0
    while start < len(order):
        piece: list[int] = []
        symbols = 0
        while start < len(order) and (not piece or symbols + len(sequences[order[start]]) < budget):
            piece.append(order[start])
            symbols += len(sequences[order[start]]) + 1
            start += 1
        tree = prefix_tree([sequences[i] for i in piece])
        if share or (share is None and tree.nodes <= TREE_PAYS * symbols):
            scores[piece] = score_tree(network, tree, bos=bos, eos=eos, device=device)
        else:
            rest += piece
    if rest:
        left = [sequences[i] for i in rest]
        scores[rest] = score_packed(network, left, bos=bos, eos=eos, budget=budget, device=device)
    return scores
