"""Segmentations drawn from their posterior distribution, by forward filtering and backward sampling.

For log-posteriors l(t, k) and a cost c per change, a segmentation k has probability proportional to
exp(sum over t of l(t, k_t) - c [k_t != k_{t-1}]). The cost does not depend on the units, so that each step of the
filter needs one sum over units and not one over pairs.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["sample_labels"]

Labels = NDArray[np.int64]


def sample_labels(logs: NDArray[np.float32], penalty: float, uniform: NDArray[np.float64]) -> Labels:
    """Draw segmentations of one utterance.

    :param logs: shape (frames, units): log-posteriors in nats.
    :param penalty: cost of a change of unit in nats, at least 0.
    :param uniform: shape (draws, frames): uniform random numbers, the only source of randomness.
    :returns: shape (draws, frames).
    """
    frames, units = logs.shape
    draws = len(uniform)
    found = np.zeros((draws, frames), dtype=np.int64)
    if frames == 0:
        return found
    changed = np.exp(-penalty)
    filtered = np.zeros((frames, units))
    for t in range(frames):
        local = np.exp(logs[t].astype(np.float64) - float(logs[t].max()))
        reached = local if t == 0 else local * (changed * filtered[t - 1].sum() + (1 - changed) * filtered[t - 1])
        filtered[t] = reached / reached.sum()
    weights = np.broadcast_to(filtered[-1], (draws, units))
    for t in range(frames - 1, -1, -1):
        if t < frames - 1:
            weights = filtered[t] * np.where(np.arange(units)[None] == found[:, t + 1, None], 1.0, changed)
        sums = weights.cumsum(axis=1)
        place = (sums < uniform[:, t, None] * sums[:, -1:]).sum(axis=1)
        found[:, t] = np.minimum(place, units - 1)
    return found
