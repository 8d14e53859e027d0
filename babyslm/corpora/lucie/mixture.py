"""Number of epochs per part of the dataset, and the resulting shares.

Share of a cell = words (or tokens) x epochs / sum over all cells, where a cell is a language and a category. The
parity of French and English results from the epochs, which were set by hand for each category.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd
from datatrove.data import Document, DocumentsPipeline
from datatrove.pipeline.base import PipelineStep

from babyslm.corpora.lucie.documents import language_of, source_of
from babyslm.corpora.lucie.recipe import EpochMixture
from babyslm.resources import resource
from babyslm.verify.corpora.lucie import EmptyMixtureError, UnknownLucieSourceError

__all__ = ["Cell", "Draw", "Plan", "category_of", "composition", "epochs_of", "plan_mixture", "shares"]

Cell = tuple[str, str]
"""Language and category."""


def composition() -> pd.DataFrame:
    """Return the composition of the released dataset: `source, language, category, tokens_billion` (v1.1, rounded)."""
    return pd.read_csv(resource("datasets", "corpora/lucie-sources.tsv"), sep="\t")


@cache
def _known() -> dict[str, str]:
    table = composition()
    return {
        str(source).lower(): str(category) for source, category in zip(table["source"], table["category"], strict=True)
    }


def category_of(document: Document, extra: Mapping[str, str]) -> str | None:
    """Return the category of a document by its source; None if the source is unknown.

    :param document: with `source` in its metadata.
    :param extra: source -> category beyond the shipped table.
    """
    source = source_of(document)
    return extra.get(source) or _known().get(source.lower())


def epochs_of(cell: Cell, epochs: Mapping[str, float]) -> float:
    """Return the epochs of a cell: those of `language-category`, else those of `category`, else 1."""
    language, category = cell
    return epochs.get(f"{language}-{category}", epochs.get(category, 1.0))


def shares(amounts: Mapping[Cell, float]) -> dict[str, float]:
    """Return the share of each language."""
    total = sum(amounts.values())
    languages = sorted({language for language, _ in amounts})
    return {name: sum(amount for (own, _), amount in amounts.items() if own == name) / total for name in languages}


@dataclass(frozen=True)
class Plan:
    """Sampling rates of the cells.

    :param there: available words of each cell.
    :param rates: number of repetitions of each word of a cell; may be a fraction.
    """

    there: dict[Cell, int]
    rates: dict[Cell, float]

    @property
    def words(self) -> dict[Cell, float]:
        """Planned number of words of each cell."""
        return {cell: self.there[cell] * rate for cell, rate in self.rates.items()}

    def table(self, obtained: Mapping[Cell, int]) -> list[dict[str, object]]:
        """Return one row per language: planned words and share, obtained words and share, difference in points.

        :param obtained: words of each cell that were written.
        """
        planned, got = shares(self.words), shares({cell: float(obtained.get(cell, 0)) for cell in self.rates})
        return [
            {
                "language": name,
                "planned_words": round(sum(n for (own, _), n in self.words.items() if own == name)),
                "planned_share": round(planned[name], 4),
                "obtained_words": sum(n for (own, _), n in obtained.items() if own == name),
                "obtained_share": round(got[name], 4),
                "points_apart": round(100 * (got[name] - planned[name]), 2),
            }
            for name in planned
        ]


def plan_mixture(there: Mapping[Cell, int], mixture: EpochMixture) -> Plan:
    """Plan a mixture by epochs, scaled to the budget if there is one.

    :param there: available words of each cell.
    :param mixture: epochs and budget.
    :raises EmptyMixtureError: if there are no words.
    """
    wanted = {cell: epochs_of(cell, mixture.epochs) for cell, words in sorted(there.items()) if words}
    if not wanted:
        raise EmptyMixtureError("mixture")
    total = sum(there[cell] * epochs for cell, epochs in wanted.items())
    scale = 1.0 if mixture.words is None else min(1.0, mixture.words / total)
    return Plan({cell: there[cell] for cell in wanted}, {cell: epochs * scale for cell, epochs in wanted.items()})


class Draw(PipelineStep):  # type: ignore[misc]
    """Pipeline step that repeats, keeps or drops documents to match the rate of each cell.

    In every task, the number of words passed follows the number of words due as closely as whole documents allow. The
    step is deterministic and works on streams of any length.

    :param rates: see `Plan`.
    :param categories: source -> category, in addition to the shipped table.
    """

    type = "mix"
    name = "epochs by category"

    def __init__(self, rates: Mapping[Cell, float], categories: Mapping[str, str]) -> None:
        super().__init__()
        self.rates, self.categories = (
            list(rates.items()),
            dict(categories),
        )  # datatrove writes JSON, whose keys cannot be pairs

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
        """Yield each document as often as due; copies after the first have the suffix `#2` and so on in their id."""
        del rank, world_size
        due: dict[Cell, float] = {}
        rates = dict(self.rates)
        for document in data:
            cell = cell_of(document, self.categories)
            words = len(document.text.split())
            due[cell] = due.get(cell, 0.0) + words * rates.get(cell, 0.0)
            copies = 0
            while words and due[cell] >= words / 2:
                copies += 1
                if copies == 1:
                    self.stat_update("drawn")
                due[cell] -= words
                yield _copy(document, copies)


def _copy(document: Document, number: int) -> Document:
    if number == 1:
        return document
    return Document(document.text, f"{document.id.split('#')[0]}#{number}", document.media, document.metadata)


def cell_of(document: Document, categories: Mapping[str, str]) -> Cell:
    """Return language and category of a document.

    :raises UnknownLucieSourceError: if no table contains its source.
    """
    category = category_of(document, categories)
    if category is None:
        raise UnknownLucieSourceError([str(document.metadata["source"])])
    return language_of(document), category


def as_text(rows: list[dict[str, Any]]) -> str:
    """Return a readable table of planned and obtained shares."""
    return str(pd.DataFrame(rows).to_string(index=False))
