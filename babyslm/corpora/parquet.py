"""Parquet tables made by others."""

from pathlib import Path

import pandas as pd

from babyslm.verify.corpora.tables import CorpusFormatError

__all__ = ["read_parquet"]


def read_parquet(path: Path) -> pd.DataFrame:
    """Read a parquet table, and check that its texts are UTF-8, which Arrow does not by itself.

    :param path: the file.
    :raises CorpusFormatError: if it cannot be read.
    """
    import pyarrow as pa

    try:
        rows = pd.read_parquet(path)
        pa.Table.from_pandas(rows, preserve_index=False).validate(full=True)
    except Exception as error:  # Arrow has errors of many classes, and pandas reads metadata that may hold anything
        raise CorpusFormatError(path, " ".join(str(error).split())[:200]) from error
    return rows
