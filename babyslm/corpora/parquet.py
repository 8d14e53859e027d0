"""Parquet tables of utterances made by others."""

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from babyslm.verify.corpora.tables import CorpusFormatError
from babyslm.verify.parquet import read_table

__all__ = ["read_parquet"]


def read_parquet(path: Path, used: Collection[str] = ()) -> pd.DataFrame:
    """Read a parquet table.

    :param path: the file.
    :param used: columns that are used where the table has them.
    :raises CorpusFormatError: if it cannot be read, or if a used column occurs twice or holds no text or numbers.
    """
    return read_table(path, CorpusFormatError, used=used)
