"""Scoring of causal sequences as packed trees: attention to ancestors only, positions by depth, one run per node."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from babyslm.scoring.batches import length_batches
from babyslm.scoring.causal import Tokens, TokenScores
from babyslm.scoring.head import Head, Request
from babyslm.scoring.memory import within_memory
from babyslm.scoring.tree import PackedTree, pack

__all__ = ["ancestor_mask", "packed_causal", "row_length"]

ROWS = {"cpu": 128, "cuda": 256}
"""Nodes of a row. The cost of attention grows with the square of a row's length, and a new row repeats a prefix. For
sentences of about ten tokens, rows of 96 to 192 are fastest on a CPU, and rows about twice as long on a GPU."""

ALIGNMENT = 8
"""Rows are padded to a multiple of this, which the attention kernels of GPUs require of a mask."""


@dataclass(frozen=True)
class _Batch:
    items: NDArray[np.int64]
    rows: list[PackedTree]


def packed_causal(
    head: Head,
    sequences: Sequence[Tokens],
    *,
    budget: int,
    device: torch.device,
    row: int | None = None,
    subset: Tensor | None = None,
) -> list[TokenScores]:
    """Score sequences along their prefix tree.

    Exact for models that accept a mask of shape (batch, 1, length, length) and position ids: see `scoring.paths`.

    :param head: the model.
    :param sequences: sequences to score.
    :param budget: upper limit on the nodes of a batch, padding included.
    :param device: device of the inputs.
    :param row: upper limit on the nodes of a row; default by device.
    :param subset: tokens whose joint probability is computed at the position of each scored token; default none.
    """
    results: list[TokenScores | None] = [None] * len(sequences)
    capacity = row or row_length(device)

    def plan(left: NDArray[np.int64], size: int) -> list[_Batch]:
        rows = list(pack([sequences[item] for item in left], min(capacity, size)))
        batches = []
        for batch in length_batches([_aligned(len(one.tokens)) for one in rows], size):
            chosen = [rows[i] for i in batch]
            batches.append(_Batch(left[np.concatenate([one.items for one in chosen])], chosen))
        return batches

    def run(batch: _Batch) -> None:
        inputs, request, order = _assemble(batch.rows, device, head.model.dtype, subset)
        with torch.inference_mode():
            scores = head.run(inputs, request)
        edges = np.empty(len(order), dtype=np.float64)
        edges[order] = scores.log_probability.double().cpu().numpy()
        masses = None
        if scores.mass is not None:
            masses = np.empty(len(order), dtype=np.float64)
            masses[order] = scores.mass.double().cpu().numpy()[request.source.cpu().numpy()]
        item, first = 0, 0
        for one in batch.rows:
            for pick in one.picks:
                where = first + pick
                results[batch.items[item]] = TokenScores(edges[where], None if masses is None else masses[where])
                item += 1
            first += len(one.source)

    within_memory(len(sequences), budget, plan, run, lambda batch: batch.items, device)
    return [result for result in results if result is not None]


def row_length(device: torch.device) -> int:
    """Return the default upper limit on the nodes of a row on a device."""
    return ROWS.get(device.type, ROWS["cuda"])


def ancestor_mask(ends: Tensor, dtype: torch.dtype) -> Tensor:
    """Return the additive mask with which each node attends to its ancestors and itself.

    :param ends: shape (batch, length): one past the last node below each node.
    :returns: shape (batch, 1, length, length): 0 at visible nodes, the lowest number of `dtype` elsewhere.
    """
    index = torch.arange(ends.shape[1], device=ends.device)
    seen = (index[None, None, :] <= index[None, :, None]) & (index[None, :, None] < ends[:, None, :])
    mask = torch.zeros(seen.shape, dtype=dtype, device=ends.device)
    return mask.masked_fill_(~seen, torch.finfo(dtype).min)[:, None]


def _aligned(length: int) -> int:
    return -(-length // ALIGNMENT) * ALIGNMENT


def _assemble(
    rows: Sequence[PackedTree], device: torch.device, dtype: torch.dtype, subset: Tensor | None
) -> tuple[dict[str, Tensor], Request, NDArray[np.int64]]:
    """Return rows as model inputs and a request with edges sorted by node; `order` reverses the sorting."""
    width = _aligned(max(len(row.tokens) for row in rows))
    grid = np.zeros((3, len(rows), width), dtype=np.int64)
    grid[2] = np.arange(1, width + 1)  # padding attends to itself, so that no softmax is empty
    for i, row in enumerate(rows):
        grid[:, i, : len(row.tokens)] = row.tokens, row.depths, row.ends
    source = np.concatenate([row.source + i * width for i, row in enumerate(rows)])
    target = np.concatenate([row.target for row in rows])
    positions, source = np.unique(source, return_inverse=True)
    order = np.argsort(source, kind="stable")
    ids, depths, ends = torch.from_numpy(grid).to(device)
    inputs = {"input_ids": ids, "position_ids": depths, "attention_mask": ancestor_mask(ends, dtype)}
    request = Request(
        torch.from_numpy(positions).to(device),
        torch.from_numpy(source[order]).to(device),
        torch.from_numpy(target[order]).to(device),
        subset,
    )
    return inputs, request, order
