"""Interpolated smoothing: p(w | h) = seen(h w) + rest(h) p(w | h without its first symbol), down to a uniform p.

Witten-Bell (Witten & Bell 1991, method C, interpolated as in Chen & Goodman 1999): seen = c(hw) / (c(h) + T(h)) and
rest = T(h) / (c(h) + T(h)), where T(h) is the number of distinct symbols after h.

Kneser-Ney, modified and interpolated (Chen & Goodman 1999): seen = (c - D(c)) / sum c and rest = sum D(c) / sum c,
with three discounts per order for counts of 1, 2, and 3 or more; orders below the highest count continuations.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from babyslm.models.ngram.counts import Order

__all__ = ["SMOOTHINGS", "Interpolation", "Smoothing", "discounts", "interpolate"]

Smoothing = Literal["witten-bell", "kneser-ney"]
SMOOTHINGS: tuple[Smoothing, ...] = get_args(Smoothing)

FALLBACK = 0.5
"""Discount of an order in which no n-gram occurs once, as with the small inventory of phones."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Interpolation:
    """Terms of one order. Both arrays end with an extra value for node -1, an n-gram that did not occur.

    :param seen: probability of each n-gram before the lower order is added; 0 at -1.
    :param rest: weight of the lower order after each history; 1 if nothing was seen after it, and at -1.
    """

    seen: Floats
    rest: Floats


def interpolate(orders: list[Order], smoothing: Smoothing, vocabulary: int) -> list[Interpolation]:
    """Compute interpolation weights from counts, order by order.

    :param orders: counts of orders 1, 2, ...
    :param smoothing: witten-bell or kneser-ney.
    :param vocabulary: number of symbols V.
    """
    parts = []
    histories = 1
    for k, order in enumerate(orders, start=1):
        history = np.zeros(len(order.keys), dtype=np.int64) if k == 1 else order.keys // vocabulary
        counts = order.counts if smoothing == "witten-bell" else order.continuations
        total = np.bincount(history, counts, histories).astype(np.float64)
        if smoothing == "witten-bell":
            left = np.bincount(history[counts > 0], minlength=histories).astype(np.float64)
            kept, whole = counts.astype(np.float64), total + left
        else:
            lost = np.array([0.0, *discounts(counts)])[np.minimum(counts, 3)]
            left = np.bincount(history, lost, histories).astype(np.float64)
            kept, whole = counts - lost, total
        safe = np.where(whole > 0, whole, 1)
        rest = np.where(whole > 0, left / safe, 1.0)
        parts.append(Interpolation(np.append(kept / safe[history], 0.0), np.append(rest, 1.0)))
        histories = len(order.keys)
    return parts


def discounts(counts: NDArray[np.int64]) -> tuple[float, float, float]:
    """Return the discounts of counts 1, 2, and 3 or more (Chen & Goodman 1999).

    If the numbers of rare n-grams do not determine three discounts, one discount n1 / (n1 + 2 n2) is used for all; if
    no n-gram occurs once, 0.5 is used.

    :param counts: counts of an order's n-grams.
    """
    n1, n2, n3, n4 = (int((counts == count).sum()) for count in (1, 2, 3, 4))
    if n1 == 0:
        return FALLBACK, FALLBACK, FALLBACK
    base = n1 / (n1 + 2 * n2)
    if min(n2, n3, n4) > 0:
        three = (1 - 2 * base * n2 / n1, 2 - 3 * base * n3 / n2, 3 - 4 * base * n4 / n3)
        if all(0 < discount <= count for count, discount in enumerate(three, start=1)):
            return three
    return base, base, base
