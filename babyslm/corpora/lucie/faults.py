"""Rows that make no document: they pass the reader as marked documents, and are counted and taken out behind it."""

from pathlib import Path
from typing import Any

from datatrove.data import DocumentsPipeline
from datatrove.pipeline.base import PipelineStep

from babyslm.corpora.accounting import Account, Leniency
from babyslm.files import write_json
from babyslm.verify.documents import read_json

__all__ = ["DOCUMENTS", "Counted", "marked", "read_accounts"]

DOCUMENTS = "documents"
MARK = "babyslm_fault"
"""Metadata of a document that is none: what is wrong with its row, or "" for a row without text."""


def marked(path: str, row: int | str, reason: str) -> dict[str, Any]:
    """Return what a reader makes of a row that is no document.

    :param path: the file or dataset.
    :param row: its number there.
    :param reason: what is wrong with it, or "" for a row without text.
    """
    return {"text": MARK, "id": f"{path}/{row}", "metadata": {MARK: reason, "path": path, "row": row}}


class Counted(PipelineStep):  # type: ignore[misc]
    """Counts all documents that a reader reads, and takes out what is none.

    :param folder: where the accounts go, a file a task.
    """

    type = "count"
    name = "documents read"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
        """Yield the documents."""
        del world_size
        account = Account()
        for document in data:
            account.read(DOCUMENTS)
            reason = document.metadata.get(MARK)
            if reason is None:
                yield document
            elif not reason:
                account.leave(DOCUMENTS, "empty")
            else:
                place, row = document.metadata["path"], document.metadata["row"]
                number = row + 1 if isinstance(row, int) else None
                account.fault(DOCUMENTS, "faulty row", Path(place), number, reason)
        self.folder.mkdir(parents=True, exist_ok=True)
        write_json(self.folder / f"{rank:05d}.json", account.to_json())


def read_accounts(folder: Path, leniency: Leniency) -> Account:
    """Return the account of all tasks."""
    account = Account(leniency)
    for path in sorted(folder.glob("*.json")):
        account.add(Account.from_json(read_json(path), leniency))
    return account
