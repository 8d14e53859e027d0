"""Warps of the frequency axis, as if the vocal tract of the speaker had another length."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

__all__ = ["warp_bands"]

Numbers = NDArray[np.float64]


def warp_bands(power: Tensor, centres: Numbers, factors: Numbers) -> Tensor:
    """Move the power of each frequency f to f times the factor, by linear interpolation between bands.

    :param power: shape (sounds, frames, bands).
    :param centres: centres of the bands, Hz, rising.
    :param factors: shape (sounds,): above 1 a shorter vocal tract. Beyond the lowest and highest band their power is
        repeated.
    """
    bands = len(centres)
    places = np.interp(centres[None] / factors[:, None], centres, np.arange(bands, dtype=np.float64))
    lower = np.minimum(np.floor(places).astype(np.int64), bands - 2)
    # One small matrix per sound: a product of matrices is faster than gathering each frame's bands.
    matrix = np.zeros((len(factors), bands, bands), dtype=np.float32)
    rows, columns = np.arange(len(factors))[:, None], np.arange(bands)[None]
    share = places - lower
    matrix[rows, lower, columns] = 1 - share
    matrix[rows, lower + 1, columns] += share
    moved: Tensor = torch.bmm(power, torch.from_numpy(matrix).to(power.device, non_blocking=True))
    return moved
