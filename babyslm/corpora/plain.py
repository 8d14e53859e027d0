"""Preparation of plain text, one utterance per line."""

from pathlib import Path

import pandas as pd

from babyslm.corpora.corpus import Corpus, save_corpus
from babyslm.corpora.parts import Parts, write_parts
from babyslm.corpora.tiers import phones_of
from babyslm.files import sha256_file, sha256_text
from babyslm.verify.corpora.tables import EmptyCorpusError, TranscriptLineError
from babyslm.verify.documents import NoSuchFileError

__all__ = ["prepare_text"]

LICENCE = "as stated by the source"


def prepare_text(
    source: Path, out: Path, *, language: str = "en", licence: str = LICENCE, parts: Parts | None = None
) -> Corpus:
    """Prepare a text file or a folder of text files, one utterance per line; empty lines are skipped.

    :param source: a file, or a folder of `.txt` files.
    :param out: corpus folder to write.
    :param language: language of the phones; default en.
    :param licence: licence for the card.
    :param parts: splits (by file) and budgets; default none.
    """
    paths = sorted(source.rglob("*.txt")) if source.is_dir() else [source]
    if not paths or not all(path.is_file() for path in paths):
        raise NoSuchFileError(source, "give a text file or a folder of .txt files")
    root = source if source.is_dir() else source.parent
    rows = [
        {"text": line, "source": path.relative_to(root).with_suffix("").as_posix()}
        for path in paths
        for line in _lines(path)
    ]
    if not rows:
        raise EmptyCorpusError(source)
    table = phones_of(pd.DataFrame(rows), language, tier=None, source=source)
    sums = "".join(f"{sha256_file(path)}  {path.relative_to(root).as_posix()}\n" for path in paths)
    corpus = save_corpus(
        table,
        out,
        name=source.stem,
        language=language,
        licence=licence,
        sources=[f"{source.name}: {len(paths)} file(s) (sha256 of their checksums {sha256_text(sums)})"],
        settings={"without_phones": int(table["phones"].isna().sum())} | ({"parts": parts.record()} if parts else {}),
    )
    if parts is not None:
        write_parts(corpus, parts)
    return corpus


def _lines(path: Path) -> list[str]:
    found = path.read_bytes()
    try:
        text = found.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TranscriptLineError(path, found[: error.start].count(b"\n") + 1, "is not UTF-8 text") from error
    return [line.strip() for line in text.splitlines() if line.strip()]
