"""Surprisal of words: tokens aggregated to words, corrected for spaces that belong to the next word's token."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from babyslm.models.text.causal import CausalModel
from babyslm.models.text.words import WORD_GOES_ON, WORD_STARTS
from babyslm.scoring.causal import Tokens
from babyslm.stimuli.stimulus import Stimulus
from babyslm.verify.learners.text import ModelRefusedError

__all__ = ["COLUMNS", "WordSpan", "beginners", "word_spans", "word_surprisals"]

COLUMNS = ("name", "position", "word", "tokens", "surprisal", "token_surprisal")


@dataclass(frozen=True)
class WordSpan:
    """A word of a text, delimited by spaces.

    :param text: the word, punctuation included.
    :param tokens: indices of its tokens in the text's token sequence.
    """

    text: str
    tokens: NDArray[np.int64]


def word_spans(text: str, offsets: Sequence[tuple[int, int]]) -> list[WordSpan]:
    """Assign tokens to the words between spaces.

    A token belongs to the word that contains its last character or, if that character is a space, to the word after
    it. Spans may overlap and repeat: Lucie's noun after an elided article spans the apostrophe as well, and the bytes
    of one character share its span.

    :param text: the text.
    :param offsets: index of the first character of each token, and one past its last.

    >>> [(word.text, word.tokens.tolist()) for word in word_spans("L'homme dort", [(0, 1), (1, 2), (1, 7), (7, 12)])]
    [("L'homme", [0, 1, 2]), ('dort', [3])]
    """
    number = -1
    inside = False
    owner = []
    for letter in text:
        if letter.isspace():
            owner.append(number + 1)
            inside = False
        else:
            number += 0 if inside else 1
            owner.append(number)
            inside = True
    words = text.split()
    owners = np.array([min(owner[max(0, end - 1)], number) for _, end in offsets], dtype=np.int64)
    return [WordSpan(word, np.flatnonzero(owners == i)) for i, word in enumerate(words)]


def beginners(tokenizer: Any, vocabulary: int) -> NDArray[np.int64] | None:
    """Return the tokens that may follow a complete word: those that begin a word, and the end token.

    :param tokenizer: a transformers tokenizer.
    :param vocabulary: rows of the model's output.
    :returns: token ids; None for a tokenizer that does not mark the beginnings of words.
    """
    tokens = tokenizer.convert_ids_to_tokens(list(range(min(vocabulary, len(tokenizer)))))
    special = set(tokenizer.all_special_ids)
    if any(token.startswith(WORD_GOES_ON) and len(token) > len(WORD_GOES_ON) for token in tokens):
        chosen = [i for i, token in enumerate(tokens) if i not in special and not token.startswith(WORD_GOES_ON)]
    else:
        chosen = [i for i, token in enumerate(tokens) if i not in special and token.startswith(WORD_STARTS)]
    if not chosen:
        return None
    end = [] if tokenizer.eos_token_id is None else [tokenizer.eos_token_id]
    return np.unique(np.array(chosen + end, dtype=np.int64))


def word_surprisals(model: CausalModel, stimuli: Sequence[Stimulus]) -> pd.DataFrame:
    """Return the surprisal of every word, in nats.

    If tokens include the space before them, the tokens of a word w after a context c imply that a space follows c, but
    not that w ends. With B the tokens that begin a word and the end of the text,
    p(w | c) = product of p(tokens) * p(B | c w) / p(B | c) (Pimentel and Meister 2024; Oh and Schuler 2024). A first
    word without a space has no denominator. Without a begin token, the first word's surprisal is missing (NaN).

    :param model: a causal model with a fast tokenizer.
    :param stimuli: texts.
    :returns: one row per word: `name, position, word, tokens` (number), `surprisal` (corrected; equal to
        `token_surprisal` if the tokenizer does not mark spaces), `token_surprisal` (sum over its tokens).
    """
    encoder = model.encoder
    tokenizer = encoder.tokenizer
    if not tokenizer.is_fast:
        raise ModelRefusedError(encoder.source, "its tokenizer does not give the character offsets of tokens")
    texts = encoder.texts(stimuli)
    # The last token of a sequence is not run; one arbitrary extra token makes the end of the text a context as well.
    sequences = [Tokens(np.append(each.ids, each.ids[-1]), each.context) for each in encoder.encode(stimuli)]
    begin = beginners(tokenizer, encoder.vocabulary)
    subset = None if begin is None else torch.from_numpy(begin).to(model.device)
    scores = model.path.score(model.head, sequences, budget=model.budget, device=model.device, subset=subset)
    starts = set() if begin is None else set(begin.tolist())
    encoded = tokenizer(texts, add_special_tokens=False, return_offsets_mapping=True) if texts else {}
    rows = []
    for i, (stimulus, text) in enumerate(zip(stimuli, texts, strict=True)):
        ids, offsets = encoded["input_ids"][i], encoded["offset_mapping"][i]
        unknown = 0 if encoder.beginning is not None else 1  # the first token has no probability
        each = np.concatenate([np.full(unknown, np.nan), scores[i].log_probability])
        mass = None if scores[i].mass is None else np.concatenate([np.zeros(unknown), scores[i].mass])
        for position, word in enumerate(word_spans(text, offsets)):
            plain = -float(each[word.tokens].sum())
            corrected = plain
            if mass is not None and len(word.tokens):
                first, last = int(word.tokens[0]), int(word.tokens[-1])
                corrected -= float(mass[last + 1])
                if first > 0 or ids[first] in starts:
                    corrected += float(mass[first])
            rows.append((stimulus.name, position, word.text, len(word.tokens), corrected, plain))
    return pd.DataFrame(rows, columns=list(COLUMNS))
