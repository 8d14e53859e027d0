"""Which stimuli are heard in the same scene: both members of a pair, and so all pairs that share a stimulus."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["find_scenes"]


def find_scenes(rows: "pd.DataFrame") -> "pd.Series":
    """Name the scene of each row of a gold table.

    A stimulus is one file, even where it is a member of several pairs: so pairs that share one are one scene, in all
    voices. A scene is named by the smallest of its ids; neither the order of the rows nor the voices matter.

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
