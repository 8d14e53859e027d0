"""Batchwise writing of corpora larger than memory."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from babyslm.corpora.accounting import Account
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
    speech: str = "none",
    columns: Mapping[str, str] = COLUMNS,
    account: Account | None = None,
) -> CorpusCard:
    """Write a corpus as its batches come, and last the card that vouches for it.

    :param batches: utterances; see `babyslm.corpora.corpus.COLUMNS`.
    :param folder: the corpus folder.
    :param name: name of the corpus; the other parameters as for `save_corpus`.
    :param columns: columns of the table and their types.
    :param account: what became of each input item, for the card and the table of faulty items.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq
    import yaml

    schema = pa.schema(
        [(column, pa.string() if kind == "string" else pa.float64()) for column, kind in columns.items()]
    )
    path = folder / TABLE_NAME
    numbers = [column for column, kind in columns.items() if kind != "string"]
    utterances = words = held = heard = 0
    seconds = 0.0
    group: list[pa.Table] = []
    with (
        atomic_file(path) as temporary,
        # Minimum and maximum text of a group would be whole documents, kept in memory and in the file footer.
        pq.ParquetWriter(temporary, schema, compression="zstd", write_statistics=numbers) as writer,
    ):
        for batch in batches:
            table = as_table(batch, columns)
            if table.empty:
                continue
            utterances += len(table)
            spoken = table[table["audio"].notna()]
            heard += len(spoken)
            seconds += float((spoken["offset"] - spoken["onset"]).sum())
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
    if account is not None:
        account.write(folder)
    card = CorpusCard(
        name=name,
        language=language,
        licence=licence,
        sources=sources,
        speech=speech,
        settings=settings,
        utterances=utterances,
        words=words,
        hours=seconds / 3600 if heard else None,
        sha256=sha256_file(path),
        account=account.counts() if account else {},
    )
    text = yaml.safe_dump(card.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=119)
    write_text(folder / CARD_NAME, text)
    return card
