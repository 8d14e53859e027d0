"""Words and non-words in the format of the official tables."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from babyslm.stimuli.stimulus import Split

__all__ = ["lexical_tables"]

COLUMNS = ["id", "filename", "voice", "frequency", "word", "phones", "length", "correct"]


def lexical_tables(
    words: pd.DataFrame, nonwords: Mapping[int, Sequence[str]], splits: Mapping[int, Split]
) -> dict[Split, pd.DataFrame]:
    """Return the official tables: for each pair one row for the word and one for the non-word.

    :param words: `word`, `phones` and `frequency`, indexed by word number.
    :param nonwords: phone strings of the non-words, by word number.
    :param splits: the split of each word number, one split after the other; ids are numbered in this order.
    :returns: the official table of each split, without voices, words in the order of their numbers.
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
