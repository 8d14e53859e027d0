"""The phones of a language, and the way from spelling to phones.

Comes in: words or sentences, the phone set of `datasets/phones/`, optionally a pronouncing dictionary. Goes out:
strings of IPA phones separated by spaces.
"""

from typing import Any

from babyslm.moved import forward


def __getattr__(name: str) -> Any:
    return forward(__name__, "babyslm.stimuli.phones.pronunciation", name)
