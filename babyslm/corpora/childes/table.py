"""CHILDES transcripts as tables in the format of childes-db, one utterance per row."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from babyslm.corpora.accounting import Account
from babyslm.corpora.childes.languages import two_letter
from babyslm.corpora.childes.words import UNINTELLIGIBLE
from babyslm.corpora.parquet import read_parquet
from babyslm.verify.corpora.tables import CorpusColumnsError, CorpusFormatError
from babyslm.verify.documents import NoSuchFileError

__all__ = ["clean_gloss", "read_childes_table", "utterances_of_table"]

TABLE_COLUMNS = ("gloss", "speaker_role", "transcript_id", "target_child_age")
OTHER_COLUMNS = ("corpus", "language", "utterance_order")
UTTERANCES = "utterances"
OLDEST = 130 * 365.25
"""Days; no one is older."""
ROW = "row"
"""Column of the number of a row in its file; of CSV the line on which it ends."""


def clean_gloss(gloss: str) -> str:
    """Return the plain words of a childes-db gloss.

    Compounds are joined (`bed+room`), phrases split (`thank_you`), codes for unintelligible speech and endings of
    special forms (`woof@o`) dropped.

    >>> clean_gloss("xxx look at the bed+room thank_you")
    'look at the bedroom thank you'
    """
    words = [word.split("@")[0] for word in gloss.split() if not word.startswith("&")]
    text = " ".join(word for word in words if word.lower() not in UNINTELLIGIBLE).replace("+", "").replace("_", " ")
    return re.sub(r"[^\w' -]", "", text).strip()


def read_childes_table(path: Path, account: Account | None = None) -> pd.DataFrame:
    """Read a table in the format of childes-db (parquet or CSV), one utterance per row.

    :param path: with at least the columns `gloss, speaker_role, transcript_id, target_child_age` (days).
    :raises CorpusFormatError: if the file cannot be read.
    :raises CorpusColumnsError: if columns are missing.
    :param account: learns of rows and their faults; None reads strictly.
    :returns: the rows without a fault; ages are numbers, and `row` is the place in the file.
    """
    if not path.is_file():
        raise NoSuchFileError(path, "give a parquet or CSV table of utterances in the format of childes-db")
    told = account or Account()
    rows = _read_parquet(path, told) if path.suffix == ".parquet" else _read_csv(path, told)
    rows = _numbers(rows, path, told)
    if account is None:
        told.verify()
    return rows.reset_index(drop=True)


def _read_parquet(path: Path, account: Account) -> pd.DataFrame:
    rows = read_parquet(path, (*TABLE_COLUMNS, *OTHER_COLUMNS))
    _verify_columns(path, list(rows.columns))
    account.read(UTTERANCES, len(rows))
    return rows.assign(**{ROW: np.arange(1, len(rows) + 1)})


def _read_csv(path: Path, account: Account) -> pd.DataFrame:
    rows: list[list[str]] = []
    places: list[int] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            _verify_columns(path, header)
            for row in reader:
                if not row:
                    continue
                account.read(UTTERANCES)
                if len(row) != len(header):
                    reason = f"has {len(row)} fields, and the header {len(header)}"
                    account.fault(UTTERANCES, "other number of fields", path, reader.line_num, reason)
                else:
                    rows.append(row)
                    places.append(reader.line_num)
    except (csv.Error, UnicodeDecodeError) as error:
        raise CorpusFormatError(path, " ".join(str(error).split())[:200]) from error
    table = pd.DataFrame(rows, columns=header).replace("", pd.NA)
    for name in ("utterance_order", "transcript_id"):
        if name in table:
            numbers = pd.to_numeric(table[name], errors="coerce")
            table[name] = numbers if numbers.notna().all() else table[name]
    return table.assign(**{ROW: places})


def _verify_columns(path: Path, columns: Sequence[str]) -> None:
    missing = [column for column in TABLE_COLUMNS if column not in columns]
    if missing:
        raise CorpusColumnsError(path, missing, columns)
    doubled = sorted({name for name in columns if list(columns).count(name) > 1})
    if doubled:
        raise CorpusFormatError(path, f"its column {doubled[0]} stands there twice")


def _numbers(rows: pd.DataFrame, path: Path, account: Account) -> pd.DataFrame:
    """Return the rows with ages as numbers; rows without a transcript, or with an age that is none, are faulty."""
    given = rows["target_child_age"]
    ages = pd.to_numeric(given, errors="coerce").astype("float64")
    wrong = given.notna() & ~((ages >= 0) & (ages < OLDEST))
    nameless = rows["transcript_id"].isna()
    faulty = wrong | nameless
    for place, age, lost in zip(rows.loc[faulty, ROW], given[faulty], nameless[faulty], strict=True):
        if lost:
            account.fault(UTTERANCES, "missing transcript", path, int(place), "its transcript_id is empty")
        else:
            account.fault(
                UTTERANCES, "malformed age", path, int(place), f"target_child_age {age!r} is not an age in days"
            )
    return rows.assign(target_child_age=ages)[~faulty]


def utterances_of_table(path: Path, languages: Sequence[str], account: Account) -> pd.DataFrame:
    """Return `role, speaker, age, text, source, language` of a childes-db style table, transcript after transcript.

    Where the table has a column `language` (codes apart by spaces), rows whose first language is not asked for are
    faulty: the table is of another language.

    :param path: see `read_childes_table`.
    :param languages: two-letter codes of the languages that are kept.
    :param account: learns of rows and their faults.
    """
    rows = read_childes_table(path, account)
    own = pd.Series(languages[0], index=rows.index)
    if "language" in rows:
        first = rows["language"].fillna(languages[0]).astype(str).str.split(r"[\s,]+", regex=True).str[0]
        own = first.map(two_letter)
        for row, code in zip(rows.loc[~own.isin(languages), ROW], first[~own.isin(languages)], strict=True):
            reason = f"its language is {code}, which is not --lang {', '.join(languages)}"
            account.fault(UTTERANCES, "another language", path, int(row), reason)
    corpus = rows["corpus"].astype(str) + "/" if "corpus" in rows else ""
    table = pd.DataFrame(
        {
            "speaker": rows["speaker_role"],
            "role": rows["speaker_role"],
            "age": rows["target_child_age"],
            "text": rows["gloss"].fillna("").astype(str).map(clean_gloss),
            "source": corpus + rows["transcript_id"].astype(str),
            "language": own,
        },
    )
    order = [column for column in ("transcript_id", "utterance_order") if column in rows]
    table = table.loc[_ordered(rows, order).index]
    return table[table["language"].isin(languages)].reset_index(drop=True)


def _ordered(rows: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    try:
        return rows.sort_values(list(columns), kind="stable")
    except TypeError:  # numbers and names in one column
        return rows.assign(**{name: rows[name].astype(str) for name in columns}).sort_values(
            list(columns), kind="stable"
        )
