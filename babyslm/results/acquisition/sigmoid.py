"""Sigmoid curves of many words, fitted by maximum likelihood on a grid.

A word has few pairs, so its likelihood has no single maximum to climb: where a word becomes known from one checkpoint
to the next, any steep curve fits. All curves of a grid are therefore tried, and their width has a weak prior.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

__all__ = ["LAPSE", "Fits", "fit_sigmoids"]

FloatArray = NDArray[np.float64]

LAPSE = 0.02
"""Share of errors on what is known (Wichmann & Hill, Percept. Psychophys. 2001)."""

MIDDLES = 401
"""Middles tried, from half a range before the first point to half a range after the last: a step is 1/200 range."""

SCALES = 25
NARROWEST, WIDEST = 0.01, 1.0
"""Scales tried, as shares of the range."""

USUAL, SPREAD = 0.08, 1.0
"""Median of the scale as a share of the range, and standard deviation of its logarithm: the prior."""

CHUNK = 128
"""Curves fitted at once: 128 curves on 10,025 cells take 10 MB."""


@dataclass(frozen=True)
class Fits:
    """Fitted curves.

    :param middle: x at which the curve is half-way between its lower and its upper end, shape (curves,).
    :param scale: x over which the logit rises by 1, shape (curves,).
    :param gain: twice the log-likelihood of the curve less that of a constant, shape (curves,).
    :param constant: the constant share of successes, shape (curves,).
    """

    middle: FloatArray
    scale: FloatArray
    gain: FloatArray
    constant: FloatArray


def fit_sigmoids(x: FloatArray, right: FloatArray, total: FloatArray, *, guess: float, lapse: float = LAPSE) -> Fits:
    """Fit p(x) = guess + (1 - guess - lapse) / (1 + exp(-(x - middle) / scale)) to every row.

    :param x: shape (points,), increasing.
    :param right: successes, also fractions of one, shape (curves, points).
    :param total: trials, shape (curves, points).
    :param guess: share of successes where nothing is known.
    :param lapse: share of failures where all is known.
    """
    width = float(x[-1] - x[0])
    middles = np.linspace(x[0] - width / 2, x[-1] + width / 2, MIDDLES)
    scales = width * np.geomspace(NARROWEST, WIDEST, SCALES)
    middle, scale = (each.ravel() for each in np.meshgrid(middles, scales, indexing="ij"))
    share = guess + (1 - guess - lapse) * expit((x - middle[:, np.newaxis]) / scale[:, np.newaxis])
    yes, no = np.log(np.maximum(share, 1e-9)).T, np.log(np.maximum(1 - share, 1e-9)).T
    prior = -np.square(np.log(scale / (USUAL * width)) / SPREAD) / 2
    best = np.zeros(len(right), dtype=np.int64)
    likelihood = np.zeros(len(right))
    for start in range(0, len(right), CHUNK):
        rows = slice(start, start + CHUNK)
        found = right[rows] @ yes + (total[rows] - right[rows]) @ no
        best[rows] = np.argmax(np.round(found + prior, 9), axis=1)
        likelihood[rows] = found[np.arange(len(found)), best[rows]]
    whole = total.sum(axis=1)
    constant = np.clip(right.sum(axis=1) / np.maximum(whole, 1), max(guess, 1e-9), 1 - max(lapse, 1e-9))
    flat = right.sum(axis=1) * np.log(constant) + (whole - right.sum(axis=1)) * np.log(1 - constant)
    return Fits(middle[best], scale[best], 2 * (likelihood - flat), constant)
