"""N-gram language models over phones, words, characters or units: counts, smoothing, scores, perplexity.

Input: sequences of symbols. Output: log-probabilities in nats.
"""

from typing import Any

from babyslm.moved import forward


def __getattr__(name: str) -> Any:
    return forward(__name__, "babyslm.models.ngram.model", name)
