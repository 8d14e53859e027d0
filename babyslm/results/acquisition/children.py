"""Ages at which children know words: the age bands of a lexicon, Wordbank's export, or a table of words and ages."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from babyslm.results.acquisition.sigmoid import fit_sigmoids
from babyslm.stimuli.words.lexicon import load_lexicon
from babyslm.verify.documents import NoSuchFileError
from babyslm.verify.results.acquisition import ChildrenColumnsError, ChildrenValueError
from babyslm.verify.stimuli.lexicon import AGE_BANDS

__all__ = ["band_ages", "read_children"]

WORDBANK = "item_definition"
CONCRETENESS = "concreteness"

CHILDREN = 100
"""Children behind a proportion, for the fit; a fixed number, since the export does not give it."""


def band_ages(language: str) -> pd.DataFrame:
    """Return `word` and `age` of the shipped lexicon: the middle of the word's age band, in months.

    :param language: two-letter code of a language with a shipped lexicon.
    """
    entries = load_lexicon(language=language).entries
    entries = entries[entries["age_band"].isin(AGE_BANDS)]
    bounds = entries["age_band"].str.extract(r"(\d+)-(\d+)").astype(float)
    ages = entries.assign(age=bounds.mean(axis=1)).groupby("word", as_index=False, sort=True)["age"].min()
    return ages[["word", "age"]]


def read_children(path: Path) -> pd.DataFrame:
    r"""Read ages of acquisition: `word`, `age` (months; missing where half of the children never know it).

    Of Wordbank's export, the age is the month at which a sigmoid over the months reaches one half. Notes behind a word
    (*chicken (animal)*, *daddy\**) are dropped, of *soda/pop* the first is taken, and of several rows of a word the
    youngest age. A column `concreteness` is kept.

    :param path: a table with comma or tab separated columns.
    :raises ChildrenColumnsError: if it has neither form.
    :raises ChildrenValueError: if a proportion, an age or a concreteness is no number in its range.
    """
    if not path.is_file():
        raise NoSuchFileError(path, "give Wordbank's export or a table with the columns word and age")
    table = pd.read_csv(path, sep=None, engine="python", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    table.columns = [str(column).strip() for column in table.columns]
    if WORDBANK in table:
        months = [column for column in table.columns if re.fullmatch(r"\d{1,2}", column)]
        if len(months) < 3:
            raise ChildrenColumnsError(path, list(table.columns))
        shares = np.stack([_numbers(table[month], path, 0, 1) for month in months], axis=1)
        order = np.argsort([int(month) for month in months])
        x = np.array([float(months[place]) for place in order])
        known = np.where(np.isnan(shares[:, order]), 0.0, shares[:, order])
        asked = np.where(np.isnan(shares[:, order]), 0.0, CHILDREN)
        fits = fit_sigmoids(x, known * asked, asked, guess=0.0, lapse=0.0)
        inside = (fits.middle >= x[0] - 1) & (fits.middle <= x[-1] + 1)
        found = pd.DataFrame({"word": table[WORDBANK], "age": np.where(inside, fits.middle, np.nan)})
    elif {"word", "age"} <= set(table.columns):
        found = pd.DataFrame({"word": table["word"], "age": _numbers(table["age"], path, 0, 1200)})
    else:
        raise ChildrenColumnsError(path, list(table.columns))
    if CONCRETENESS in table:
        found[CONCRETENESS] = _numbers(table[CONCRETENESS], path, 0, 10_000)
    found["word"] = found["word"].map(_plain)
    return found[found["word"] != ""].groupby("word", as_index=False, sort=True).min()


def _plain(word: str) -> str:
    """Return a word without the notes that inventories add to it."""
    first = re.sub(r"\s*[(\[].*?[)\]]", "", word).split("/")[0]
    return first.replace("*", "").strip().casefold()


def _numbers(column: pd.Series, path: Path, low: float, high: float) -> np.ndarray:
    """Return numbers, NaN for empty cells."""
    values = pd.to_numeric(column.str.strip().replace({"": "nan", "NA": "nan"}), errors="coerce").to_numpy(float)
    empty = column.str.strip().str.casefold().isin(["", "na", "nan"]).to_numpy()
    wrong = ~empty & ~((values >= low) & (values <= high))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ChildrenValueError(
            path, row + 2, str(column.name), column.iloc[row], f"a number from {low:g} to {high:g}"
        )
    return np.asarray(values)
