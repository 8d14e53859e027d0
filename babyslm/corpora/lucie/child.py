"""Child-plausible subset: children's texts first, then dialogue, then texts with a vocabulary close to a child's.

Within a kind, the order is random and depends only on the seed and the id of the document. Each language gets half of
the budget; its last document is truncated to fit.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from datatrove.data import Document, DocumentsPipeline
from datatrove.pipeline.base import PipelineStep

from babyslm.corpora.lucie.documents import language_of
from babyslm.corpora.lucie.mixture import category_of
from babyslm.corpora.lucie.recipe import ChildMixture
from babyslm.seeds import derive
from babyslm.stimuli.phones.pronunciation import tokenize
from babyslm.stimuli.words.lexicon import load_lexicon
from babyslm.verify.corpora.lucie import EmptyMixtureError
from babyslm.verify.errors import BabySLMError

__all__ = ["ChildSubset", "Cut", "Ranked", "choose", "known_share", "place_of"]

CHILDREN, DIALOGUE, PLAUSIBLE = 0, 1, 2
SAMPLE = 2000
"""Number of characters from which the vocabulary of a text is judged."""

Place = tuple[int, int]
"""Kind, and a random number of the document; documents with lower values are selected first."""


@cache
def _words(language: str) -> frozenset[str]:
    try:
        return frozenset(str(word).lower() for word in load_lexicon(language=language).entries["word"])
    except BabySLMError:
        return frozenset()


def known_share(text: str, language: str) -> float:
    """Return the share of tokens that are in the shipped child lexicon; 0 for languages without a lexicon.

    :param text: the text, of which the first 2,000 characters are used.
    :param language: two-letter code.
    """
    words = tokenize(text[:SAMPLE])
    known = _words(language)
    return sum(word in known or word.split("'")[-1] in known for word in words) / len(words) if words else 0.0


def place_of(document: Document, mixture: ChildMixture, seed: int) -> Place | None:
    """Return the rank of a document in the selection, or None if it is not child-plausible.

    :param document: a document of any source.
    :param mixture: settings.
    :param seed: seed of the order within a kind.
    """
    language = language_of(document)
    if language not in mixture.languages:
        return None
    about = " ".join(str(document.metadata.get(name) or "") for name in ("title", "author", "extra", "source"))
    if any(re.search(pattern, about, re.IGNORECASE) for pattern in mixture.children):
        kind = CHILDREN
    elif category_of(document, mixture.categories) == "dialogue":
        kind = DIALOGUE
    elif known_share(document.text, language) >= mixture.plausible:
        kind = PLAUSIBLE
    else:
        return None
    return kind, derive(seed, "child", document.metadata["source"], document.id)


@dataclass(frozen=True)
class Ranked:
    """Rank and size of a document.

    :param place: see `place_of`.
    :param words: number of words.
    """

    place: Place
    words: int


@dataclass(frozen=True)
class Cut:
    """End of the selection in one language.

    :param last: rank of the last document.
    :param words: number of words taken from it.
    :param taken: total number of words taken.
    """

    last: Place
    words: int
    taken: int


def choose(documents: Iterable[tuple[str, Ranked]], mixture: ChildMixture) -> dict[str, Cut]:
    """Determine the end of the selection in each language.

    If one language has less than half of the budget, the other is limited to the same amount: parity has priority over
    the budget. Only as many documents are kept in memory as fill the budget.

    :param documents: language, and rank and size, of each document.
    :param mixture: budget and languages.
    :raises EmptyMixtureError: if a language has no document.
    """
    half = mixture.words // 2
    pools: dict[str, _Pool] = {language: _Pool(half) for language in mixture.languages}
    for language, ranked in documents:
        pools[language].add(ranked)
    least = min(half, *(pool.words for pool in pools.values()))
    if not least:
        empty = [language for language, pool in pools.items() if not pool.words]
        raise EmptyMixtureError(f"child subset in {', '.join(empty)}")
    return {language: pool.cut(least) for language, pool in pools.items()}


class _Pool:
    """The first documents of a language, limited to the budget."""

    def __init__(self, budget: int) -> None:
        self.budget, self.words = budget, 0
        self.kept: list[Ranked] = []
        self.loose = 0

    def add(self, ranked: Ranked) -> None:
        self.kept.append(ranked)
        self.loose += 1
        self.words += ranked.words
        if self.loose > 10_000 + len(self.kept) // 2:
            self.trim()

    def trim(self) -> None:
        """Drop the documents beyond the budget."""
        self.kept.sort(key=lambda each: each.place)
        total = 0
        for number, each in enumerate(self.kept):
            total += each.words
            if total >= self.budget:
                del self.kept[number + 1 :]
                break
        self.words, self.loose = total, 0

    def cut(self, words: int) -> Cut:
        self.trim()
        total = 0
        for each in self.kept:
            if total + each.words >= words:
                return Cut(each.place, words - total, words)
            total += each.words
        last = self.kept[-1]
        return Cut(last.place, last.words, total)


class ChildSubset(PipelineStep):  # type: ignore[misc]
    """Pipeline step that passes the selected documents.

    :param mixture: settings.
    :param cuts: end of the selection in each language.
    :param seed: see `place_of`.
    """

    type = "mix"
    name = "child-plausible subset"

    def __init__(self, mixture: ChildMixture, cuts: Mapping[str, Cut], seed: int) -> None:
        super().__init__()
        self.mixture, self.cuts, self.seed = mixture, dict(cuts), seed

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
        """Yield the selected documents; the last one of a language is truncated to fit."""
        del rank, world_size
        for document in data:
            place = place_of(document, self.mixture, self.seed)
            cut = self.cuts.get(language_of(document))
            if place is None or cut is None or place > cut.last:
                continue
            if place == cut.last:
                document.text = first_words(document.text, cut.words)
            self.stat_update("drawn")
            yield document


def first_words(text: str, words: int) -> str:
    """Return the first words of a text, with line breaks preserved."""
    ends = [found.end() for found in re.finditer(r"\S+", text)]
    return text if words >= len(ends) else text[: ends[words - 1]] if words else ""


def ranked(document: Document, mixture: ChildMixture, seed: int) -> tuple[str, Ranked] | None:
    """Return language, rank and size of a document, or None if it is not child-plausible."""
    place: Any = place_of(document, mixture, seed)
    return None if place is None else (language_of(document), Ranked(place, len(document.text.split())))
