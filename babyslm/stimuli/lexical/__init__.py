"""The lexical test: words paired with balanced non-words.

Comes in: word forms with phones and frequencies, and how they sound. Goes out: rows of the official lexical tables
in which n-grams, neighbourhood, length and sound tell nothing about the answer.
"""

from typing import Any

from babyslm.moved import forward


def __getattr__(name: str) -> Any:
    return forward(__name__, "babyslm.stimuli.lexical.build", name)
