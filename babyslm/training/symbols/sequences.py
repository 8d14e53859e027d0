"""Next-symbol prediction on sequences: the training problem of LSTMs over phones, characters, word pieces or units."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from babyslm.models.symbols.vocabulary import BOS, EOS
from babyslm.scoring.batches import length_batches
from babyslm.scoring.packed import pack
from babyslm.seeds import generator

__all__ = ["SequenceProblem"]

Batch = NDArray[np.int64]


class SequenceProblem:
    """Batches of sequences of similar length under a token budget, in a new random order for each epoch.

    :param training: symbol numbers without `<s>` and `</s>`.
    :param held_out: validation sequences in the same form; may be empty.
    :param batch_tokens: upper limit on the symbols of a batch.
    :param seed: seed of the order.
    """

    def __init__(
        self,
        training: Sequence[Sequence[int]],
        held_out: Sequence[Sequence[int]],
        *,
        batch_tokens: int,
        seed: int,
    ) -> None:
        self.training = [np.asarray(sequence, dtype=np.int32) for sequence in training]
        self.held_out = [np.asarray(sequence, dtype=np.int32) for sequence in held_out]
        self.lengths = np.array([len(sequence) + 1 for sequence in training], dtype=np.int64)
        self.batch_tokens = batch_tokens
        self.seed = seed

    def plan(self, epoch: int) -> list[Batch]:
        """Return the batches of an epoch; their composition and order change from epoch to epoch."""
        draw = generator(self.seed, "epoch", epoch)
        shuffled = draw.permutation(len(self.training))
        batches = length_batches(self.lengths[shuffled].tolist(), self.batch_tokens)
        return [shuffled[batches[i]] for i in draw.permutation(len(batches))]

    def symbols(self, batch: Batch) -> int:
        """Return the number of symbols that a batch predicts, `</s>` included."""
        return int(self.lengths[batch].sum())

    def loss(self, network: nn.Module, batch: Batch, device: torch.device) -> Tensor:
        """Return the summed loss of a batch in nats."""
        return _nll(network, [self.training[i] for i in batch], device)

    def validate(self, network: nn.Module, device: torch.device) -> float | None:
        """Return the mean loss in nats per symbol on the held-out sequences, or None if there are none."""
        if not self.held_out:
            return None
        lengths = [len(sequence) + 1 for sequence in self.held_out]
        total = 0.0
        for batch in length_batches(lengths, self.batch_tokens):
            total += float(_nll(network, [self.held_out[i] for i in batch], device))
        return total / sum(lengths)


def _nll(network: nn.Module, sequences: Sequence[NDArray[np.int32]], device: torch.device) -> Tensor:
    packed = pack(sequences, BOS, EOS)  # type: ignore[arg-type]  # arrays are accepted as sequences of int
    logits = network(torch.from_numpy(packed.inputs).to(device), torch.from_numpy(packed.batch_sizes))
    return functional.cross_entropy(logits.float(), torch.from_numpy(packed.targets).to(device), reduction="sum")
