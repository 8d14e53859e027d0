"""Acoustic scenes: both members of a pair, and all pairs that share a stimulus, have the same scene."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["find_scenes"]


def find_scenes(rows: "pd.DataFrame") -> "pd.Series":
    """Return the name of the scene of each row of a gold table.

    A stimulus is one file, even as a member of several pairs. Pairs that share a stimulus therefore form one scene, in
    all voices. A scene is named by the smallest of its ids, independent of the order of rows and of voices.

    :param rows: columns `id` and `filename`.
    :returns: strings, indexed as the rows.
    """
    smallest: dict[str, str] = {}

    def find(key: str) -> str:
        root = key
        while smallest[root] != root:
            root = smallest[root]
        while smallest[key] != root:
            smallest[key], key = root, smallest[key]
        return root

    ids = rows["id"].astype(str)
    for key in ids:
        smallest.setdefault(key, key)
    first: dict[str, str] = {}
    for key, name in zip(ids, rows["filename"], strict=True):
        one, other = sorted((find(key), find(first.setdefault(name, key))), key=_natural)
        smallest[other] = one
    return ids.map(find)


def _natural(key: str) -> tuple[int, str]:
    return len(key), key
