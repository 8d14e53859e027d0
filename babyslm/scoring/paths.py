"""Selection of an exact way of scoring for a causal model, by a test on three sentences when it is loaded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch

from babyslm.scoring.causal import Tokens, TokenScores, batched_causal
from babyslm.scoring.head import Head
from babyslm.scoring.packing import packed_causal, row_length
from babyslm.verify.learners.text import NotCausalError

__all__ = ["CausalPath", "PathName", "find_path", "window_of"]

PathName = Literal["tree", "padded", "same_length"]
WINDOWS = ("sliding_window", "window_size", "attention_window", "local_attention", "attention_chunk_size")
"""Entries of transformers configurations that limit the attention span of some layers."""


@dataclass(frozen=True)
class CausalPath:
    """Way of scoring a model.

    :param name: `tree` (shared prefixes once), `padded` (length-sorted batches) or `same_length` (never padded).
    :param window: the shortest attention span of any layer; longer sequences are not scored in the tree. None for no
        limit.
    :param reason: why the previous option in the list above is not exact; empty for the tree.
    """

    name: PathName
    window: int | None = None
    reason: str = ""

    def score(
        self,
        head: Head,
        sequences: Sequence[Tokens],
        *,
        budget: int,
        device: torch.device,
        subset: torch.Tensor | None = None,
    ) -> list[TokenScores]:
        """Score sequences; parameters as in `batched_causal`."""
        if self.name != "tree":
            alike = self.name == "same_length"
            return batched_causal(head, sequences, budget=budget, device=device, same_length=alike, subset=subset)
        # Within the window a layer attends to all ancestors, so the tree's mask equals the layer's own.
        fits = [self.window is None or len(sequence.ids) - 1 <= self.window for sequence in sequences]
        within = [sequence for sequence, inside in zip(sequences, fits, strict=True) if inside]
        beyond = [sequence for sequence, inside in zip(sequences, fits, strict=True) if not inside]
        row = row_length(device) if self.window is None else min(row_length(device), self.window)
        packed = iter(packed_causal(head, within, budget=budget, device=device, row=row, subset=subset))
        padded = iter(batched_causal(head, beyond, budget=budget, device=device, subset=subset))
        return [next(packed if inside else padded) for inside in fits]


def window_of(config: Any) -> int | None:
    """Return the shortest attention span of any layer of a model, or None if all attend to the whole context.

    :param config: a transformers configuration.
    """
    values = [getattr(config, name, None) for name in WINDOWS]
    if getattr(config, "use_sliding_window", True) is False:
        values[0] = None
    flat = [number for value in values for number in (value if isinstance(value, list) else [value])]
    return min((number for number in flat if isinstance(number, int) and number > 0), default=None)


def find_path(
    head: Head, *, vocabulary: int, limit: int | None, device: torch.device, packing: bool = True
) -> CausalPath:
    """Return the fastest way of scoring that agrees with scoring one sentence at a time.

    A long sentence and two short ones with a common prefix are scored in every way. The long one comes first, so that
    a model that ignores its position ids gives clearly different scores. The long one is then replaced by another
    sentence, which must not change the scores of the other two, as it would if the mask were ignored.

    :param head: the model.
    :param vocabulary: number of tokens.
    :param limit: maximum number of tokens of the model; None for no limit.
    :param device: device of the inputs.
    :param packing: whether trees may be used; default yes.
    :raises NotCausalError: if predictions depend on later tokens.
    """
    window = window_of(head.model.config)
    sentences = _sentences(vocabulary, min(limit or 40, window or 40, 40))
    alone = [_run(lambda one=one: batched_causal(head, [one], budget=1, device=device)) for one in sentences[:3]]  # type: ignore[misc]
    expected = [scores[0] for scores in alone if scores]
    if len(expected) < 3:
        # There is no reference to compare with; the plain path raises its own error when it is used.
        return CausalPath("padded", window, "the model does not run on token ids alone")

    def agrees(score: Callable[[list[Tokens]], list[TokenScores]]) -> str:
        try:
            found, other = score(sentences[:3]), score([sentences[3], *sentences[1:3]])
        except (TypeError, ValueError, RuntimeError, IndexError, AttributeError, KeyError, AssertionError) as error:
            return (str(error).strip() or type(error).__name__).splitlines()[0]
        return _difference(found, expected, other, head.model.dtype)

    reasons = []
    if packing:
        fault = agrees(lambda some: packed_causal(head, some, budget=1024, device=device))
        if not fault:
            return CausalPath("tree", window)
        reasons.append(f"trees: {fault}")
    fault = agrees(lambda some: batched_causal(head, some, budget=10**4, device=device))
    if not fault:
        return CausalPath("padded", window, "; ".join(reasons))
    long = sentences[0]
    half = batched_causal(head, [Tokens(long.ids[: len(long.ids) // 2], 1)], budget=1, device=device)
    if len(long.ids) >= 4 and _apart(half[0], expected[0], head.model.dtype):
        raise NotCausalError(type(head.model).__name__)
    return CausalPath("same_length", window, "; ".join([*reasons, f"padding: {fault}"]))


def _run(score: Callable[[], list[TokenScores]]) -> list[TokenScores]:
    try:
        return score()
    except (TypeError, ValueError, AttributeError):
        return []


def _sentences(vocabulary: int, longest: int) -> list[Tokens]:
    """Return three sentences with a common first token, two with a longer prefix; and a replacement for the first."""
    spread = np.arange(longest, dtype=np.int64)
    first, again = (5 + 7 * spread) % vocabulary, (3 + 11 * spread) % vocabulary
    # Sorting puts the long sentence before the short ones for any vocabulary.
    first[:2] = again[:2] = (vocabulary // 2, 0)
    short = np.array([vocabulary // 2, 1, 4, 2, 6], dtype=np.int64)[:longest] % vocabulary
    other = np.array([vocabulary // 2, 1, 4, 3], dtype=np.int64)[:longest] % vocabulary
    return [Tokens(first, 1), Tokens(short, 1), Tokens(other, 1), Tokens(again, 1)]


def _difference(
    found: list[TokenScores], expected: list[TokenScores], other: list[TokenScores], dtype: torch.dtype
) -> str:
    """Return a description of the difference between two ways of scoring; empty if it is due to rounding."""
    for one, plain in zip(found, expected, strict=True):
        if apart := _apart(one, plain, dtype):
            return f"scores differ from those of one sentence at a time by {apart:.2g} of their size"
    for one, moved in zip(found[1:], other[1:], strict=True):
        if _apart(one, moved, dtype, strictly=0.1):
            return "scores depend on the other sentences of the batch"
    return ""


def _apart(one: TokenScores, other: TokenScores, dtype: torch.dtype, *, strictly: float = 1) -> float:
    """Return the difference between scores of the tokens common to both, relative to their size; 0 for rounding."""
    size = min(len(one.log_probability), len(other.log_probability))
    first, second = one.log_probability[:size], other.log_probability[:size]
    apart = float((np.abs(first - second) / (np.abs(second) + 1)).max())
    rounding = 1e-4 if dtype in (torch.float32, torch.float64) else 2e-2
    return 0.0 if apart <= rounding * strictly else apart
