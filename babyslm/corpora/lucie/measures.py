"""Text measures used by the rules for web pages."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from babyslm.resources import resource, resource_names

__all__ = ["WebMeasures", "bad_words", "duplicate_share", "measure", "top_share"]

SENTENCE = re.compile(r"\b[^.!?…]+[.!?…]*")
BULLETS = ("•", "-", "‣", "▪", "*")
ELLIPSES = ("...", "…")

WebMeasures = dict[str, float]


def measure(text: str, language: str) -> WebMeasures:
    """Return the measures of a text; shares are between 0 and 1.

    Formulas: the quality rules of Gopher (Rae et al. 2021) and the signals of RedPajama v2. Words are separated by
    spaces.

    :param text: not blank.
    :param language: two-letter code, which selects the list of unwanted words.
    """
    words = text.split()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    symbols = text.count("#") + sum(text.count(mark) for mark in ELLIPSES)
    bare = {word.strip(".,;:!?\"'()[]«»").lower() for word in words}
    return {
        "sentences": len(SENTENCE.findall(text)),
        "words": len(words),
        "word_length": sum(map(len, words)) / len(words),
        "curly": (text.count("{") + text.count("}")) / len(text),
        "lorem": text.lower().count("lorem ipsum"),
        "bad_words": len(bare & bad_words(language)),
        "symbols": symbols / len(words),
        "bullets": sum(line.startswith(BULLETS) for line in lines) / len(lines),
        "ellipses": sum(line.endswith(ELLIPSES) for line in lines) / len(lines),
        "no_letters": sum(not any(sign.isalpha() for sign in word) for word in words) / len(words),
    }


@cache
def bad_words(language: str) -> frozenset[str]:
    """Return the shipped list of words unsuitable in texts for children; empty for languages without a list."""
    name = f"lexicons/taboo-{language}.txt"
    if name not in resource_names("datasets", name):
        return frozenset()
    lines = resource("datasets", name).read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip().lower() for line in lines if line.strip() and not line.startswith("#"))


def top_share(words: Sequence[str], n: int) -> float:
    """Return the share of characters covered by the most frequent word n-gram.

    >>> top_share("a b a b c c".split(), 2)
    0.6666666666666666
    """
    grams = Counter(zip(*(words[i:] for i in range(n)), strict=False))
    if not grams:
        return 0.0
    most = max(count for count in grams.values())
    if most < 2:
        return 0.0
    longest = max(sum(map(len, gram)) for gram, count in grams.items() if count == most)
    return longest * most / sum(map(len, words))


def duplicate_share(words: Sequence[str], n: int) -> float:
    """Return the share of characters in repeated word n-grams, each character counted once.

    >>> duplicate_share("a b c a b d".split(), 2)
    0.3333333333333333
    """
    seen: set[tuple[str, ...]] = set()
    repeated = [False] * len(words)
    for start in range(len(words) - n + 1):
        gram = tuple(words[start : start + n])
        if gram in seen:
            repeated[start : start + n] = [True] * n
        seen.add(gram)
    total = sum(map(len, words))
    return sum(len(word) for word, again in zip(words, repeated, strict=True) if again) / total if total else 0.0
