"""The documented filters of each source, as steps of a datatrove pipeline.

| source | rule |
| --- | --- |
| all | the language is among the selected ones |
| RedPajama | the rules of web pages, and no URL of a domain that another source covers |
| Gallica | paragraphs by language score and perplexity 10 to 1000; dropped paragraphs are replaced by `[...]` |
| HAL, Eurovoc, AmericanStories, Theses | mean or median perplexity of the chunks within the cap |
| Eurovoc | `(cid:NN)`, an artefact of PDF conversion, is removed |
| Theses | at least 1,000 words and 10,000 characters |

Scores in the document (`quality_signals`) are preferred to computed ones. If neither exists, the rule does not apply
and the document is counted as unmeasured.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Protocol

from datatrove.data import Document
from datatrove.pipeline.filters.base_filter import BaseFilter

from babyslm.corpora.lucie.documents import CODE, language_of, source_of
from babyslm.corpora.lucie.recipe import Filters
from babyslm.corpora.lucie.web_pages import LEAST, MOST, Verdict

__all__ = ["Chunks", "LanguageChosen", "Perplexity", "SourceRules", "chunks_of"]

CID = re.compile(r"\(cid:\d+\)")
DROPPED = "[...]"
THESES = (1000, 10_000)
"""Smallest number of words and characters of a thesis after selection of its chunks."""


class Perplexity(Protocol):
    """A function that computes perplexity and can be pickled."""

    def __call__(self, texts: Sequence[str]) -> list[float]:
        """Return exp of the mean negative log-probability of each text's symbols."""


class LanguageChosen(BaseFilter):  # type: ignore[misc]
    """Keeps documents in the selected languages."""

    name = "language"

    def __init__(self, languages: Sequence[str]) -> None:
        super().__init__()
        self.languages = frozenset(languages)

    def filter(self, doc: Document) -> Verdict:
        """Return whether the document's own language is selected."""
        return language_of(doc) in self.languages or (False, "language")


class Chunks:
    """Scores of the chunks of a document, stored or computed.

    :param filters: settings.
    :param perplexity: language -> perplexity function.
    """

    def __init__(self, filters: Filters, perplexity: Mapping[str, Perplexity]) -> None:
        self.filters, self.models = filters, dict(perplexity)
        self.identifier: Any = None

    def perplexities(self, doc: Document, chunks: Sequence[str]) -> list[float] | None:
        """Return the perplexity of each chunk, or of the whole document if only that is known, or None."""
        carried = (doc.metadata.get("quality_signals") or {}).get("ccnet_perplexity")
        if carried is not None:
            values = carried if isinstance(carried, list) else [carried]
            return [float(value) for value in values]
        compute = self.models.get(language_of(doc))
        return compute(chunks) if compute is not None else None

    def languages(self, chunks: Sequence[str]) -> list[tuple[str, float]] | None:
        """Return language and score of each chunk from the fastText model, or None without a model."""
        if self.filters.language_model is None:
            return None
        if self.identifier is None:
            self.identifier = _identifier(self.filters.language_model)
        labels, scores = self.identifier.predict([" ".join(chunk.split()) for chunk in chunks])
        return [
            (str(label[0]).removeprefix("__label__"), float(score[0]))
            for label, score in zip(labels, scores, strict=True)
        ]

    def __getstate__(self) -> dict[str, Any]:
        """Drop the fastText model: each process loads its own copy."""
        return self.__dict__ | {"identifier": None}


def _identifier(path: Path) -> Any:
    from fasttext.FastText import _FastText  # type: ignore[import-untyped]

    return _FastText(str(path))


class SourceRules(BaseFilter):  # type: ignore[misc]
    """Rules for OCR and PDF texts, by source.

    :param filters: settings.
    :param perplexity: language -> perplexity function; default none.
    """

    name = "source rules"

    def __init__(self, filters: Filters, perplexity: Mapping[str, Perplexity] | None = None) -> None:
        super().__init__()
        self.filters = filters
        self.chunks = Chunks(filters, perplexity or {})
        self.rules: dict[str, Callable[[Document], Verdict]] = {
            "GallicaPress": self._gallica,
            "GallicaMonographies": self._gallica,
            "Theses": self._thesis,
        }

    def filter(self, doc: Document) -> Verdict:
        """Apply the rule of the document's source, if any."""
        source = source_of(doc)
        if source == "Eurovoc":
            doc.text = CID.sub("", doc.text)
        if not doc.text.strip():
            return False, "empty"
        if source in self.rules:
            return self.rules[source](doc)
        if source in self.filters.perplexity_caps:
            return self._capped(doc, self.filters.perplexity_caps[source])
        return self._spoken_language(doc)

    def _spoken_language(self, doc: Document) -> Verdict:
        """Check the language of documents without a language score, if a language model is given."""
        language = language_of(doc)
        carried = (doc.metadata.get("quality_signals") or {}).get("ccnet_language_score")
        if language == CODE or "," in language or carried is not None:
            return True
        found = self.chunks.languages([doc.text])
        if found is None:
            return True
        return (found[0] == (language, found[0][1]) and found[0][1] >= self.filters.language_score) or (
            False,
            "language_score",
        )

    def _capped(self, doc: Document, cap: float) -> Verdict:
        values = self.chunks.perplexities(doc, chunks_of(doc.text, self.filters.chunk_words))
        if values is None:
            self.stat_update("unmeasured")
            return True
        return min(sum(values) / len(values), median(values)) <= cap or (False, "perplexity")

    def _gallica(self, doc: Document) -> Verdict:
        parts = chunks_of(doc.text, self.filters.chunk_words)
        fits = self._fitting(doc, parts, "fr", LEAST, MOST)
        if not any(fits):
            return False, "perplexity"
        kept = [part if fit else DROPPED for part, fit in zip(parts, fits, strict=True)]
        doc.text = "\n\n".join(part for i, part in enumerate(kept) if part != DROPPED or kept[i - 1 : i] != [DROPPED])
        return True

    def _thesis(self, doc: Document) -> Verdict:
        parts = chunks_of(doc.text, self.filters.chunk_words)
        fits = self._fitting(doc, parts, None, 0.0, self.filters.perplexity_caps.get("Theses", float("inf")))
        doc.text = "\n\n".join(part for part, fit in zip(parts, fits, strict=True) if fit)
        words, characters = THESES
        return (len(doc.text.split()) >= words and len(doc.text) >= characters) or (False, "short")

    def _fitting(
        self, doc: Document, parts: Sequence[str], language: str | None, least: float, most: float
    ) -> list[bool]:
        """Return which chunks are in the language (any of the five if None), with a perplexity within bounds."""
        values = self.chunks.perplexities(doc, parts)
        found = self.chunks.languages(parts)
        if values is None and found is None:
            self.stat_update("unmeasured")
        if values is not None and len(values) != len(parts):
            values = [sum(values) / len(values)] * len(parts)
        known = {language} if language else {"fr", "en", "es", "de", "it"}
        tongue = [
            found is None or (name in known and score >= self.filters.language_score) for name, score in found or []
        ]
        tongue = tongue or [True] * len(parts)
        fluent = [least <= value <= most for value in values] if values is not None else [True] * len(parts)
        return [one and other for one, other in zip(tongue, fluent, strict=True)]


def chunks_of(text: str, words: int) -> list[str]:
    r"""Split a text at blank lines into chunks with at least the given number of words; the last may be shorter.

    >>> chunks_of("one two\n\nthree\n\nfour", 3)
    ['one two\n\nthree', 'four']
    """
    chunks: list[str] = []
    open_parts: list[str] = []
    count = 0
    for part in re.split(r"\n\s*\n", text.strip()):
        open_parts.append(part)
        count += len(part.split())
        if count >= words:
            chunks.append("\n\n".join(open_parts))
            open_parts, count = [], 0
    if open_parts:
        chunks.append("\n\n".join(open_parts))
    return chunks
