"""A subset such as a child could meet: texts for children first, then dialogue, then what is near to a child's words.

Within a kind, the order is drawn from the seed and the document's own id, so that it depends on nothing else. Each
language gets half of the budget; its last document is cut to fit.
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
"""Characters of a text by which its words are judged."""

Place = tuple[int, int]
"""Kind, and a number drawn for the document: the lower, the earlier it is taken."""


@cache
def _words(language: str) -> frozenset[str]:
    try:
        return frozenset(str(word).lower() for word in load_lexicon(language=language).entries["word"])
    except BabySLMError:
        return frozenset()


def known_share(text: str, language: str) -> float:
    """Return the share of running words that are in the shipped child lexicon; 0 for a language that has none.

    :param text: the first 2,000 characters are looked at.
    :param language: two-letter code.
    """
    words = tokenize(text[:SAMPLE])
    known = _words(language)
    return sum(word in known or word.split("'")[-1] in known for word in words) / len(words) if words else 0.0


def place_of(document: Document, mixture: ChildMixture, seed: int) -> Place | None:
    """Return where a document stands in the order of taking, or None if it is not for a child.

    :param document: of any source.
    :param mixture: settings.
    :param seed: decides the order within a kind.
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
    """A document's place and size.

    :param place: see `place_of`.
    :param words: its words.
    """

    place: Place
    words: int


@dataclass(frozen=True)
class Cut:
    """Where the taking of a language ends.

    :param last: place of the last document.
    :param words: words that are taken of it.
    :param taken: words taken in all.
    """

    last: Place
    words: int
    taken: int


def choose(documents: Iterable[tuple[str, Ranked]], mixture: ChildMixture) -> dict[str, Cut]:
    """Find where the taking of each language ends.

    Where one language has less than half of the budget, the other is cut to the same: parity goes before the budget.
    Only as many documents are held as fill the budget.

    :param documents: language, and place and size of each document.
    :param mixture: budget and languages.
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
    """The first documents of a language, no more than fill a budget."""

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
        """Drop what lies behind the budget."""
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
    """Lets through what was chosen.

    :param mixture: settings.
    :param cuts: where each language ends.
    :param seed: as for `place_of`.
    """

    type = "mix"
    name = "child-plausible subset"

    def __init__(self, mixture: ChildMixture, cuts: Mapping[str, Cut], seed: int) -> None:
        super().__init__()
        self.mixture, self.cuts, self.seed = mixture, dict(cuts), seed

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
        """Yield the chosen documents; the last of a language is cut to what fits."""
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
    """Return the beginning of a text up to so many words, its line breaks kept."""
    ends = [found.end() for found in re.finditer(r"\S+", text)]
    return text if words >= len(ends) else text[: ends[words - 1]] if words else ""


def ranked(document: Document, mixture: ChildMixture, seed: int) -> tuple[str, Ranked] | None:
    """Return language, place and size of a document, or None if it is not for a child."""
    place: Any = place_of(document, mixture, seed)
    return None if place is None else (language_of(document), Ranked(place, len(document.text.split())))
