"""Conversion of stimuli into token ids: tokenizer, written form, begin and end tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from babyslm.models.text.lucie import guard_tokenizer
from babyslm.models.text.options import TextOptions
from babyslm.scoring.causal import Tokens
from babyslm.stimuli.stimulus import WORD_BOUNDARY, Stimulus
from babyslm.verify.learners.text import ModelRefusedError, NoInputError, NothingToScoreError, TooLongError

__all__ = ["TextEncoder", "load_tokenizer", "written"]

MARKS = ".!?…"
NO_LIMIT = 10**6
"""Larger limits mean no limit: tokenizers without one state 10^30."""


def load_tokenizer(source: str, *, revision: str | None = None, trust_remote_code: bool = False) -> Any:
    """Load a tokenizer with the exact pipeline of its tokenizer.json.

    Version 5 of transformers rebuilds the pipeline of some classes from their names and then segments differently from
    training without a warning; `PreTrainedTokenizerFast` uses the file as it is in every version.

    :param source: a folder or a hub name.
    :param revision: branch, tag or commit on the hub.
    :param trust_remote_code: run tokenizer code that comes with the model; default no.
    """
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    where = {} if Path(source).is_dir() else {"revision": revision}
    if _has_pipeline(source, revision):
        tokenizer = PreTrainedTokenizerFast.from_pretrained(source, **where)
    else:
        tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=trust_remote_code, **where)
    guard_tokenizer(tokenizer, source)
    return tokenizer


def _has_pipeline(source: str, revision: str | None) -> bool:
    if Path(source).is_dir():
        return (Path(source) / "tokenizer.json").is_file()
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    try:
        hf_hub_download(source, "tokenizer.json", revision=revision)
    except EntryNotFoundError:
        return False
    return True


def written(stimulus: Stimulus, options: TextOptions) -> str | None:
    """Return the text that a learner reads for a stimulus, or None if the stimulus lacks that form.

    >>> written(Stimulus("s", phones=("ð", "ə", "|", "k", "æ", "t")), TextOptions(input="phonemic", word_separator=""))
    'ð ə k æ t'
    """
    if options.input == "phonemic":
        if not stimulus.phones:
            return None
        symbols = (options.word_separator if phone == WORD_BOUNDARY else phone for phone in stimulus.phones)
        text = options.phone_separator.join(symbol for symbol in symbols if symbol)
    else:
        if not stimulus.text:
            return None
        text = stimulus.text
    match options.capitalisation:
        case "lower":
            text = text.lower()
        case "first":
            text = text[:1].upper() + text[1:]
    match options.punctuation:
        case "add" if not text.endswith(tuple(MARKS)):
            text += "."
        case "strip":
            text = text.rstrip(MARKS + " ")
    match options.leading_space:
        case "always":
            text = " " + text.lstrip(" ")
        case "never":
            text = text.lstrip(" ")
    return text


@dataclass(frozen=True)
class TextEncoder:
    """Conversion of stimuli into token sequences with explicit options.

    :param tokenizer: a transformers tokenizer.
    :param options: the options.
    :param limit: maximum number of tokens of the model, special tokens included; None if there is no limit.
    :param vocabulary: rows of the model's embedding.
    :param source: the model's name, for messages.
    """

    tokenizer: Any
    options: TextOptions
    limit: int | None
    vocabulary: int
    source: str

    @cached_property
    def beginning(self) -> int | None:
        """The begin token, or None."""
        tokenizer = self.tokenizer
        own = tokenizer.bos_token_id
        if own is None:
            own = tokenizer.cls_token_id if tokenizer.cls_token_id is not None else tokenizer.eos_token_id
        match self.options.bos:
            case "never":
                return None
            case "always":
                if own is None:
                    raise ModelRefusedError(self.source, "bos=always, but its tokenizer has no such token")
                return int(own)
        adds = tokenizer("a")["input_ids"]
        bare = tokenizer("a", add_special_tokens=False)["input_ids"]
        if len(adds) > len(bare) and adds[0] in (tokenizer.bos_token_id, tokenizer.cls_token_id):
            return int(adds[0])
        separator = tokenizer.bos_token_id is not None and tokenizer.bos_token_id == tokenizer.eos_token_id
        return int(tokenizer.bos_token_id) if separator else None

    @cached_property
    def end(self) -> int | None:
        """The end token that is scored after the text, or None."""
        if not self.options.eos:
            return None
        if self.tokenizer.eos_token_id is None:
            raise ModelRefusedError(self.source, "eos=true, but its tokenizer has no such token")
        return int(self.tokenizer.eos_token_id)

    def record(self) -> dict[str, Any]:
        """Return the options and their resolved values, for a result's settings."""
        names = {
            "bos_token": None if self.beginning is None else self.tokenizer.convert_ids_to_tokens(self.beginning),
            "eos_token": None if self.end is None else self.tokenizer.convert_ids_to_tokens(self.end),
        }
        return self.options.record() | names

    def texts(self, stimuli: Sequence[Stimulus]) -> list[str]:
        """Return the text of each stimulus.

        :raises NoInputError: naming the stimuli that lack the form the learner reads.
        """
        texts = [written(stimulus, self.options) for stimulus in stimuli]
        lacking = [stimulus.name for stimulus, text in zip(stimuli, texts, strict=True) if text is None]
        if lacking:
            raise NoInputError(self.options.input, lacking)
        return [text for text in texts if text is not None]

    def pieces(self, stimuli: Sequence[Stimulus]) -> list[list[int]]:
        """Return the tokens of each stimulus, without special tokens.

        :raises NoInputError, ModelRefusedError: if a form is missing, or if a token is outside the model's vocabulary.
        """
        texts = self.texts(stimuli)
        distinct = sorted(set(texts))
        encoded = self.tokenizer(distinct, add_special_tokens=False)["input_ids"] if distinct else []
        largest = max((max(ids, default=0) for ids in encoded), default=0)
        if largest >= self.vocabulary:
            reason = f"its tokenizer gives token {largest}, its embedding has {self.vocabulary} rows"
            raise ModelRefusedError(self.source, reason)
        known = dict(zip(distinct, encoded, strict=True))
        return [known[text] for text in texts]

    def encode(self, stimuli: Sequence[Stimulus]) -> list[Tokens]:
        """Return the token sequence of each stimulus for a causal model.

        :raises NoInputError, TooLongError, NothingToScoreError: naming the stimuli.
        """
        ids = self.pieces(stimuli)
        first = [] if self.beginning is None else [self.beginning]
        last = [] if self.end is None else [self.end]
        sequences = [Tokens(np.array(first + own + last, dtype=np.int64), 1) for own in ids]
        self.verify([len(sequence.ids) for sequence in sequences], stimuli, least=2)
        return sequences

    def verify(self, lengths: Sequence[int], stimuli: Sequence[Stimulus], *, least: int) -> None:
        """Reject stimuli that are longer than the context or contain nothing to score.

        :param lengths: tokens of each stimulus, special tokens included.
        :param least: the shortest length with a scored token.
        """
        if self.limit is not None and max(lengths, default=0) > self.limit:
            names = [s.name for s, length in zip(stimuli, lengths, strict=True) if length > self.limit]
            raise TooLongError(names, max(lengths), self.limit)
        if min(lengths, default=least) < least:
            raise NothingToScoreError([s.name for s, length in zip(stimuli, lengths, strict=True) if length < least])
