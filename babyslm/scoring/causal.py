"""Log-probabilities of tokens under a causal model, in length-sorted batches."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from babyslm.scoring.batches import length_batches
from babyslm.scoring.head import Head, Request
from babyslm.scoring.memory import within_memory

__all__ = ["TokenScores", "Tokens", "batched_causal"]


@dataclass(frozen=True)
class Tokens:
    """A token sequence to score.

    :param ids: shape (t,), int64.
    :param context: number of tokens at the beginning that are given and not scored; at least 1, since the first token
        of a causal model has no probability.
    """

    ids: NDArray[np.int64]
    context: int


@dataclass(frozen=True)
class TokenScores:
    """Scores of the tokens of one sequence after its context.

    :param log_probability: shape (t - context,), float64, nats.
    :param mass: same shape: log-probability of a subset of the vocabulary at the position of each token; or None.
    """

    log_probability: NDArray[np.float64]
    mass: NDArray[np.float64] | None = None


def batched_causal(
    head: Head,
    sequences: Sequence[Tokens],
    *,
    budget: int,
    device: torch.device,
    same_length: bool = False,
    subset: torch.Tensor | None = None,
) -> list[TokenScores]:
    """Score sequences in batches of similar length, padded on the right, which a causal model does not attend to.

    The last token of a sequence is not run, since its prediction is not scored.

    :param head: the model.
    :param sequences: sequences to score.
    :param budget: upper limit on the tokens of a batch, padding included.
    :param device: device of the inputs.
    :param same_length: never pad, for models that attend to padding nevertheless; default False.
    :param subset: tokens whose joint probability is computed at the position of each scored token; default none.
    """
    lengths = np.array([len(sequence.ids) - 1 for sequence in sequences], dtype=np.int64)
    results: list[TokenScores | None] = [None] * len(sequences)

    def plan(left: NDArray[np.int64], size: int) -> list[NDArray[np.int64]]:
        batches = [left[batch] for batch in length_batches(lengths[left].tolist(), size)]
        if not same_length:
            return batches
        return [part for batch in batches for part in np.split(batch, np.flatnonzero(np.diff(lengths[batch])) + 1)]

    def run(batch: NDArray[np.int64]) -> None:
        width = int(lengths[batch].max())
        ids = np.zeros((len(batch), width), dtype=np.int64)
        positions, targets, counts = [], [], []
        for row, item in enumerate(batch):
            sequence = sequences[item]
            last = len(sequence.ids) - 1
            ids[row, :last] = sequence.ids[:-1]
            positions.append(row * width + np.arange(sequence.context - 1, last))
            targets.append(sequence.ids[sequence.context :])
            counts.append(last - sequence.context + 1)
        where = torch.from_numpy(np.concatenate(positions)).to(device)
        request = Request(
            where,
            torch.arange(len(where), device=device),
            torch.from_numpy(np.concatenate(targets)).to(device),
            subset,
        )
        with torch.inference_mode():
            scores = head.run({"input_ids": torch.from_numpy(ids).to(device)}, request)
        borders = np.cumsum(counts)[:-1]
        parts = np.split(scores.log_probability.double().cpu().numpy(), borders)
        masses = None if scores.mass is None else np.split(scores.mass.double().cpu().numpy(), borders)
        for i, item in enumerate(batch):
            results[item] = TokenScores(parts[i], None if masses is None else masses[i])

    within_memory(len(sequences), budget, plan, run, lambda batch: batch, device)
    return [result for result in results if result is not None]
