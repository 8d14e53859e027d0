"""Reading and writing of the official BabySLM layout: `{lexical,syntactic}/{dev,test}/gold.csv` with sound files."""

import csv
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from babyslm.files import atomic_file, sha256_file
from babyslm.stimuli.card import CARD_NAME, StimulusCard, read_card, write_card
from babyslm.stimuli.stimulus import SPLITS, TASKS, Split, Task
from babyslm.stimuli.stimulus_set import AUDIO_SUFFIXES, COLUMNS, StimulusSet, StimulusTable
from babyslm.verify.stimuli.sets import (
    EmptyTableError,
    MissingColumnsError,
    ReservedColumnsError,
    RowError,
    TableFormatError,
)

__all__ = ["GOLD_NAME", "find_tables", "load_official", "read_gold", "save_official", "save_table", "table_bytes"]

GOLD_NAME = "gold.csv"
OF_PAIRS = ("good", "bad", "bad_phones", "bad_transcription")
"""Columns of `StimulusTable.pairs` that a table itself cannot have."""
ARCHIVE_FOLDERS = {"dev_16": "dev"}
"""Folder names of the published archives that differ from the official layout."""


def find_tables(folder: Path) -> dict[tuple[Task, Split], Path]:
    """Return the gold tables of a folder.

    A table directly under its task (`lexical/gold.csv`) counts as dev, as in published score folders.
    """
    found: dict[tuple[Task, Split], Path] = {}
    for task in TASKS:
        places: dict[Split, tuple[str, ...]] = {
            split: (split, *(name for name, meant in ARCHIVE_FOLDERS.items() if meant == split)) for split in SPLITS
        }
        places["dev"] = (*places["dev"], ".")
        for split, names in places.items():
            paths = [path for name in names if (path := folder / task / name / GOLD_NAME).is_file()]
            if paths:
                found[task, split] = paths[0]
    return found


def load_official(folder: Path) -> StimulusSet:
    """Load every table of a folder in the official layout, with its card if present.

    :param folder: root of the set.
    """
    found = find_tables(folder)
    tables = {}
    for (task, split), path in found.items():
        sound = path.parent if _has_sound(path.parent) else None
        tables[task, split] = StimulusTable(task, split, read_gold(path, task), sound, path)
    card_path = folder / CARD_NAME
    card = read_card(card_path) if card_path.is_file() else None
    checksums = {f"{task}/{split}": sha256_file(path) for (task, split), path in found.items()}
    return StimulusSet(card.name if card else folder.resolve().name, tables, card, folder, checksums)


def _has_sound(folder: Path) -> bool:
    return any(path.suffix in AUDIO_SUFFIXES for path in folder.iterdir())


def read_gold(path: Path, task: Task, *, defaults: dict[str, str] | None = None) -> pd.DataFrame:
    """Read a gold table as text, then convert the numeric columns.

    Empty `frequency` and `word` of non-words are not missing data; "null" and "nan" are words.

    :param path: the CSV file.
    :param task: determines the required columns.
    :param defaults: values of columns that may be missing from tables of other sets; default none.
    :raises TableFormatError: if the file cannot be parsed.
    :raises MissingColumnsError: if a column is missing.
    :raises ReservedColumnsError: if an extra column has a name that the joined pairs use.
    """
    if path.stat().st_size == 0:
        raise EmptyTableError(path)
    try:
        rows = pd.read_csv(path, dtype=str, keep_default_na=False, na_filter=False, encoding="utf-8")
    except UnicodeDecodeError as error:
        raise TableFormatError(path, f"is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except pd.errors.EmptyDataError as error:
        raise EmptyTableError(path) from error
    except (pd.errors.ParserError, csv.Error) as error:
        raise TableFormatError(path, f"is not a CSV table ({str(error).splitlines()[0]})") from error
    rows = rows.assign(**{column: value for column, value in (defaults or {}).items() if column not in rows})
    missing = [column for column in COLUMNS[task] if column not in rows.columns]
    if missing:
        raise MissingColumnsError(path, missing, rows.columns)
    if taken := [column for column in OF_PAIRS if column in rows]:
        raise ReservedColumnsError(path, taken)
    return typed(rows, task, path)


def typed(rows: pd.DataFrame, task: Task, path: Path) -> pd.DataFrame:
    """Convert `correct`, `frequency` and `length` to numbers; a non-numeric value raises a `RowError`.

    A syntactic table may have `frequency` and `length` as extra columns; the cells of extra columns may be empty.
    """
    rows = rows.copy()
    correct = rows["correct"].astype(str)
    _refuse(~correct.isin(["0", "1"]), rows, "correct", "0 or 1", path)
    rows["correct"] = correct.astype("int8")
    for column in (name for name in ("frequency", "length") if name in rows):
        optional = column == "frequency" or task == "syntactic"
        text = rows[column].astype(str).replace("oov", "0")  # sWUGGY's code for words outside the corpus
        number = text.str.fullmatch(r"[0-9]{1,12}")
        allowed = "a whole number" + (" or empty" if optional else "")
        _refuse(~number & ~((text == "") & optional), rows, column, allowed, path)
        rows[column] = text.where(number).astype("Int64")
    return rows


def _refuse(wrong: pd.Series, rows: pd.DataFrame, column: str, allowed: str, path: Path) -> None:
    if wrong.any():
        position = int(wrong.to_numpy().argmax())
        raise RowError(path, position + 2, column, rows[column].iloc[position], allowed)


def save_table(table: StimulusTable, path: Path) -> str:
    """Write one gold table, official columns first, and return its SHA-256."""
    with atomic_file(path) as temporary:
        temporary.write_bytes(table_bytes(table))
    return sha256_file(path)


def table_bytes(table: StimulusTable) -> bytes:
    """Return the content of a gold table as CSV, official columns first, lines ended by a newline, in UTF-8."""
    columns = [*COLUMNS[table.task], *(c for c in table.rows.columns if c not in COLUMNS[table.task])]
    return str(table.rows[columns].to_csv(index=False, lineterminator="\n")).encode("utf-8")


def save_official(
    stimuli: StimulusSet,
    folder: Path,
    card: StimulusCard | None = None,
    *,
    beside: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write the tables of a set in the official layout, and last the card with their checksums.

    Sound is not copied: `babyslm.speech` writes it next to the tables.

    :param stimuli: the set.
    :param folder: root of the new set.
    :param card: card to write; default the card of the set, if any.
    :param beside: checksums of further files that the card vouches for, by their path in the folder.
    """
    checksums = {
        f"{table.task}/{table.split}/{GOLD_NAME}": save_table(table, folder / table.task / table.split / GOLD_NAME)
        for table in stimuli
    }
    card = card or stimuli.card
    if card is not None:
        write_card(folder / CARD_NAME, card.model_copy(update={"sha256": checksums | dict(beside)}))
