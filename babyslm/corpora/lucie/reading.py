"""Document sources: the dataset on the hub, streamed, or a folder of parquet files with its columns."""

from pathlib import Path
from typing import Any

from datatrove.pipeline.readers import HuggingFaceDatasetReader, ParquetReader
from datatrove.pipeline.writers import ParquetWriter

from babyslm.corpora.lucie.documents import REQUIRED, adapt, as_row, schema
from babyslm.files import sha256_file, sha256_text
from babyslm.verify.corpora.lucie import DatasetMissingError, LucieColumnsError
from babyslm.verify.corpora.tables import CorpusFormatError

__all__ = ["BATCH", "describe", "readers", "reread", "verify_source", "writer"]

BATCH = 100
"""Number of documents in memory at a time; a book has about a megabyte."""
SPLIT = "train"
"""The only split of the dataset."""


def readers(source: str, configurations: tuple[str, ...], revision: str) -> list[Any]:
    """Return the steps that read documents.

    :param source: name on the hub, or a folder.
    :param configurations: configurations of the dataset on the hub.
    :param revision: revision of the dataset on the hub.
    """
    if Path(source).is_dir():
        return [ParquetReader(source, adapter=adapt, batch_size=BATCH, glob_pattern="**/*.parquet")]
    return [hub_reader(source, name, revision) for name in configurations]


def hub_reader(source: str, configuration: str, revision: str | None) -> Any:
    """Return the step that streams one configuration: `datasets.load_dataset(source, configuration, split="train",
    streaming=True)`.

    :param source: name on the hub, or a folder with the layout of a dataset repository.
    :param configuration: configuration such as fr, en or Claire-fr.
    :param revision: branch or tag; None for the main branch.
    """  # noqa: D205 - the call is the name
    options = {"name": configuration, "split": SPLIT} | ({"revision": revision} if revision else {})
    return HuggingFaceDatasetReader(source, dataset_options=options, streaming=True, adapter=adapt, batch_size=BATCH)


def verify_source(source: str, configurations: tuple[str, ...], revision: str) -> None:
    """Check the source before any work starts.

    :raises LucieColumnsError: naming the parquet file that lacks columns.
    :raises DatasetMissingError: if the hub has no such dataset or configuration, or the folder no parquet file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not Path(source).is_dir():
        _verify_hub(source, configurations, revision)
        return
    paths = _files(source)
    if not paths:
        raise DatasetMissingError(source, "contains no parquet file")
    for path in paths:
        try:
            names = pq.read_schema(path).names
        except (OSError, pa.ArrowInvalid) as error:
            raise CorpusFormatError(path, str(error).splitlines()[0]) from error
        missing = [name for name in REQUIRED if name not in names]
        if missing:
            raise LucieColumnsError(path, missing, names)


def _verify_hub(source: str, configurations: tuple[str, ...], revision: str) -> None:
    from datasets import get_dataset_config_names

    try:
        known = get_dataset_config_names(source, revision=revision)
    except Exception as error:
        raise DatasetMissingError(source, " ".join(str(error).split())[:200] or type(error).__name__) from error
    unknown = [name for name in configurations if name not in known]
    if unknown:
        raise DatasetMissingError(source, f"has no configuration {', '.join(unknown)}")


def describe(source: str, configurations: tuple[str, ...], revision: str) -> str:
    """Return the description of the source for the card: name of the dataset, or checksum of the files."""
    if not Path(source).is_dir():
        return f"{source}@{revision}: {', '.join(configurations)}"
    paths = _files(source)
    lines = "".join(f"{sha256_file(path)}  {path.relative_to(source).as_posix()}\n" for path in paths)
    return f"{Path(source).name}: {len(paths)} file(s) (sha256 of their checksums {sha256_text(lines)})"


def _files(source: str) -> list[Path]:
    return sorted(Path(source).rglob("*.parquet"))


def reread(folder: Path) -> Any:
    """Return the step that reads the output of an earlier stage, one file per task."""
    return ParquetReader(str(folder), adapter=adapt, batch_size=BATCH)


def writer(folder: Path) -> Any:
    """Return the step that writes documents with the columns of the dataset, one file per task."""
    return ParquetWriter(
        str(folder), adapter=as_row, schema=schema(), batch_size=BATCH, max_file_size=-1, compression="zstd"
    )
