"""Agreement of a learner's order of acquisition with that of children, alone and beside other causes.

Ages are compared by ranks (Spearman). Words that are known throughout come first and words that are not learned last,
each tied among themselves, so that no word is left out for having no age. Frequency, length and concreteness order the
words of children and of learners; the partial correlation is that of the ranks after these have been regressed out,
within syntactic categories where they are known. Words of which a control is unknown take no part in it.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from babyslm.progress import notice
from babyslm.results.acquisition.ages import STATUSES, Ages
from babyslm.seeds import generator
from babyslm.verify.results.acquisition import FewSharedWordsError

__all__ = ["FEWEST", "agreement", "joined"]

FloatArray = NDArray[np.float64]

FEWEST = 20
"""Words from which a correlation is computed."""

CONTROLS = ("frequency", "length", "concreteness")
"""Columns of words that order them by themselves."""

DRAWS = 2000
"""Bootstrap samples of the words."""


def joined(ages: Ages, children: pd.DataFrame, place: str) -> pd.DataFrame:
    """Return the words that learner and children share, with `learner` and `children`, their ages for a comparison.

    A word that children do not know at any age in the table is left out.

    :param ages: ages of the learner.
    :param children: `word, age` and perhaps `concreteness`.
    :param place: name of the children's table, for errors.
    :raises FewSharedWordsError: if they share fewer than `FEWEST` words.
    """
    own = ages.words.assign(key=ages.words["word"].astype(str).str.casefold())
    end = {STATUSES[1]: 0.0, STATUSES[2]: np.inf}
    own["learner"] = own["status"].map(end).where(own["age"].isna(), own["age"]).astype(float)
    theirs = children.dropna(subset=["age"]).rename(columns={"age": "children", "word": "key"})
    found = own.merge(theirs, on="key", how="inner", suffixes=("", "_children")).drop(columns="key")
    if len(found) < FEWEST:
        raise FewSharedWordsError(place, len(found), FEWEST)
    return found


def agreement(table: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """Return correlations of the two orders.

    :param table: as `joined` returns it.
    :param seed: seed of the bootstrap over words.
    :returns: `measure, controls, words, value, low, high`: *spearman*; *partial* with the controls that the table has;
        *control* for each control alone with the children's ages, for comparison. `words` is the number of words that
        a row is computed from: those of which all its controls are known. A control that is known of fewer than half
        of the words is not used, which one line says.
    """
    controls = [name for name in CONTROLS if name in table and _is_known(table[name])]
    complete = table.dropna(subset=controls)
    groups = complete["category"].fillna("").to_numpy() if "category" in complete else np.zeros(len(complete))
    rows = [_row("spearman", "", table[["learner", "children"]].to_numpy(float), None, seed)]
    told = [*controls, *(["category"] if len(set(groups)) > 1 else [])]
    if told and len(complete) >= FEWEST:
        values = complete[["learner", "children", *controls]].to_numpy(float)
        rows.append(_row("partial", ", ".join(told), values, groups, seed))
    for name in controls:
        known = table.dropna(subset=[name])
        rows.append(_row("control", name, known[[name, "children"]].to_numpy(float), None, seed))
    return pd.DataFrame(rows)


def _is_known(column: pd.Series) -> bool:
    """Return whether a control can be used: it is known of half of the words or more, and differs between words."""
    values = column.dropna()
    if 0 < 2 * len(values) < len(column):
        notice(f"{column.name} is known of {len(values)} of {len(column)} words and is not controlled for")
    return 2 * len(values) >= len(column) and len(set(values)) > 1


def _row(
    measure: str, told: str, values: FloatArray, groups: NDArray[np.generic] | None, seed: int
) -> dict[str, object]:
    random = generator(seed, "agreement", measure, told)
    codes = np.zeros(len(values), dtype=np.int64) if groups is None else np.unique(groups, return_inverse=True)[1]
    drawn = []
    for _ in range(DRAWS):
        place = random.integers(len(values), size=len(values))
        drawn.append(_correlation(values[place], codes[place]))
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    head = {"measure": measure, "controls": told, "words": len(values)}
    return head | {"value": _correlation(values, codes), "low": float(low), "high": float(high)}


def _correlation(values: FloatArray, groups: NDArray[np.int64]) -> float:
    """Return the correlation of the ranks of the first two columns, given the other columns and the groups."""
    ranks = np.stack([rankdata(column) for column in values.T], axis=1)
    counts = np.bincount(groups)
    means = np.stack([np.bincount(groups, column) / np.maximum(counts, 1) for column in ranks.T], axis=1)
    centred = ranks - means[groups]
    rest = centred[:, 2:]
    if rest.shape[1]:
        centred = centred[:, :2] - rest @ np.linalg.lstsq(rest, centred[:, :2], rcond=None)[0]
    one, two = centred[:, 0], centred[:, 1]
    scale = np.sqrt((one**2).sum() * (two**2).sum())
    return float((one * two).sum() / scale) if scale > 1e-9 else float("nan")
