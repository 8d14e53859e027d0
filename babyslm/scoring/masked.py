"""Pseudo-log-likelihoods of masked models: each distinct masked row runs once, with the head at scored positions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray

from babyslm.scoring.batches import length_batches
from babyslm.scoring.causal import TokenScores
from babyslm.scoring.head import Head, Request
from babyslm.scoring.memory import within_memory

__all__ = ["PLLS", "MaskedTokens", "Plan", "Pll", "mask_plan", "pseudo_log_likelihood"]

Pll = Literal["original", "word_l2r", "span", "unmasked"]
PLLS: tuple[Pll, ...] = get_args(Pll)

Plan = Pll | Literal["published_span"]
"""Formulas including those that exist only for comparison."""

SPAN, STRIDE = 15, 5
"""Length and step of the spans in the reference."""


@dataclass(frozen=True)
class MaskedTokens:
    """A token sequence to score under a masked model.

    :param ids: shape (t,), int64: special tokens included.
    :param own: shape (n,), int64, ascending: positions of the text's own tokens.
    :param words: shape (n,), int64: word number of each of them.
    """

    ids: NDArray[np.int64]
    own: NDArray[np.int64]
    words: NDArray[np.int64]


def mask_plan(sequence: MaskedTokens, variant: Plan) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield the passes that a pseudo-log-likelihood sums over: masked positions, and positions scored in that pass.

    `original` (Salazar et al. 2020): each token is masked alone. `word_l2r` (Kauf and Ivanova 2023): the later tokens
    of its word are masked with it. `span`: 15 tokens are masked at once, starting at 0, 5, 10 ..., and all of them are
    scored, as in the reference for speech units; a last span reaches the end if the steps fall short of it.
    `published_span`: without that last span, so that up to four tokens at the end are never scored. `unmasked`:
    nothing is masked and every position is scored in one pass, special tokens included, as in the reference for
    BabyBERTa.

    :param sequence: sequence to score.
    :param variant: name of the formula.
    """
    own = sequence.own
    match variant:
        case "original":
            for position in own:
                yield np.array([position]), np.array([position])
        case "word_l2r":
            for i, position in enumerate(own):
                later = (np.arange(len(own)) >= i) & (sequence.words == sequence.words[i])
                yield own[later], np.array([position])
        case "span" | "published_span":
            last = max(0, len(own) - SPAN)
            starts = list(range(0, last + 1, STRIDE))
            if variant == "span" and starts[-1] != last:
                starts.append(last)
            for start in starts:
                span = own[start : start + SPAN]
                yield span, span
        case "unmasked":
            yield own[:0], np.arange(len(sequence.ids))


@dataclass(frozen=True)
class _Row:
    """A masked sequence with its scored positions: position, target, and index of each edge."""

    ids: NDArray[np.int64]
    edges: list[tuple[int, int, int]]


def pseudo_log_likelihood(
    head: Head,
    sequences: Sequence[MaskedTokens],
    variant: Plan,
    *,
    mask: int,
    budget: int,
    device: torch.device,
) -> list[TokenScores]:
    """Score sequences under a masked model.

    Rows that are equal, within one sequence or between several, run once. Batches contain rows of one length, so that
    there is no padding.

    :param head: the model.
    :param sequences: sequences to score; each has at least one token of its own.
    :param variant: see `mask_plan`.
    :param mask: id of the mask token.
    :param budget: upper limit on the tokens of a batch.
    :param device: device of the inputs.
    :returns: for each sequence the terms of its sum, in nats, in the order of `mask_plan`.
    """
    rows, picks = _distinct_rows(sequences, variant, mask)
    lengths = np.array([len(row.ids) for row in rows], dtype=np.int64)
    edges = np.zeros(sum(len(row.edges) for row in rows), dtype=np.float64)

    def plan(left: NDArray[np.int64], size: int) -> Iterator[NDArray[np.int64]]:
        for length in np.unique(lengths[left])[::-1]:
            alike = left[lengths[left] == length]
            for batch in length_batches([int(length)] * len(alike), size):
                yield alike[batch]

    def run(batch: NDArray[np.int64]) -> None:
        width = int(lengths[batch[0]])
        asked = np.array(
            [
                (i * width + position, target, edge)
                for i, row in enumerate(batch)
                for position, target, edge in rows[row].edges
            ]
        )
        asked = asked[np.argsort(asked[:, 0], kind="stable")]
        positions, source = np.unique(asked[:, 0], return_inverse=True)
        request = Request(
            torch.from_numpy(positions).to(device),
            torch.from_numpy(source).to(device),
            torch.from_numpy(asked[:, 1]).to(device),
        )
        ids = torch.from_numpy(np.stack([rows[row].ids for row in batch])).to(device)
        with torch.inference_mode():
            scores = head.run({"input_ids": ids}, request)
        edges[asked[:, 2]] = scores.log_probability.double().cpu().numpy()

    within_memory(len(rows), budget, plan, run, lambda batch: batch, device)
    return [TokenScores(edges[pick]) for pick in picks]


def _distinct_rows(
    sequences: Sequence[MaskedTokens], variant: Plan, mask: int
) -> tuple[list[_Row], list[NDArray[np.int64]]]:
    """Return each distinct masked row with its scored positions, and the edges of each sequence."""
    rows: dict[bytes, _Row] = {}
    numbers: dict[tuple[bytes, int, int], int] = {}
    picks = []
    for sequence in sequences:
        pick = []
        for masked, scored in mask_plan(sequence, variant):
            ids = sequence.ids.copy()
            ids[masked] = mask
            key = ids.tobytes()
            row = rows.setdefault(key, _Row(ids, []))
            for position, target in zip(scored.tolist(), sequence.ids[scored].tolist(), strict=True):
                name = (key, position, target)
                if name not in numbers:
                    numbers[name] = len(numbers)
                    row.edges.append((position, target, numbers[name]))
                pick.append(numbers[name])
        picks.append(np.array(pick, dtype=np.int64))
    return list(rows.values()), picks
