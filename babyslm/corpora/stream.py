"""Batchwise writing of corpora larger than memory."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from babyslm.corpora.corpus import CARD_NAME, COLUMNS, TABLE_NAME, CorpusCard, as_table
from babyslm.files import atomic_file, sha256_file, write_text
from babyslm.verify.corpora.tables import EmptyCorpusError

__all__ = ["stream_corpus"]

GROUP_BYTES = 32_000_000
"""Bytes of text per row group. The writer keeps a record of each group until the file is closed."""


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
    """Write a text corpus batch by batch, and its card last.

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
    numbers = [column for column, kind in COLUMNS.items() if kind != "string"]
    utterances = words = held = 0
    group: list[pa.Table] = []
    with (
        atomic_file(path) as temporary,
        # Minimum and maximum text of a group would be whole documents, kept in memory and in the file footer.
        pq.ParquetWriter(temporary, schema, compression="zstd", write_statistics=numbers) as writer,
    ):
        for batch in batches:
            table = as_table(batch)
            utterances += len(table)
            words += int(table["text"].dropna().str.split().str.len().sum())
            group.append(pa.Table.from_pandas(table, schema=schema, preserve_index=False))
            held += group[-1].nbytes
            if held > GROUP_BYTES:
                writer.write_table(pa.concat_tables(group))
                group, held = [], 0
        if group:
            writer.write_table(pa.concat_tables(group))
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
