"""Assignment of tokens to words."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["WORD_GOES_ON", "WORD_STARTS", "marked_words", "word_numbers"]

WORD_STARTS = ("▁", "Ġ", " ")
"""Marks that tokenizers write at the beginning of a word after a space."""
WORD_GOES_ON = "##"
"""Mark of a word piece that continues a word."""


def word_numbers(tokenizer: Any, texts: Sequence[str], pieces: Sequence[Sequence[int]]) -> list[NDArray[np.int64]]:
    """Return a word number for each token, with words as the pre-tokenisation splits them; punctuation is a word.

    For a tokenizer without pre-tokenisation (Lucie's), or one that does not report it, marks of spaces are used.

    :param tokenizer: a transformers tokenizer.
    :param texts: the texts.
    :param pieces: their tokens, without special tokens.
    :returns: for each text the word number of each token.
    """
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None or backend.pre_tokenizer is None:
        goes_on = any(token.startswith(WORD_GOES_ON) for token in tokenizer.get_vocab())
        return [marked_words(tokenizer.convert_ids_to_tokens(list(ids)), goes_on=goes_on) for ids in pieces]
    encodings = backend.encode_batch(list(texts), add_special_tokens=False)
    return [np.array(encoding.word_ids, dtype=np.int64) for encoding in encodings]


def marked_words(tokens: Sequence[str], *, goes_on: bool) -> NDArray[np.int64]:
    """Return word numbers of tokens by the marks in them.

    :param tokens: the tokens of one text.
    :param goes_on: whether marks are at continuations of a word (word pieces) rather than at beginnings.

    >>> marked_words(["play", "##ing", "chess"], goes_on=True).tolist()
    [1, 1, 2]
    >>> marked_words(["▁play", "ing", "▁chess"], goes_on=False).tolist()
    [1, 1, 2]
    """
    if goes_on:
        begins = [not token.startswith(WORD_GOES_ON) for token in tokens]
    else:
        begins = [token.startswith(WORD_STARTS) or i == 0 for i, token in enumerate(tokens)]
    return np.cumsum(begins, dtype=np.int64)
