"""A preparation in batches: what a batch makes is kept until the corpus is written, so that a stopped run resumes."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from babyslm.corpora.accounting import Account
from babyslm.corpora.corpus import CARD_NAME, COLUMNS, CorpusCard, StoredCorpus, as_table
from babyslm.corpora.recorded.recordings import CLIPS
from babyslm.corpora.stream import stream_corpus
from babyslm.files import WriteError, atomic_file, sha256_text, write_json
from babyslm.progress import track
from babyslm.verify.documents import read_json
from babyslm.verify.errors import BabySLMError

__all__ = ["WORK", "Batch", "write_batches"]

FORM = 1
"""Form of the stored batches."""
WORK = ".batches"
"""Where the batches of a preparation lie until the corpus is written, in its folder."""


@dataclass(frozen=True)
class Batch:
    """A part of a source that is prepared by itself.

    :param identity: everything that decides what is made of it: settings, checksums of its files.
    :param make: makes its utterances, and reports to an account; where that is failing it may return no rows.
    """

    identity: str
    make: Callable[[Account], pd.DataFrame]


def write_batches(
    batches: Sequence[Batch],
    out: Path,
    account: Account,
    *,
    what: str,
    check: Callable[[], None],
    card: Callable[[], Mapping[str, object]],
    columns: Mapping[str, str] = COLUMNS,
) -> StoredCorpus:
    """Make all batches, and write their utterances as one corpus with its card and account.

    Memory holds one batch at a time. A batch that an earlier, stopped run has made is not made again.

    :param batches: in the order of the corpus.
    :param out: the corpus folder; nobody else writes it.
    :param account: of what was read before; learns of all batches.
    :param what: in front of the progress bar.
    :param check: refuses what was made, such as an empty choice, once all is made.
    :param card: the parameters of `stream_corpus` that tell of the corpus.
    :param columns: columns of the table and their types.
    """
    with _working(out) as folder:
        keys = [
            sha256_text(f"{FORM} {version('babyslm')}\n{list(columns)}\n{batch.identity}")[:32] for batch in batches
        ]
        for batch, key in track(list(zip(batches, keys, strict=True)), what):
            account.add(_made(batch, folder / key, account, columns))
        account.verify()
        check()
        told: CorpusCard = stream_corpus(
            (pd.read_parquet(folder / f"{key}.parquet") for key in keys),
            out,
            columns=columns,
            account=account,
            **card(),  # type: ignore[arg-type]
        )
    return StoredCorpus(out, told)


@contextmanager
def _working(out: Path) -> Iterator[Path]:
    """Yield the working folder; it stays where a run is stopped or the disk is full, and goes otherwise."""
    folder = out / WORK
    try:
        yield folder
    except WriteError:
        raise
    except BabySLMError:
        shutil.rmtree(folder, ignore_errors=True)
        if not (out / CARD_NAME).exists():
            shutil.rmtree(out / CLIPS, ignore_errors=True)
        with suppress(OSError):
            out.rmdir()  # only if empty
        raise
    shutil.rmtree(folder, ignore_errors=True)


def _made(batch: Batch, place: Path, whole: Account, columns: Mapping[str, str]) -> Account:
    """Return the account of a batch, which is made if it is not there."""
    stored = place.with_suffix(".json")
    if stored.is_file():
        return Account.from_json(read_json(stored), whole.leniency)
    part = Account(whole.leniency, failing=whole.failing)
    rows = batch.make(part)
    if not part.failing:
        with atomic_file(place.with_suffix(".parquet")) as temporary:
            as_table(rows, columns).to_parquet(temporary, index=False)
        write_json(stored, part.to_json())  # last: it says that the table is whole
    return part
