"""Vocabulary head, computed only at scored positions, in chunks, with the normaliser in float32."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from babyslm.scoring.products import fast_products

__all__ = ["Head", "Request", "Scores", "gather_log_probabilities"]

CHUNK_BYTES = 512 << 20
"""Size of the float32 logits of one chunk of rows on a GPU, where large products are efficient."""

BLOCK_BYTES = 8 << 20
BLOCK_WIDTHS = (512, 8192)
"""Size of the float32 logits of one block of the vocabulary on a CPU, chosen to fit its cache, and the smallest and
largest number of tokens in a block."""

TOLERANCE = 1e-4
"""Tolerated difference between the output layer alone and the model's own logits, relative to the largest logit, for
the output layer to replace them."""


@dataclass(frozen=True)
class Request:
    """Positions and tokens to score in one batch.

    :param positions: shape (n,): positions of the head, as indices into the flattened (batch x length) grid;
        ascending.
    :param source: shape (e,): for each scored token the index into `positions` whose hidden state predicts it;
        ascending.
    :param targets: shape (e,): the scored tokens.
    :param subset: shape (v,): tokens whose joint probability is computed at every position; default none.
    """

    positions: Tensor
    source: Tensor
    targets: Tensor
    subset: Tensor | None = None


@dataclass(frozen=True)
class Scores:
    """Scores of one batch.

    :param log_probability: shape (e,), float32, nats: log-probability of each scored token.
    :param mass: shape (n,), float32, nats: log-probability of the subset at each position; None if not requested.
    """

    log_probability: Tensor
    mass: Tensor | None


def gather_log_probabilities(logits: Tensor, request: Request) -> Scores:
    """Return gathered logit minus log-sum-exp of each scored token, in float32.

    :param logits: shape (n, vocabulary).
    :param request: `source` and `targets` refer to the rows of `logits`.
    """
    logits = logits.float()
    # A model spread over several devices returns its logits on another device than its input.
    source, targets = request.source.to(logits.device), request.targets.to(logits.device)
    normaliser = torch.logsumexp(logits, -1)
    picked = logits[source, targets] - normaliser[source]
    if request.subset is None:
        return Scores(picked, None)
    return Scores(picked, torch.logsumexp(logits[:, request.subset.to(logits.device)], -1) - normaliser)


class Head:
    """Execution of a transformers model with its head on chosen positions only.

    A hook reduces the output of the trunk to the chosen positions, so that the model itself performs all its
    computations after the trunk (transform, scaling, soft cap). If `calibrate` finds that the logits are exactly the
    output layer applied to its input, that layer is computed here instead, chunk by chunk.

    :param model: a causal or masked language model of transformers, in evaluation mode.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self.trunk: nn.Module | None = model.base_model if model.base_model is not model else None
        self.output: Any = model.get_output_embeddings()
        self.bare = False

    def calibrate(self, inputs: Mapping[str, Tensor]) -> None:
        """Determine on a small batch whether the output layer alone gives the model's logits.

        :param inputs: keyword arguments of the model's forward pass.
        """
        self.bare = False
        if self.trunk is None or not isinstance(self.output, nn.Linear):
            return
        size = inputs["input_ids"].numel()
        positions = torch.arange(0, size, max(1, size // 8), device=inputs["input_ids"].device)
        expected = self._logits(inputs, positions).float()
        hidden = self._hidden(inputs, positions)
        if hidden is not None:
            found = self.output(hidden).float()
            scale = expected.abs().max().clamp_min(1e-6)
            self.bare = found.shape == expected.shape and bool((found - expected).abs().max() <= TOLERANCE * scale)

    def run(self, inputs: Mapping[str, Tensor], request: Request) -> Scores:
        """Score the requested tokens.

        :param inputs: keyword arguments of the forward pass; `input_ids` has shape (batch, length).
        :param request: positions of the head and tokens to score.
        """
        with fast_products(inputs["input_ids"].device):
            if not self.bare:
                return gather_log_probabilities(self._logits(inputs, request.positions), request)
            hidden = self._hidden(inputs, request.positions)
            assert hidden is not None, "calibrate saw the output layer called"
            if hidden.device.type == "cpu" and self.output.weight.device.type == "cpu":
                return self._by_vocabulary(hidden, request)
            return self._by_rows(hidden, request)

    def _logits(self, inputs: Mapping[str, Tensor], positions: Tensor) -> Tensor:
        with self._selected(positions):
            logits: Tensor = self.model(**inputs).logits
        return _rows(logits, positions)

    def _hidden(self, inputs: Mapping[str, Tensor], positions: Tensor) -> Tensor | None:
        caught: list[Tensor] = []

        def catch(_: nn.Module, arguments: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
            caught.append(arguments[0])
            return (arguments[0][..., :0, :], *arguments[1:])

        handle = self.output.register_forward_pre_hook(catch)
        try:
            with self._selected(positions):
                self.model(**inputs)
        finally:
            handle.remove()
        return _rows(caught[0], positions) if len(caught) == 1 else None

    @contextmanager
    def _selected(self, positions: Tensor) -> Iterator[None]:
        """Reduce the output of the trunk to the chosen positions inside the block."""
        if self.trunk is None:
            yield
            return

        def cut(_: nn.Module, __: Any, output: Any) -> Any:
            hidden = output[0]
            chosen = hidden.reshape(-1, hidden.shape[-1])[positions.to(hidden.device)].unsqueeze(0)
            if isinstance(output, tuple):
                return (chosen, *output[1:])
            output["last_hidden_state"] = chosen
            return output

        handle = self.trunk.register_forward_hook(cut)
        try:
            yield
        finally:
            handle.remove()

    def _by_rows(self, hidden: Tensor, request: Request) -> Scores:
        """Score a chunk of rows at a time over the whole vocabulary."""
        vocabulary = self.output.weight.shape[0]
        size = max(1, CHUNK_BYTES // (4 * vocabulary))
        # One copy of all boundaries to the host instead of one synchronisation per chunk.
        starts = torch.arange(0, len(hidden) + size, size, device=request.source.device)
        borders = torch.searchsorted(request.source, starts).tolist()
        log_probabilities, masses = [], []
        for i, start in enumerate(range(0, len(hidden), size)):
            edges = slice(borders[i], borders[i + 1])
            part = Request(
                request.positions[start : start + size],
                request.source[edges] - start,
                request.targets[edges],
                request.subset,
            )
            scores = gather_log_probabilities(self.output(hidden[start : start + size]), part)
            log_probabilities.append(scores.log_probability)
            masses += [] if scores.mass is None else [scores.mass]
        return Scores(torch.cat(log_probabilities), torch.cat(masses) if masses else None)

    def _by_vocabulary(self, hidden: Tensor, request: Request) -> Scores:
        """Score all rows over one block of the vocabulary at a time, accumulating the normaliser over blocks."""
        weight, bias = self.output.weight, self.output.bias
        width = int(np.clip(BLOCK_BYTES // (4 * len(hidden)), *BLOCK_WIDTHS))
        starts = torch.arange(0, len(weight) + width, width)
        ordered, order = request.targets.sort()
        borders = torch.searchsorted(ordered, starts).tolist()
        subset = None if request.subset is None else request.subset.sort().values
        inside = [0] * len(starts) if subset is None else torch.searchsorted(subset, starts).tolist()
        largest = hidden.new_full((len(hidden),), -torch.inf, dtype=torch.float32)
        total, mass = torch.zeros_like(largest), torch.zeros_like(largest)
        picked = largest.new_empty(len(order))
        for i, start in enumerate(starts[:-1].tolist()):
            some = slice(start, start + width)
            logits = linear(hidden, weight[some], None if bias is None else bias[some]).float()
            edges = order[borders[i] : borders[i + 1]]
            picked[edges] = logits[request.source[edges], request.targets[edges] - start]
            peak = torch.maximum(largest, logits.amax(-1))
            shrunk = (largest - peak).exp_()
            powers = logits.sub_(peak[:, None]).exp_()
            total = total * shrunk + powers.sum(-1)
            if subset is not None:
                mass = mass * shrunk + powers[:, subset[inside[i] : inside[i + 1]] - start].sum(-1)
            largest = peak
        normaliser = largest + total.log()
        log_probability = picked - normaliser[request.source]
        return Scores(log_probability, None if subset is None else mass.log() + largest - normaliser)


def _rows(grid: Tensor, positions: Tensor) -> Tensor:
    """Return the chosen rows of a (batch x length) grid, unless the hook on the trunk has already selected them."""
    rows = grid.reshape(-1, grid.shape[-1])
    return rows if len(rows) == len(positions) else rows[positions.to(rows.device)]
