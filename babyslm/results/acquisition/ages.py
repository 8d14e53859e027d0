"""Age of acquisition of every word, and size of the vocabulary, over the amount of training.

The accuracy of a word over its non-words rises from 50 % to nearly 100 % along the logarithm of the amount of
training. Its age of acquisition is the amount at which a fitted sigmoid is half-way (Chang & Bergen, TACL 2022, for
surprisal). A word that never rises has no age.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from babyslm.results.acquisition.points import Points
from babyslm.results.acquisition.sigmoid import LAPSE, fit_sigmoids
from babyslm.seeds import generator

__all__ = ["STATUSES", "Ages", "ages_of", "vocabulary"]

CHANCE = 0.5
MIDDLE = CHANCE + (1 - CHANCE - LAPSE) / 2
"""Accuracy half-way between chance and a known word."""

RISE = 2.0
"""Twice the log-likelihood by which a rising curve must exceed a constant accuracy, which has one parameter less: the
criterion of Akaike. A word has few pairs, and a significance test would take most rising words for constant ones."""

STATUSES = ("learned", "known throughout", "not learned")

DRAWS = 1000
"""Bootstrap samples of the words."""


@dataclass(frozen=True)
class Ages:
    """Ages of acquisition.

    :param unit: unit of the ages.
    :param amounts: amounts of training at which the words were tested, increasing.
    :param words: one row per word: `word, phones, pairs, first, last` (accuracy at the first and the last amount),
        `status` (`learned`, `known throughout`, `not learned`), `age` (missing unless learned), `scale` (of the
        sigmoid, in units of the natural logarithm of the amount), and the attributes of the trials.
    :param known: whether each word is known at each amount, shape (words, amounts): its age is reached, or it is known
        throughout.
    """

    unit: str
    amounts: tuple[float, ...]
    words: pd.DataFrame
    known: np.ndarray


def ages_of(points: Points) -> Ages:
    """Fit a sigmoid to the accuracy of every word.

    A word is *learned* if its curve fits better than a constant accuracy (Akaike) and reaches its middle between the
    first and the last amount. Otherwise it is *known throughout* if its accuracy over all amounts is above the middle,
    or the middle lies before the first amount; and *not learned* in all other cases.

    :param points: accuracies at increasing amounts of training.
    """
    x = np.log(np.array(points.amounts))
    right, total = points.right.to_numpy(float), points.total.to_numpy(float)
    fits = fit_sigmoids(x, right, total, guess=CHANCE)
    rises = fits.gain > RISE
    learned = rises & (fits.middle >= x[0]) & (fits.middle <= x[-1])
    throughout = ~learned & ((rises & (fits.middle < x[0])) | (~rises & (fits.constant > MIDDLE)))
    status = np.select([learned, throughout], STATUSES[:2], STATUSES[2])
    known = throughout[:, np.newaxis] | (learned[:, np.newaxis] & (fits.middle[:, np.newaxis] <= x + 1e-12))
    table = points.words.assign(
        pairs=total[:, 0].astype(int),
        first=right[:, 0] / total[:, 0],
        last=right[:, -1] / total[:, -1],
        status=status,
        age=np.where(learned, np.exp(fits.middle), np.nan),
        scale=np.where(learned, fits.scale, np.nan),
    )
    return Ages(points.unit, points.amounts, table, known)


def vocabulary(ages: Ages, by: str | None = None, *, seed: int = 0) -> pd.DataFrame:
    """Return how many words are known at each amount of training.

    :param ages: ages of acquisition.
    :param by: attribute of the words, such as `age_band`; default all words together.
    :param seed: seed of the bootstrap over words.
    :returns: `amount, words, known` (number), `share, low, high` (95 % interval), and the attribute if one is given.
    """
    groups = [("all", np.arange(len(ages.words)))]
    if by is not None:
        groups = sorted((str(value), place) for value, place in ages.words.groupby(by).indices.items())
    rows = []
    for value, place in groups:
        own = ages.known[place]
        random = generator(seed, "vocabulary", value)
        drawn = np.stack([own[random.integers(len(own), size=len(own))].mean(axis=0) for _ in range(DRAWS)])
        low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
        for number, amount in enumerate(ages.amounts):
            head = {} if by is None else {by: value}
            count = int(own[:, number].sum())
            rows.append(
                head
                | {"amount": amount, "words": len(own), "known": count, "share": count / len(own)}
                | {"low": float(low[number]), "high": float(high[number])}
            )
    return pd.DataFrame(rows)
