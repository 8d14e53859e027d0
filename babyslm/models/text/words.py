"""Which word a token belongs to."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["WORD_GOES_ON", "WORD_STARTS", "marked_words", "word_numbers"]

WORD_STARTS = ("▁", "Ġ", " ")
"""What tokenizers write where a word begins after a space."""
WORD_GOES_ON = "##"
"""What word pieces write where a word goes on."""


def word_numbers(tokenizer: Any, texts: Sequence[str], pieces: Sequence[Sequence[int]]) -> list[NDArray[np.int64]]:
    """Give the words of texts numbers, as the tokenizer cuts them before it looks for pieces; punctuation is a word.

    A tokenizer that does not cut before (Lucie's) or does not say where is read by its marks of spaces.

    :param tokenizer: a tokenizer of transformers.
    :param texts: the texts.
    :param pieces: their tokens, without special ones.
    :returns: for each text the number of the word of each token.
    """
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None or backend.pre_tokenizer is None:
        goes_on = any(token.startswith(WORD_GOES_ON) for token in tokenizer.get_vocab())
        return [marked_words(tokenizer.convert_ids_to_tokens(list(ids)), goes_on=goes_on) for ids in pieces]
    encodings = backend.encode_batch(list(texts), add_special_tokens=False)
    return [np.array(encoding.word_ids, dtype=np.int64) for encoding in encodings]


def marked_words(tokens: Sequence[str], *, goes_on: bool) -> NDArray[np.int64]:
    """Give words numbers by the marks in tokens.

    :param tokens: the tokens of one text.
    :param goes_on: whether marks stand where a word goes on (word pieces), and not where it begins.

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
