"""Known words: what no non-word may be, whether a child has heard it or not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from babyslm.stimuli.phones.mergers import Homophones, Mergers
from babyslm.stimuli.phones.phone_set import load_phone_set

__all__ = ["RARE", "KnownWords"]

RARE = 1.5
"""Zipf frequency below which a word is rare: it occurs less than once in 30 million words. The Zipf frequency is the
base-10 logarithm of the number of occurrences in 10^9 words (van Heuven, Mandera, Keuleers & Brysbaert 2014)."""


@dataclass(frozen=True)
class KnownWords:
    """A broad vocabulary of a language, by sound.

    :param language: two-letter code of a phone set.
    :param table: one row a phone string, sorted by it: `phones`; `word`, its most frequent spelling; `zipf`, the
        frequency of that, 0 for words of a dictionary that were never counted.
    :param sources: where the words come from.
    """

    language: str
    table: pd.DataFrame = field(repr=False)
    sources: tuple[str, ...] = ()

    @classmethod
    def of(cls, language: str, words: Iterable[tuple[str, str, float]], sources: Sequence[str] = ()) -> "KnownWords":
        """Take up words; of several with the same phones the most frequent one counts.

        :param language: two-letter code of a phone set.
        :param words: phones, spelling and Zipf frequency of each; words with other phones are left out.
        :param sources: where they come from.
        """
        inventory = load_phone_set(language).inventory
        rows = [row for row in words if all(phone in inventory for phone in row[0].split())]
        table = pd.DataFrame(rows, columns=["phones", "word", "zipf"]).astype({"zipf": "float64"})
        table = table.sort_values(["phones", "zipf", "word"], ascending=[True, False, True])
        return cls(language, table.drop_duplicates("phones", ignore_index=True), tuple(sources))

    def __len__(self) -> int:
        return len(self.table)

    @property
    def common(self) -> Homophones:
        """The words that are not rare, with all that listeners do not tell from them."""
        return self._homophones(self.table["zipf"] >= RARE)

    @property
    def rare(self) -> Homophones:
        """What sounds like rare words only."""
        return self._homophones(self.table["zipf"] < RARE).without(self.common)

    def lookup(self, strings: Sequence[str], *, merged: bool = False) -> pd.DataFrame:
        """Find phone strings among the words.

        :param strings: phones separated by spaces.
        :param merged: also find words from which they differ by mergers only.
        :returns: a row a string, in their order: `word` and `zipf` of the most frequent word that sounds like it,
            missing where none does.
        """
        found = self._by_merged_form if merged else self.table.set_index("phones")
        keys = self._numbered(strings) if merged else list(strings)
        return found[["word", "zipf"]].reindex(pd.Index(keys, dtype=object)).reset_index(drop=True)

    def same(self, ones: Sequence[str], others: Sequence[str]) -> NDArray[np.bool_]:
        """Say of each two phone strings whether listeners do not tell them apart: whether only mergers differ.

        :param ones: phones separated by spaces.
        :param others: as many.
        """
        one, other = (self._numbered(strings) for strings in (ones, others))
        return np.array([a is not None and a == b for a, b in zip(one, other, strict=True)], dtype=np.bool_)

    @property
    def _mergers(self) -> Mergers:
        return load_phone_set(self.language).mergers

    def _numbered(self, strings: Sequence[str]) -> list[object]:
        """Return the number of each string's merged form; None for strings with phones of another language."""
        inventory = self._mergers.alphabet.code
        fit = [string for string in strings if all(phone in inventory for phone in string.split())]
        numbers = dict(zip(fit, self._mergers.keys_of(fit).tolist(), strict=True))
        return [numbers.get(string) for string in strings]

    @cached_property
    def _keys(self) -> NDArray[np.uint64]:
        return self._mergers.keys_of(list(self.table["phones"]))

    @cached_property
    def _by_merged_form(self) -> pd.DataFrame:
        table = self.table.assign(key=self._keys.astype(object)).sort_values(["zipf", "word"], ascending=[False, True])
        return table.drop_duplicates("key").set_index("key")

    def _homophones(self, chosen: pd.Series) -> Homophones:
        return Homophones(self._mergers, np.unique(self._keys[chosen.to_numpy(dtype=bool)]))
