"""Parquet tables made by others."""

from collections.abc import Callable, Collection
from pathlib import Path

import pandas as pd

__all__ = ["read_table"]


def read_table(path: Path, refuse: Callable[[Path, str], Exception], *, used: Collection[str] = ()) -> pd.DataFrame:
    """Read a parquet table, and check that its texts are UTF-8, which Arrow does not by itself.

    :param path: the file.
    :param refuse: makes the error of a table that cannot be read, from the file and the reason.
    :param used: columns that are used where the table has them: each must occur once and hold text or numbers.
    """
    import pyarrow as pa

    try:
        rows = pd.read_parquet(path)
        table = pa.Table.from_pandas(rows, preserve_index=False)
        table.validate(full=True)
    except Exception as error:  # Arrow has errors of many classes, and pandas reads metadata that may hold anything
        raise refuse(path, " ".join(str(error).split())[:200]) from error
    for name in used:
        fields = [field for field in table.schema if field.name == name]
        if len(fields) > 1:
            raise refuse(path, f"its column {name} occurs {len(fields)} times")
        if fields and pa.types.is_nested(fields[0].type):
            raise refuse(path, f"its column {name} contains lists or records (Arrow type {fields[0].type}), not text")
    return rows
