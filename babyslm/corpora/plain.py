"""Preparation of plain text, one utterance per line."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pandas as pd

from babyslm.corpora.accounting import STRICT, Account, Leniency
from babyslm.corpora.batches import Batch, write_batches
from babyslm.corpora.corpus import Corpus
from babyslm.corpora.parts import Parts, write_parts
from babyslm.corpora.text_lines import lines_of
from babyslm.corpora.tiers import phones_of
from babyslm.files import sha256_file, sha256_text
from babyslm.verify.corpora.tables import EmptyCorpusError
from babyslm.verify.documents import NoSuchFileError

__all__ = ["prepare_text"]

LICENCE = "as stated by the source"
LINES = "lines"


def prepare_text(
    source: Path,
    out: Path,
    *,
    language: str = "en",
    licence: str = LICENCE,
    parts: Parts | None = None,
    leniency: Leniency = STRICT,
) -> Corpus:
    """Prepare a text file or a folder of text files, one utterance per line; empty lines are skipped.

    :param source: a file, or a folder of `.txt` files.
    :param out: corpus folder to write.
    :param language: language of the phones; default en.
    :param licence: what the card says of the licence.
    :param parts: splits, by file, and budgets; default none.
    :param leniency: what is done with lines that are not UTF-8; default an error that lists them.
    """
    paths = sorted(path for path in source.rglob("*.txt") if path.is_file()) if source.is_dir() else [source]
    if not paths or not all(path.is_file() for path in paths):
        raise NoSuchFileError(source, "give a text file or a folder of .txt files")
    root = source if source.is_dir() else source.parent
    account = Account(leniency)
    sums = {path: sha256_file(path) for path in paths}
    batches = [
        Batch(
            f"{language} {path.relative_to(root).as_posix()} {sums[path]}",
            partial(_make, path, path.relative_to(root).with_suffix("").as_posix(), language),
        )
        for path in paths
    ]

    def check() -> None:
        if not account[LINES].kept:
            raise EmptyCorpusError(source)

    def card() -> Mapping[str, object]:
        told = "".join(f"{sums[path]}  {path.relative_to(root).as_posix()}\n" for path in paths)
        silent = account.noted("phones")["none"]
        return {
            "name": source.stem,
            "language": language,
            "licence": licence,
            "sources": [f"{source.name}: {len(paths)} file(s) (sha256 of their checksums {sha256_text(told)})"],
            "settings": {"without_phones": silent} | ({"parts": parts.record()} if parts else {}),
        }

    corpus = write_batches(batches, out, account, what="files", check=check, card=card)
    if parts is not None:
        write_parts(corpus, parts)
    return corpus


def _make(path: Path, name: str, language: str, account: Account) -> pd.DataFrame:
    """Return the utterances of a file."""
    lines, undecodable = lines_of(path)
    account.read(LINES, len(lines))
    for number, reason in undecodable.items():
        account.fault(LINES, "not UTF-8", path, number, reason)
    kept = [
        text
        for number, line in enumerate(lines, start=1)
        if number not in undecodable and (text := " ".join(line.split()))
    ]
    account.leave(LINES, "empty", len(lines) - len(undecodable) - len(kept))
    account.keep(LINES, len(kept))
    if account.failing or not kept:
        return pd.DataFrame()
    table = phones_of(pd.DataFrame({"text": kept, "source": name}), language)
    account.note("phones", "none", int(table["phones"].isna().sum()))
    return table
