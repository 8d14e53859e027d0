"""CHILDES transcripts as tables in the format of childes-db, one utterance per row."""

import re
from pathlib import Path

import pandas as pd

from babyslm.corpora.childes.words import UNINTELLIGIBLE
from babyslm.verify.corpora.tables import CorpusColumnsError, CorpusFormatError
from babyslm.verify.documents import NoSuchFileError

__all__ = ["clean_gloss", "read_childes_table", "utterances_of_table"]

TABLE_COLUMNS = ("gloss", "speaker_role", "transcript_id", "target_child_age")


def clean_gloss(gloss: str) -> str:
    """Return the plain words of a childes-db gloss.

    Compounds are joined (`bed+room`), phrases split (`thank_you`), codes for unintelligible speech dropped.

    >>> clean_gloss("xxx look at the bed+room thank_you")
    'look at the bedroom thank you'
    """
    words = [word for word in gloss.split() if word.lower() not in UNINTELLIGIBLE and not word.startswith("&")]
    text = " ".join(words).replace("+", "").replace("_", " ")
    return re.sub(r"[^\w' -]", "", text).strip()


def read_childes_table(path: Path) -> pd.DataFrame:
    """Read a table in the format of childes-db (parquet or CSV), one utterance per row.

    :param path: with at least the columns `gloss, speaker_role, transcript_id, target_child_age` (days).
    :raises CorpusFormatError: if the file cannot be read.
    :raises CorpusColumnsError: if columns are missing.
    """
    if not path.is_file():
        raise NoSuchFileError(path, "give a parquet or CSV table of utterances in the format of childes-db")
    try:
        rows = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, low_memory=False)
    except (OSError, ValueError) as error:
        raise CorpusFormatError(path, str(error).splitlines()[0]) from error
    missing = [column for column in TABLE_COLUMNS if column not in rows]
    if missing:
        raise CorpusColumnsError(path, missing, list(rows.columns))
    return rows.reset_index(drop=True)


def utterances_of_table(path: Path) -> pd.DataFrame:
    """Return `role, speaker, age, text, source` of a childes-db table, one transcript after the other.

    :param path: see `read_childes_table`.
    """
    rows = read_childes_table(path)
    order = [column for column in ("transcript_id", "utterance_order") if column in rows]
    corpus = rows["corpus"].astype(str) + "/" if "corpus" in rows else ""
    table = pd.DataFrame(
        {
            "speaker": rows["speaker_role"],
            "role": rows["speaker_role"],
            "age": rows["target_child_age"],
            "text": rows["gloss"].fillna("").astype(str).map(clean_gloss),
            "source": corpus + rows["transcript_id"].astype(str),
        },
    )
    return table.loc[rows.sort_values(order, kind="stable").index].reset_index(drop=True)
