"""A corpus written batch by batch, so that its size does not matter."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from babyslm.corpora.corpus import CARD_NAME, COLUMNS, TABLE_NAME, CorpusCard, as_table
from babyslm.files import atomic_file, sha256_file, write_text
from babyslm.verify.corpora import EmptyCorpusError

__all__ = ["stream_corpus"]


def stream_corpus(
    batches: Iterable[pd.DataFrame],
    folder: Path,
    *,
    name: str,
    language: str,
    licence: str,
    sources: list[str],
    settings: dict[str, object],
) -> CorpusCard:
    """Write a corpus of text as its batches come, and last the card that vouches for it.

    :param batches: utterances; see `babyslm.corpora.corpus.COLUMNS`.
    :param folder: the corpus folder.
    :param name: name of the corpus; the other parameters as for `save_corpus`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq
    import yaml

    schema = pa.schema(
        [(column, pa.string() if kind == "string" else pa.float64()) for column, kind in COLUMNS.items()]
    )
    path = folder / TABLE_NAME
    utterances = words = 0
    with atomic_file(path) as temporary, pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
        for batch in batches:
            table = as_table(batch)
            utterances += len(table)
            words += int(table["text"].dropna().str.split().str.len().sum())
            writer.write_table(pa.Table.from_pandas(table, schema=schema, preserve_index=False))
    if not utterances:
        path.unlink()
        raise EmptyCorpusError(folder)
    card = CorpusCard(
        name=name,
        language=language,
        licence=licence,
        sources=sources,
        speech="none",
        settings=settings,
        utterances=utterances,
        words=words,
        hours=None,
        sha256=sha256_file(path),
    )
    text = yaml.safe_dump(card.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=119)
    write_text(folder / CARD_NAME, text)
    return card
