"""Phones of a language, and conversion from spelling to phones.

Input: words or sentences, the phone set of `datasets/phones/`, optionally a pronunciation dictionary. Output: strings
of IPA phones separated by spaces.
"""

from typing import Any

from babyslm.moved import forward


def __getattr__(name: str) -> Any:
    return forward(__name__, "babyslm.stimuli.phones.pronunciation", name)
