"""Segmentation of frames into units with a cost per change of label.

For distances d(t, k) and a penalty p the labels minimise sum over t of d(t, k_t) + p [k_t != k_{t-1}], found exactly
by dynamic programming (as in the duration-penalised coding of Kamper and van Niekerk, 2021, with a constant cost).
Since the cost of a change does not depend on the labels, each step needs a minimum over labels and not over pairs.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from babyslm.scoring.batches import length_batches

__all__ = ["segment", "segment_stream"]

BUDGET = 4_000_000
"""Upper limit on the number of distances in a batch."""

Labels = NDArray[np.int64]


def segment(distances: Sequence[NDArray[np.float32]], penalty: float) -> list[Labels]:
    """Return the optimal label of each frame of each utterance.

    Ties are resolved in favour of no change, then of the smaller label. Utterances are independent of one another.

    :param distances: distances of each utterance, shape (frames, labels).
    :param penalty: cost of a change of label, at least 0; 0 gives the nearest label of each frame.
    """
    found: list[Labels] = [np.zeros(0, dtype=np.int64)] * len(distances)
    if penalty == 0:
        return [np.asarray(table.argmin(axis=1), dtype=np.int64) for table in distances]
    lengths = [len(table) for table in distances]
    width = max((table.shape[1] for table in distances), default=1)
    for batch in length_batches(lengths, max(1, BUDGET // width)):
        chosen = [distances[i] for i in batch]
        for i, labels in zip(batch, _segment_batch(chosen, penalty), strict=True):
            found[i] = labels
    return found


def _segment_batch(tables: Sequence[NDArray[np.float32]], penalty: float) -> list[Labels]:
    """Segment utterances together, sorted by length with the longest first; sums are float64."""
    lengths = np.array([len(table) for table in tables])
    frames, labels = int(lengths.max()), tables[0].shape[1]
    if frames == 0:
        return [np.zeros(0, dtype=np.int64) for _ in tables]
    costs = np.zeros((frames, len(tables), labels), dtype=np.float32)
    for row, table in enumerate(tables):
        costs[: len(table), row] = table
    changed = np.zeros((frames, len(tables), labels), dtype=np.bool_)
    best = np.zeros((frames, len(tables)), dtype=np.int64)
    running = (lengths[None, :] > np.arange(frames)[:, None]).sum(axis=1)
    total = costs[0].astype(np.float64)
    best[0] = total.argmin(axis=1)
    for t in range(1, frames):
        n = running[t]  # the first n rows still have a frame at t
        change = np.take_along_axis(total[:n], best[t - 1, :n, None], axis=1) + penalty
        changed[t, :n] = change < total[:n]
        total[:n] = np.minimum(total[:n], change) + costs[t, :n]
        best[t, :n] = total[:n].argmin(axis=1)
    return _trace(best, changed, lengths)


def _trace(best: NDArray[np.int64], changed: NDArray[np.bool_], lengths: NDArray[np.int64]) -> list[Labels]:
    """Trace the optimal path back from the last frame of each utterance."""
    rows = np.arange(len(lengths))
    path = np.zeros(best.shape, dtype=np.int64)
    label = best[lengths - 1, rows]
    for t in range(len(best) - 1, -1, -1):
        path[t] = label
        if t > 0:
            label = np.where((t < lengths) & changed[t, rows, label], best[t - 1], label)
    return [path[:length, row] for row, length in enumerate(lengths)]


def segment_stream(blocks: Iterable[NDArray[np.float32]], penalty: float) -> Labels:
    """Return the optimal labels of one utterance given in blocks, equal to those of `segment` for the whole.

    Per frame, one bit per label is kept until the last frame is known; distances are not kept.

    :param blocks: consecutive parts of the utterance, each of shape (frames, labels).
    :param penalty: cost of a change of label, at least 0.
    """
    if penalty == 0:
        nearest = [np.asarray(block.argmin(axis=1), dtype=np.int64) for block in blocks]
        return np.concatenate(nearest) if nearest else np.zeros(0, dtype=np.int64)
    winners: list[NDArray[np.int64]] = []
    changes: list[NDArray[np.uint8]] = []
    total: NDArray[np.float64] | None = None
    winner = 0
    for block in blocks:
        best = np.zeros(len(block), dtype=np.int64)
        changed = np.zeros(block.shape, dtype=np.bool_)
        for t, costs in enumerate(block):
            if total is None:
                total = costs.astype(np.float64)
            else:
                change = total[winner] + penalty
                changed[t] = change < total
                total = np.minimum(total, change) + costs
            winner = int(total.argmin())
            best[t] = winner
        winners.append(best)
        changes.append(np.packbits(changed, axis=1))
    return _trace_blocks(winners, changes)


def _trace_blocks(winners: Sequence[NDArray[np.int64]], changes: Sequence[NDArray[np.uint8]]) -> Labels:
    """Trace the optimal path back from the last frame, block by block."""
    best = np.concatenate(winners) if winners else np.zeros(0, dtype=np.int64)
    path = np.zeros_like(best)
    t = len(best) - 1
    label = int(best[t]) if len(best) else 0
    for packed in reversed(changes):
        changed = np.unpackbits(packed, axis=1)
        for row in range(len(changed) - 1, -1, -1):
            path[t] = label
            if t > 0 and changed[row, label]:
                label = int(best[t - 1])
            t -= 1
    return path
