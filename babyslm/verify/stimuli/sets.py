"""Checks of stimulus tables: columns, values, one good and one bad row per pair and voice."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from babyslm.verify.errors import BabySLMError, UsageError, first_of

__all__ = [
    "DuplicateRowError",
    "EmptyTableError",
    "IncompletePairError",
    "LexiconChangedError",
    "MissingColumnsError",
    "MissingConditionError",
    "MissingTableError",
    "NameConflictError",
    "NoStimuliError",
    "ReservedColumnsError",
    "RowError",
    "TableFormatError",
    "UnsafeNameError",
    "verify_table",
]


class NoStimuliError(UsageError):
    """A path contains no stimulus set in a known format."""

    def __init__(self, path: Path) -> None:
        bare = path.is_dir() and any(next(path.rglob(f"*{suffix}"), None) for suffix in (".wav", ".flac"))
        sound = "it contains sound, but no table of its pairs: add gold.csv from the set's archive; " if bare else ""
        super().__init__(
            f"{path}: contains no stimuli; {sound}expected {{lexical,syntactic}}/{{dev,test}}/gold.csv, "
            "a BLiMP .jsonl, a Zorro .txt or a two-column .tsv"
        )


class MissingTableError(UsageError):
    """The set does not have the requested task or split."""

    def __init__(self, name: str, asked: str, have: Sequence[str]) -> None:
        super().__init__(f"{name}: has no {asked}; it has {', '.join(have) or 'no table'}")


class MissingConditionError(UsageError):
    """The set was not built with the requested acoustic condition."""

    def __init__(self, table: str, asked: str, have: Sequence[str]) -> None:
        super().__init__(f"{table}: has no sound in the condition {asked!r}; it has {', '.join(have)}")


class LexiconChangedError(BabySLMError):
    """The lexicon that a set keeps is missing, or is not the one that its card describes."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: is missing or not the file whose checksum the card gives; build the set again, "
            "or name what it was built from with --corpus"
        )


class TableFormatError(BabySLMError):
    """A table cannot be parsed."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")


class EmptyTableError(BabySLMError):
    """A table contains no row."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: contains no row; download or build it again")


class MissingColumnsError(BabySLMError):
    """A table lacks columns of its layout."""

    def __init__(self, path: Path, missing: Iterable[str], have: Iterable[str]) -> None:
        super().__init__(f"{path}: lacks the column(s) {', '.join(missing)}; it has {', '.join(have)}")


class ReservedColumnsError(BabySLMError):
    """An extra column of a table has a name that the table of its pairs uses."""

    def __init__(self, path: Path, taken: Iterable[str]) -> None:
        super().__init__(f"{path}: the names {', '.join(taken)} are reserved; rename the column(s)")


class RowError(BabySLMError):
    """A row holds a value that its column does not allow."""

    def __init__(self, path: Path, line: int, column: str, value: object, allowed: str) -> None:
        super().__init__(f"{path}:{line}: {column} is {value!r}; it must be {allowed}")


class IncompletePairError(BabySLMError):
    """A pair and voice lacks its good or its bad row."""

    def __init__(self, path: Path, offenders: Sequence[str]) -> None:
        super().__init__(
            f"{path}: {len(offenders)} pair(s) lack a side or have it twice: {first_of(offenders)}; "
            "each id and voice needs exactly one row with correct=1 and one with correct=0"
        )


class DuplicateRowError(BabySLMError):
    """The same row occurs twice."""

    def __init__(self, path: Path, offenders: Sequence[str]) -> None:
        super().__init__(f"{path}: {len(offenders)} duplicate row(s): {first_of(offenders)}; keep one of each")


class NameConflictError(BabySLMError):
    """One file name is used for two different stimuli."""

    def __init__(self, path: Path, offenders: Sequence[str]) -> None:
        super().__init__(f"{path}: one filename for different stimuli: {first_of(offenders)}; make names unique")


class UnsafeNameError(BabySLMError):
    """A file name points outside its folder."""

    def __init__(self, path: Path, line: int, name: str) -> None:
        super().__init__(f"{path}:{line}: filename {name!r} contains a path; use a plain name")


def verify_table(rows: pd.DataFrame, columns: Sequence[str], path: Path) -> None:
    """Check a gold table; the first kind of fault found raises an error with its first cases.

    :param rows: the table; row i of the file is line i + 2.
    :param columns: the columns that its layout requires.
    :param path: the file, for error messages.
    """
    missing = [column for column in columns if column not in rows.columns]
    if missing:
        raise MissingColumnsError(path, missing, rows.columns)
    if rows.empty:
        raise EmptyTableError(path)
    _verify_names(rows, path)
    keys = rows[["id", "voice", "correct"]]
    if keys.duplicated().any():
        again = rows[keys.duplicated()]
        raise DuplicateRowError(path, [f"id {i} voice {v} correct {c}" for i, v, c in again[keys.columns].to_numpy()])
    sides = rows.groupby(["id", "voice"], sort=True)["correct"].agg(["size", "sum"])
    broken = sides[(sides["size"] != 2) | (sides["sum"] != 1)]
    if len(broken):
        raise IncompletePairError(path, [f"id {i} voice {v}" for i, v in broken.index])
    content = "transcription" if "transcription" in rows else "phones"
    variants = rows.groupby("filename", sort=True)[[content, "voice"]].nunique()
    conflicts = variants[(variants > 1).any(axis=1)]
    if len(conflicts):
        raise NameConflictError(path, list(conflicts.index))


def _verify_names(rows: pd.DataFrame, path: Path) -> None:
    names = rows["filename"].astype(str)
    unsafe = names.str.contains(r"[/\\\x00]", regex=True) | names.isin(["", ".", ".."])
    if unsafe.any():
        position = int(unsafe.to_numpy().argmax())
        raise UnsafeNameError(path, position + 2, names.iloc[position])
