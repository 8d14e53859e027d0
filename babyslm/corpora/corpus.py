"""Prepared corpus: one table of utterances and a card."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from babyslm.corpora.accounting import ItemCount
from babyslm.corpora.parquet import read_parquet
from babyslm.files import atomic_file, sha256_file, sweep_partial_files, write_text
from babyslm.verify.corpora.tables import CorpusColumnsError, CorpusFormatError, EmptyCorpusError
from babyslm.verify.documents import NoSuchFileError, parse_document, read_yaml

__all__ = [
    "CARD_NAME",
    "COLUMNS",
    "LANGUAGE",
    "TABLE_NAME",
    "Corpus",
    "CorpusCard",
    "StoredCorpus",
    "load_corpus",
    "save_corpus",
]

TABLE_NAME = "utterances.parquet"
CARD_NAME = "card.yaml"

COLUMNS: dict[str, str] = {
    "audio": "string",
    "onset": "Float64",
    "offset": "Float64",
    "speaker": "string",
    "role": "string",
    "age": "Float64",
    "text": "string",
    "phones": "string",
    "source": "string",
}
"""Columns of the table and their types. `audio` is a path relative to the folder; `onset` and `offset` are seconds in
it; `age` is the child's, in days; `phones` is a phone string with `|` between words; `source` names the transcript."""


LANGUAGE = "language"
"""A further column of corpora in several languages: the language of each utterance, a BCP 47 tag."""


class CorpusCard(BaseModel):
    """Metadata of a corpus."""

    model_config = ConfigDict(extra="forbid")

    schema_version: int = 1
    name: str
    language: str
    licence: str
    sources: list[str]
    speech: str = Field(description="clean, in-the-wild or none")
    settings: dict[str, object] = Field(default_factory=dict, description="settings of the preparation, with seed")
    utterances: int
    words: int
    hours: float | None = Field(description="hours of sound; null for text only")
    sha256: str = Field(description="checksum of the table")
    account: dict[str, ItemCount] = Field(default_factory=dict, description="what became of each input item")


@dataclass(frozen=True)
class Corpus:
    """A prepared corpus.

    :param utterances: one row each, with the columns of `COLUMNS`.
    :param folder: base of the audio paths; None for a corpus in memory.
    :param card: None for a corpus in memory.
    """

    utterances: pd.DataFrame
    folder: Path | None = None
    card: CorpusCard | None = None

    @property
    def words(self) -> int:
        """Number of words in the text column."""
        return int(self.utterances["text"].dropna().str.split().str.len().sum())

    @property
    def hours(self) -> float | None:
        """Hours of sound, or None for text only."""
        if self.utterances["audio"].isna().all():
            return None
        return float((self.utterances["offset"] - self.utterances["onset"]).sum() / 3600)


class StoredCorpus(Corpus):
    """A corpus that was written, whose table is read when it is asked for.

    :param folder: the corpus folder.
    :param card: its card.
    """

    def __init__(self, folder: Path, card: CorpusCard) -> None:
        object.__setattr__(self, "folder", folder)
        object.__setattr__(self, "card", card)

    @cached_property
    def utterances(self) -> pd.DataFrame:
        """The table."""
        assert self.folder is not None
        return load_corpus(self.folder).utterances


def as_table(rows: pd.DataFrame, columns: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Bring a table to the columns and types of a corpus; missing columns become empty ones.

    :param rows: utterances.
    :param columns: columns and their types; default `COLUMNS`, and the language where the rows have it.
    """
    types = dict(columns or COLUMNS | ({LANGUAGE: "string"} if LANGUAGE in rows else {}))
    return rows.reset_index(drop=True).reindex(columns=list(types)).astype(types)


def load_corpus(folder: Path) -> Corpus:
    """Load a prepared corpus and check its table.

    :param folder: a folder written by `babyslm prepare`.
    :raises CorpusFormatError: if the table cannot be read.
    :raises CorpusColumnsError: if columns are missing.
    :raises EmptyCorpusError: if the table has no row.
    """
    path = folder / TABLE_NAME
    if not path.is_file():
        raise NoSuchFileError(path, "create a corpus with babyslm prepare")
    rows = read_parquet(path, (*COLUMNS, LANGUAGE))
    missing = [column for column in COLUMNS if column not in rows]
    if missing:
        raise CorpusColumnsError(path, missing, list(rows.columns))
    if rows.empty:
        raise EmptyCorpusError(path)
    card_path = folder / CARD_NAME
    card = parse_document(CorpusCard, read_yaml(card_path), card_path) if card_path.is_file() else None
    try:
        table = as_table(rows)
    except (TypeError, ValueError) as error:
        raise CorpusFormatError(path, " ".join(str(error).split())[:200]) from error
    return Corpus(table, folder, card)


def save_corpus(
    rows: pd.DataFrame,
    folder: Path,
    *,
    name: str,
    language: str,
    licence: str,
    sources: list[str],
    speech: str = "none",
    settings: dict[str, object] | None = None,
) -> Corpus:
    """Write the table and, last, the card.

    :param rows: utterances; see `COLUMNS`.
    :param folder: the corpus folder.
    :param name: name of the corpus.
    :param language: BCP 47 tag.
    :param licence: licence or terms, as stated by the source.
    :param sources: sources of the corpus.
    :param speech: clean, in-the-wild or none; default none.
    :param settings: settings of the preparation.
    :raises EmptyCorpusError: if there is no utterance.
    """
    import yaml

    sweep_partial_files(folder)

    table = as_table(rows)
    if table.empty:
        raise EmptyCorpusError(folder)
    path = folder / TABLE_NAME
    with atomic_file(path) as temporary:
        table.to_parquet(temporary, index=False)
    corpus = Corpus(table, folder)
    card = CorpusCard(
        name=name,
        language=language,
        licence=licence,
        sources=sources,
        speech=speech,
        settings=settings or {},
        utterances=len(table),
        words=corpus.words,
        hours=corpus.hours,
        sha256=sha256_file(path),
    )
    text = yaml.safe_dump(card.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=119)
    write_text(folder / CARD_NAME, text)
    return Corpus(table, folder, card)
