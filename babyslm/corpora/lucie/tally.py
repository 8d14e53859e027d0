"""Counts between two stages: words by language and category, and ranks of child-plausible documents."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from datatrove.data import DocumentsPipeline
from datatrove.pipeline.base import PipelineStep

from babyslm.corpora.lucie.child import Ranked, ranked
from babyslm.corpora.lucie.mixture import Cell, cell_of
from babyslm.corpora.lucie.recipe import ChildMixture
from babyslm.files import write_json
from babyslm.verify.documents import read_json

__all__ = ["Tally", "read_cells", "read_ranked"]


class Tally(PipelineStep):  # type: ignore[misc]
    """Pipeline step that counts the words of each language and category, one file per task.

    :param folder: folder of the counts.
    :param categories: source -> category, in addition to the shipped table.
    :param child: settings and seed of a child-plausible subset, for which documents are ranked; None for no ranking.
    """

    type = "count"
    name = "words by language and category"

    def __init__(self, folder: Path, categories: Mapping[str, str], child: tuple[ChildMixture, int] | None) -> None:
        super().__init__()
        self.folder, self.categories, self.child = folder, dict(categories), child

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
        """Yield the documents unchanged."""
        del world_size
        words: dict[Cell, int] = {}
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / f"{rank:05d}.tsv").open("w", encoding="utf-8") as file:
            for document in data:
                cell = cell_of(document, self.categories)
                words[cell] = words.get(cell, 0) + len(document.text.split())
                found = ranked(document, *self.child) if self.child else None
                if found:
                    language, at = found
                    file.write(f"{language}\t{at.place[0]}\t{at.place[1]}\t{at.words}\n")
                yield document
        rows = [[language, category, count] for (language, category), count in sorted(words.items())]
        write_json(self.folder / f"{rank:05d}.json", rows)


def read_cells(folder: Path) -> dict[Cell, int]:
    """Return the words of each cell, summed over all tasks."""
    found: dict[Cell, int] = {}
    for path in sorted(folder.glob("*.json")):
        for language, category, words in read_json(path):
            found[language, category] = found.get((language, category), 0) + words
    return found


def read_ranked(folder: Path) -> Iterator[tuple[str, Ranked]]:
    """Yield language, and rank and size, of the ranked documents."""
    for path in sorted(folder.glob("*.tsv")):
        with path.open(encoding="utf-8") as file:
            for line in file:
                language, kind, number, words = line.split("\t")
                yield language, Ranked((int(kind), int(number)), int(words))
