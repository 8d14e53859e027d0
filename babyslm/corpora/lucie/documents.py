"""Conversion between rows of the Lucie Training Dataset and documents of a pipeline."""

import json
from collections.abc import Mapping
from typing import Any

from datatrove.data import Document

from babyslm.corpora.lucie.faults import marked

__all__ = ["COLUMNS", "REQUIRED", "adapt", "as_row", "language_of", "schema", "source_of"]

REQUIRED = ("text", "language", "source")
COLUMNS = ("text", "language", "source", "id", "url", "title", "author", "date", "quality_signals", "extra")
JSON_COLUMNS = ("quality_signals", "extra")
CODE = "code"


def adapt(reader: Any, data: dict[str, Any], path: str, row: int | str) -> dict[str, Any]:
    """Convert a row to the fields of a datatrove document; `extra` and `quality_signals` are parsed.

    :param reader: not used; datatrove's readers bind adapters as methods.
    :param data: the row.
    :param path: the file or dataset, for errors.
    :param row: its number there.
    :returns: a marked document, which `Counted` takes out, where text, language or source are missing, or a JSON
        string is none.
    """
    del reader
    for column in REQUIRED:
        if not isinstance(data.get(column), str) or (column != "text" and not data[column].strip()):
            return marked(path, row, f"{column} is {data.get(column)!r} and should be text")
    if not data["text"]:
        return marked(path, row, "")
    kept: dict[str, Any] = {name: _text(data.get(name)) for name in COLUMNS if name not in ("text", "id")}
    for column in JSON_COLUMNS:
        try:
            kept[column] = _parsed(data.get(column))
        except ValueError as error:
            return marked(path, row, f"{column} is not a JSON {error}")
    identity = _text(data.get("id")) or f"{path}/{row}"
    return {"text": data["text"], "id": identity, "metadata": kept}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _parsed(value: Any) -> dict[str, Any]:
    """Return the object that a JSON string holds; a ValueError says what it is not."""
    if value is None or value == "":
        return {}
    if isinstance(value, Mapping):
        return {name: each for name, each in value.items() if each is not None}
    try:
        parsed = json.loads(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"string ({error})") from error
    if not isinstance(parsed, dict):
        raise ValueError("object")  # noqa: TRY004 - of the value, not of the caller
    return parsed


def as_row(writer: Any, document: Document) -> dict[str, Any]:
    """Convert a document back to a row of the dataset; `extra` and `quality_signals` become JSON strings."""
    del writer
    kept = document.metadata
    row = {"text": document.text, "id": document.id} | {name: kept.get(name) for name in COLUMNS[1:] if name != "id"}
    for column in JSON_COLUMNS:
        row[column] = json.dumps(kept[column], ensure_ascii=False, sort_keys=True) if kept.get(column) else None
    return row


def schema() -> Any:
    """Return the parquet schema; all columns are text."""
    import pyarrow as pa

    return pa.schema([(name, pa.string()) for name in COLUMNS])


def source_of(document: Document) -> str:
    """Return the source of a document, without the language suffix of some names (`Wikipedia-fr`, `Pile-NIH`).

    >>> source_of(Document(text="", id="", metadata={"source": "RedPajama-de"}))
    'RedPajama'
    """
    name = str(document.metadata["source"]).removeprefix("Pile-")
    head, _, tail = name.rpartition("-")
    return head if head and len(tail) == 2 else name


def language_of(document: Document) -> str:
    """Return the language of a document; `code` for all programming languages."""
    language = str(document.metadata["language"])
    return CODE if language.startswith(CODE) else language
