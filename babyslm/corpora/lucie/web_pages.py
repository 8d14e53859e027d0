"""Rules for web pages, as applied to RedPajama."""

from urllib.parse import urlparse

from datatrove.data import Document
from datatrove.pipeline.filters.base_filter import BaseFilter

from babyslm.corpora.lucie.documents import language_of, source_of
from babyslm.corpora.lucie.measures import duplicate_share, measure, top_share
from babyslm.corpora.lucie.recipe import Filters

__all__ = ["LEAST", "MOST", "Verdict", "WebPages", "WebRules"]

Verdict = bool | tuple[bool, str]
"""True if the document is kept, else the rule that drops it."""

LEAST, MOST = 10.0, 1000.0
"""Range of the perplexity of web pages and of Gallica's paragraphs."""
LIMITS: dict[str, tuple[float, float]] = {
    "sentences": (3, float("inf")),
    "words": (50, 100_000),
    "word_length": (3, 10),
    "curly": (0, 0),
    "lorem": (0, 0),
    "bad_words": (0, 0),
    "symbols": (0, 0.1),
    "bullets": (0, 0.9),
    "ellipses": (0, 0.3),
    "no_letters": (0, 0.3),
}
TOP = {2: 0.20, 3: 0.18, 4: 0.16}
DUPLICATE = {5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.10}


class WebRules:
    """Rules for web pages, based on text and quality signals.

    :param filters: settings.
    """

    def __init__(self, filters: Filters) -> None:
        self.filters = filters

    def __call__(self, doc: Document) -> Verdict:
        """Return whether a page is kept, or the rule that drops it."""
        fault = self._by_signals(doc) or self._by_text(doc)
        return (False, fault) if fault else True

    def _by_signals(self, doc: Document) -> str | None:
        signals = doc.metadata.get("quality_signals") or {}
        if self._covered(doc.metadata.get("url")):
            return "url"
        perplexity, score = signals.get("ccnet_perplexity"), signals.get("ccnet_language_score")
        if perplexity is not None and not LEAST <= float(perplexity) <= MOST:
            return "perplexity"
        if score is not None and float(score) < self.filters.language_score:
            return "language_score"
        return "is_duplicate" if signals.get("is_duplicate") else None

    @staticmethod
    def _by_text(doc: Document) -> str | None:
        if not doc.text.strip():
            return "empty"
        for name, value in measure(doc.text, language_of(doc)).items():
            least, most = LIMITS[name]
            if not least <= value <= most:
                return name
        words = doc.text.split()
        for n, most in TOP.items():
            if top_share(words, n) > most:
                return f"top_{n}_gram"
        for n, most in DUPLICATE.items():
            if duplicate_share(words, n) > most:
                return f"duplicate_{n}_gram"
        return None

    def _covered(self, url: str | None) -> bool:
        host = urlparse(url).hostname if url else None
        return host is not None and any(
            host == each or host.endswith(f".{each}") for each in self.filters.blocked_domains
        )


class WebPages(BaseFilter):  # type: ignore[misc]
    """Applies the rules for web pages to RedPajama."""

    name = "web pages"

    def __init__(self, filters: Filters) -> None:
        super().__init__()
        self.rules = WebRules(filters)

    def filter(self, doc: Document) -> Verdict:
        """Apply the rules to web pages, and keep documents of other sources."""
        return self.rules(doc) if source_of(doc) == "RedPajama" else True
