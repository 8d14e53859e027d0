"""The syntactic test: minimal pairs of sentences from templates.

Comes in: `datasets/templates/LANG.yaml` and a lexicon. Goes out: rows of the official syntactic tables, in blocks
that cross their fillers so that word n-grams below the dependency are at chance.
"""

from typing import Any

from babyslm.moved import forward


def __getattr__(name: str) -> Any:
    return forward(__name__, "babyslm.stimuli.syntactic.build", name)
