"""Lexical material shared by pairs, on which intervals are clustered."""

import re

import pandas as pd

from babyslm.stimuli.stimulus import Task

__all__ = ["lexical_material"]

COMMON = 0.5
"""A word in more than this share of a phenomenon's pairs belongs to the template, not to the lexical material."""


def lexical_material(pairs: pd.DataFrame, task: Task) -> pd.Series:
    """Return the lexical material of each pair, for sets without a column `cluster`.

    Lexical pairs share their word (its phone string). Syntactic pairs of one phenomenon share the content words that
    fill the template: the stems common to both members, without the words in most pairs of the phenomenon.

    :param pairs: joined pairs with `phones`, or `id`, `type`, `transcription` and `bad_transcription`.
    :param task: lexical or syntactic.
    """
    if task == "lexical":
        return pairs["phones"]
    material = pd.Series("", index=pairs.index)
    for phenomenon, group in pairs.groupby("type", sort=True):
        stems = [
            _stems(good) & _stems(bad)
            for good, bad in zip(group["transcription"], group["bad_transcription"], strict=True)
        ]
        counts = pd.Series([stem for each in stems for stem in each], dtype=object).value_counts()
        template = set(counts.index[counts > COMMON * len(group)]) if group["id"].nunique() > 1 / COMMON else set()
        material.loc[group.index] = [f"{phenomenon}:{' '.join(sorted(each - template))}" for each in stems]
    return material


def _stems(sentence: str) -> set[str]:
    words = re.findall(r"[^\W\d_]+", sentence.lower())
    return {word[:-1] if word.endswith("s") and len(word) > 3 else word for word in words}
