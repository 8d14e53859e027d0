"""Training of transformers over speech units: next-unit prediction, or prediction of masked spans."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from babyslm.models.symbols.vocabulary import BOS, EOS, UNK, Vocabulary
from babyslm.models.units.transformer import (
    Objective,
    TransformerHeader,
    TransformerLanguageModel,
    TransformerSizes,
    pad_sequences,
)
from babyslm.scoring.batches import length_batches
from babyslm.training.settings import LoopSettings
from babyslm.training.symbols.network import fit_neural
from babyslm.training.symbols.sequences import Batch, SequenceProblem

__all__ = ["TransformerProblem", "fit_transformer"]

MASKED_SHARE = 0.5
"""Proportion of symbols that spans are drawn to mask in training; spans overlap, so that fewer are masked."""

SPAN = 15
"""Length of a masked span, as in scoring; a shorter sequence is masked as a whole."""

IGNORED = -100
"""Target of positions that are not predicted."""


class TransformerProblem(SequenceProblem):
    """Batches as for the LSTM; the predicted symbols depend on the objective.

    :param training: symbol numbers without `<s>` and `</s>`.
    :param held_out: validation sequences in the same form; may be empty.
    :param objective: `causal` or `masked`.
    :param batch_tokens: upper limit on the symbols of a batch.
    :param seed: seed of the order.
    """

    def __init__(
        self,
        training: Sequence[Sequence[int]],
        held_out: Sequence[Sequence[int]],
        *,
        objective: Objective,
        batch_tokens: int,
        seed: int,
    ) -> None:
        super().__init__(training, held_out, batch_tokens=batch_tokens, seed=seed)
        self.objective = objective

    def loss(self, network: nn.Module, batch: Batch, device: torch.device) -> Tensor:
        """Return the summed loss of a batch in nats; masks are drawn by torch, which the training loop seeds."""
        sequences = [self.training[i].tolist() for i in batch]
        draws = np.random.default_rng(int(torch.randint(2**62, ()))) if self.objective == "masked" else None
        total, predicted = self._nll(network, sequences, device, draws)
        # The loop divides by the number of all symbols; a masked loss is scaled as if each of them had been predicted.
        return total * (sum(map(len, sequences)) + len(sequences)) / max(1, predicted)

    def validate(self, network: nn.Module, device: torch.device) -> float | None:
        """Return the mean loss in nats per predicted symbol on held-out sequences, with fixed masks."""
        if not self.held_out:
            return None
        total, count = 0.0, 0
        for number, batch in enumerate(length_batches([len(s) + 1 for s in self.held_out], self.batch_tokens)):
            draws = np.random.default_rng(number) if self.objective == "masked" else None
            loss, predicted = self._nll(network, [self.held_out[i].tolist() for i in batch], device, draws)
            total, count = total + float(loss), count + predicted
        return total / max(1, count)

    def _nll(
        self,
        network: nn.Module,
        sequences: Sequence[Sequence[int]],
        device: torch.device,
        draws: np.random.Generator | None,
    ) -> tuple[Tensor, int]:
        """Return the summed loss and the number of predicted symbols; `draws` makes it the loss of masked spans."""
        if draws is None:
            inputs, padded = pad_sequences([(BOS, *units) for units in sequences], device)
            targets, _ = pad_sequences([(*units, EOS) for units in sequences], device)
            asked = ~padded
            padding = None
        else:
            targets, padded = pad_sequences([(BOS, *units, EOS) for units in sequences], device)
            asked = torch.from_numpy(hidden_spans([len(units) + 1 for units in sequences], draws)).to(device)
            inputs, padding = targets.masked_fill(asked, UNK), padded
        logits = network(inputs, padding).float()
        loss = functional.cross_entropy(
            logits.flatten(0, 1), targets.masked_fill(~asked, IGNORED).flatten(), ignore_index=IGNORED, reduction="sum"
        )
        return loss, int(asked.sum())


def hidden_spans(lengths: Sequence[int], draws: np.random.Generator) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Draw the masked symbols: at least one span in each sequence.

    :param lengths: symbols of each sequence, `</s>` included; `<s>` precedes them and is never masked.
    :param draws: random generator of the starts of spans.
    :returns: shape (sequences, 1 + longest), true for masked symbols.
    """
    hidden = np.zeros((len(lengths), 1 + max(lengths)), dtype=np.bool_)
    for row, length in enumerate(lengths):
        spans = max(1, round(MASKED_SHARE * length / SPAN))
        for start in draws.integers(0, max(1, length - SPAN + 1), spans).tolist():
            hidden[row, 1 + start : 1 + min(length, start + SPAN)] = True
    return hidden


def fit_transformer(
    training: Sequence[Sequence[int]],
    valid: Sequence[Sequence[int]],
    vocabulary: Vocabulary,
    sizes: TransformerSizes,
    loop: LoopSettings,
    *,
    folder: Path,
    name: str,
    seed: int,
    resume: bool = True,
    device: str = "auto",
) -> dict[str, Any]:
    """Train a transformer on sequences of symbol numbers and write it as a model folder; parameters as `fit_lstm`."""
    header = TransformerHeader(name=name, sizes=sizes)
    problem = TransformerProblem(training, valid, objective=sizes.objective, batch_tokens=loop.batch_tokens, seed=seed)
    return fit_neural(
        TransformerLanguageModel,
        problem,
        vocabulary,
        header,
        loop,
        folder=folder,
        seed=seed,
        resume=resume,
        device=device,
    )
