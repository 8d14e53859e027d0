"""Normalisation of features over an utterance: in memory, or in two passes over a stream."""

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor

from babyslm.models.encoders.settings import Normalisation

__all__ = ["Moments", "apply_moments", "gather_moments", "normalise_frames"]

LEAST_DEVIATION = 1e-2
"""Lower limit on the standard deviation in the division, so that a constant feature stays near 0."""


class Moments(NamedTuple):
    """Mean and standard deviation of each dimension, both of shape (dimensions,)."""

    mean: Tensor
    deviation: Tensor


def normalise_frames(frames: Tensor, mode: Normalisation) -> Tensor:
    """Normalise each dimension over the utterance, which removes channel and level, and reduces effects of the voice.

    :param frames: shape (frames, dimensions).
    :param mode: see `Normalisation`.
    """
    if mode == "none":
        return frames
    centred = frames - frames.mean(dim=0)
    if mode == "utterance-mean":
        return centred
    return centred / centred.square().mean(dim=0).sqrt().clamp_min(LEAST_DEVIATION)


def gather_moments(blocks: Iterable[Tensor]) -> Moments:
    """Return the moments of an utterance's frames, summed in double precision block by block.

    :param blocks: at least one block, each of shape (frames, dimensions).
    """
    count, total, squares = 0, torch.zeros(()).double(), torch.zeros(()).double()
    for block in blocks:
        count += len(block)
        total = total + block.double().sum(dim=0)
        squares = squares + block.double().square().sum(dim=0)
    mean = total / count
    return Moments(mean.float(), (squares / count - mean.square()).clamp_min(0).sqrt().float())


def apply_moments(frames: Tensor, moments: Moments, mode: Normalisation) -> Tensor:
    """Normalise frames by the moments of their whole utterance; see `normalise_frames`."""
    if mode == "none":
        return frames
    centred = frames - moments.mean
    return centred if mode == "utterance-mean" else centred / moments.deviation.clamp_min(LEAST_DEVIATION)
