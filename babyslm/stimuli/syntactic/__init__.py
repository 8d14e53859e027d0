"""Syntactic test: minimal pairs of sentences from templates.

Input: `datasets/templates/LANG.yaml` and a lexicon. Output: rows of the official syntactic tables, in blocks that
cross their fillers such that word n-grams shorter than the dependency are at chance.
"""

from typing import Any

from babyslm.moved import forward


def __getattr__(name: str) -> Any:
    return forward(__name__, "babyslm.stimuli.syntactic.build", name)
