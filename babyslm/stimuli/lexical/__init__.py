"""Lexical test: words paired with balanced non-words.

Input: word forms with phones and frequencies, and optionally the sound of words. Output: rows of the official lexical
tables, in which n-gram probability, neighbourhood, length and sound do not predict which member is the word.
"""

from typing import Any

from babyslm.moved import forward


def __getattr__(name: str) -> Any:
    return forward(__name__, "babyslm.stimuli.lexical.build", name)
