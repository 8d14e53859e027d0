"""Initial factors of a layer: from its weight, from its outputs, or from its weight whitened by its inputs.

With W of shape (outputs, inputs) and X the calibration inputs as columns:

* weight: truncated SVD of W (as in the published code);
* outputs: E Eᵀ W with E the first eigenvectors of the uncentred moments W X Xᵀ Wᵀ. No other matrix of that rank is
  closer to W X in the Frobenius norm;
* whitened: truncated SVD of W S with S Sᵀ = X Xᵀ, times the inverse of S (SVD-LLM, Wang et al. 2025): the same
  optimum, obtained with an inverse.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from babyslm.compression.factors.statistics import RIDGE, Moments
from babyslm.compression.settings import Initialisation

__all__ = ["energies", "low_rank_factors"]

Factors = tuple[Tensor, Tensor]


def low_rank_factors(weight: Tensor, rank: int, how: Initialisation, moments: Moments | None = None) -> Factors:
    """Return `expand` of shape (outputs, rank) and `reduce` of shape (rank, inputs), in float32.

    :param weight: shape (outputs, inputs).
    :param rank: number of components kept.
    :param how: name of the initialisation.
    :param moments: calibration statistics; not needed for `weight`.
    """
    wide = weight.double()
    match how:
        case "weight":
            left, right = _split(wide, rank)
        case "outputs":
            assert moments is not None
            left = _components(wide, moments)[1][:, :rank]
            right = left.T @ wide
        case "whitened":
            assert moments is not None
            # An eigendecomposition, since the moments of few or linearly dependent inputs have no Cholesky factor.
            values, vectors = torch.linalg.eigh(moments.inputs())
            scales = values.clamp_min(RIDGE * float(values.mean())).sqrt()
            left, scaled = _split(wide @ (vectors * scales), rank)
            right = (scaled / scales) @ vectors.T
    return _balanced(left, right)


def energies(weight: Tensor, moments: Moments) -> NDArray[np.float64]:
    """Return the energy of each output component, largest first: as many as the smaller dimension of the weight.

    :param weight: shape (outputs, inputs).
    :param moments: calibration statistics.
    """
    values, _ = _components(weight.double(), moments)
    found: NDArray[np.float64] = values[: min(weight.shape)].cpu().numpy()
    return found


def _components(weight: Tensor, moments: Moments) -> tuple[Tensor, Tensor]:
    """Return energies and directions of the outputs, largest first."""
    outputs, inputs = weight.shape
    if outputs <= inputs or moments.side == "outputs":
        values, vectors = torch.linalg.eigh(moments.outputs(weight))
        return values.flip(0), vectors.flip(1)
    # A tall layer has at most as many components as inputs, so a smaller decomposition suffices.
    values, vectors = torch.linalg.eigh(moments.inputs())
    root = vectors * values.clamp_min(0).sqrt()
    left, scales, _ = torch.linalg.svd(weight @ root, full_matrices=False)
    return scales**2, left


def _split(matrix: Tensor, rank: int) -> Factors:
    left, scales, right = torch.linalg.svd(matrix, full_matrices=False)
    root = scales[:rank].sqrt()
    return left[:, :rank] * root, root[:, None] * right[:rank]


def _balanced(left: Tensor, right: Tensor) -> Factors:
    """Scale the components of both factors to equal norms, so that one learning rate suits both."""
    ratio = (right.norm(dim=1) / left.norm(dim=0).clamp_min(1e-30)).clamp_min(1e-30).sqrt()
    return (left * ratio).float(), (right / ratio[:, None]).float()
