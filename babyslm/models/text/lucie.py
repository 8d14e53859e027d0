"""Lucie-7B: check of its tokenizer, its published revisions, and the tokens seen by each."""

from collections.abc import Sequence
from typing import Any

from babyslm.verify.learners.text import LucieTokenizerError

__all__ = ["LUCIE", "REVISIONS", "guard_tokenizer", "tokens_seen"]

LUCIE = "OpenLLM-France/Lucie-7B"
VOCABULARY = 65024
ELISION = ("▁L", "'", "▁homme")
"""Segmentation of "L'homme" in training: the noun keeps its token after an elided article."""

RAMP = {5000: 5_700_059_136, 10000: 13_884_194_816, 15000: 26_008_354_816, 20000: 43_747_901_440}
"""Tokens seen by revisions during the growth of the batch, when they are not proportional to steps."""
TOKENS_A_STEP = 1024 * 4096
EXTENSION_START, TOKENS_AN_EXTENSION_STEP = 3_121_742_086_144, 128 * 32000
MAIN = 3_131_736_326_144

REVISIONS: tuple[str, ...] = (
    *(f"step{step:07d}" for step in (*RAMP, *range(25_000, 750_001, 25_000), 753_851)),
    *(f"extension_step{step:07d}" for step in (250, 500, 750, 1000, 1220)),
)
"""The 40 named revisions of `LUCIE` in the order of training; `main` is the final one, after annealing."""


def tokens_seen(revision: str) -> int | None:
    """Return the number of training tokens seen by a revision of Lucie-7B; None for another name.

    Source: the model's own configurations; from step 20,000 on, 1,024 sequences of 4,096 tokens per step; in the
    extension, 128 sequences of 32,000.

    >>> tokens_seen("step0753851")
    3121742086144
    """
    if revision == "main":
        return MAIN
    phase, _, number = revision.rpartition("step")
    if not number.isdecimal():
        return None
    step = int(number)
    if phase == "extension_":
        return EXTENSION_START + step * TOKENS_AN_EXTENSION_STEP
    if phase:
        return None
    if step < 20000:
        return RAMP.get(step)
    return RAMP[20000] + (step - 20000) * TOKENS_A_STEP


def guard_tokenizer(tokenizer: Any, source: str) -> None:
    """Refuse a tokenizer of Lucie's type that segments elision differently from training.

    :param tokenizer: any tokenizer; tokenizers of other types are accepted.
    :param source: its origin, for the message.
    """
    if tokenizer.vocab_size != VOCABULARY or not _is_lucie(tokenizer):
        return
    found: Sequence[str] = tokenizer.tokenize("L'homme")
    if tuple(found) != ELISION:
        raise LucieTokenizerError(source, found, ELISION)


def _is_lucie(tokenizer: Any) -> bool:
    words = tokenizer.get_vocab()
    return all(token in words for token in ELISION) and words.get("<s>") == 0
