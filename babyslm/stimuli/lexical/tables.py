"""Words and their non-words as official tables."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from babyslm.stimuli.stimulus import Split

__all__ = ["lexical_tables"]

COLUMNS = ["id", "filename", "voice", "frequency", "word", "phones", "length", "correct"]


def lexical_tables(
    words: pd.DataFrame, nonwords: Mapping[int, Sequence[str]], splits: Mapping[int, Split]
) -> dict[Split, pd.DataFrame]:
    """Write a row a word and a row a non-word for each pair.

    :param words: `word`, `phones` and `frequency` by place.
    :param nonwords: phone strings by the place of their word.
    :param splits: the split of each place, one split after the other; ids are counted through in this order.
    :returns: the official table of each split, unspoken, its words in the order of their places.
    """
    tables: dict[Split, pd.DataFrame] = {}
    number = 0
    for split in dict.fromkeys(splits.values()):
        rows: list[dict[str, Any]] = []
        for place in sorted(place for place, name in splits.items() if name == split):
            word, phones, frequency = words["word"][place], words["phones"][place], words["frequency"][place]
            for nonword in nonwords[place]:
                number += 1
                shared = {"id": str(number), "voice": "", "length": len(phones.split())}
                name = nonword.replace(" ", "_")
                rows += [
                    {**shared, "filename": word, "frequency": frequency, "word": word, "phones": phones, "correct": 1},
                    {**shared, "filename": name, "frequency": pd.NA, "word": "", "phones": nonword, "correct": 0},
                ]
        table = pd.DataFrame(rows, columns=COLUMNS)
        tables[split] = table.astype({"frequency": "Int64", "length": "Int64", "correct": "int8"})
    return tables
