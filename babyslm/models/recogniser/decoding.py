"""From the posteriors of frames to phones: the best path, or the best string by prefix beam search."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLANK", "beam_phones", "greedy_phones"]

BLANK = 0
"""Class of no phone; phone i of the phone set has class i + 1."""

LEAST = -12.0
"""Log-probability, in nats, below which a class does not extend a string of the beam."""


def greedy_phones(logs: NDArray[np.float32]) -> list[int]:
    """Return the phones of the best path: the likeliest class of each frame, without repetitions and blanks.

    :param logs: log-probabilities of the classes, shape (frames, classes).
    :returns: places in the phone set.
    """
    best = logs.argmax(axis=1)
    changes = np.flatnonzero(np.diff(best, prepend=-1))
    return [int(label) - 1 for label in best[changes] if label != BLANK]


def beam_phones(logs: NDArray[np.float32], width: int) -> list[int]:
    """Return the phones of the likeliest string, of which all alignments are summed (prefix beam search).

    The search is that of Hannun et al. (2014, arXiv:1408.2873) without a language model, so that no string of phones
    is expected more than another.

    :param logs: log-probabilities of the classes, shape (frames, classes).
    :param width: number of strings kept after each frame.
    :returns: places in the phone set.
    """
    beam: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, -math.inf)}
    for frame in logs.astype(np.float64):
        found: dict[tuple[int, ...], tuple[float, float]] = {}
        classes = [int(label) for label in np.flatnonzero(frame > LEAST) if label != BLANK]
        for prefix, (blank, spoken) in beam.items():
            whole = np.logaddexp(blank, spoken)
            last = prefix[-1] if prefix else -1
            stays = spoken + frame[last] if prefix else -math.inf
            _add(found, prefix, whole + frame[BLANK], stays)
            for label in classes:
                before = blank if label == last else whole  # a repetition needs a blank in between
                _add(found, (*prefix, label), -math.inf, before + frame[label])
        ranked = sorted(found.items(), key=lambda entry: (-np.logaddexp(*entry[1]), entry[0]))
        beam = dict(ranked[:width])
    return [label - 1 for label in next(iter(beam))]


def _add(
    found: dict[tuple[int, ...], tuple[float, float]], prefix: tuple[int, ...], blank: float, spoken: float
) -> None:
    """Add probability to a string that ends in a blank, and to the one that ends in its last phone."""
    before: Sequence[float] = found.get(prefix, (-math.inf, -math.inf))
    found[prefix] = (float(np.logaddexp(before[0], blank)), float(np.logaddexp(before[1], spoken)))
