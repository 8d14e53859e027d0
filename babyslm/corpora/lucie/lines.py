"""Conversion of documents to utterances, one per line or turn."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from babyslm.stimuli.phones.pronunciation import pronounce, tokenize
from babyslm.stimuli.stimulus import WORD_BOUNDARY

__all__ = ["lines_of"]

TURN = re.compile(r"\[([^\]:]{1,40}):\]\s*")
"""Speaker marks in the dialogues of Claire: `[speaker001:] hello`."""
BATCH = 100


def lines_of(folder: Path, *, phones: bool) -> Iterator[pd.DataFrame]:
    """Yield batches of utterances, in the order of files and documents.

    :param folder: folder of parquet files with the columns of the dataset.
    :param phones: also return phones, for languages with a phone set.
    """
    import pyarrow.parquet as pq

    for path in sorted(folder.glob("*.parquet")):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=BATCH, columns=["text", "language", "source", "id"]):
                rows = [row for document in batch.to_pylist() for row in _utterances(document)]
                if rows:
                    table = pd.DataFrame(rows)
                    yield table.assign(phones=_phones(table)) if phones else table


def _utterances(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    source = f"{document['language']}/{document['source']}/{document['id']}"
    for line in document["text"].splitlines():
        turn = TURN.match(line.strip())
        text = line.strip()[turn.end() :] if turn else line.strip()
        if text:
            yield {
                "text": text,
                "speaker": turn[1] if turn else None,
                "source": source,
                "language": document["language"],
            }


def _phones(table: pd.DataFrame) -> pd.Series:
    found = pd.Series(pd.NA, index=table.index, dtype="string")
    for language, own in table.groupby("language"):
        if language not in ("en", "fr"):
            continue
        words = {place: tokenize(text) for place, text in own["text"].items()}
        known, _ = pronounce({word for each in words.values() for word in each}, str(language))
        for place, each in words.items():
            if each and all(word in known for word in each):
                found.loc[place] = f" {WORD_BOUNDARY} ".join(known[word] for word in each)
    return found
