"""The vocabulary head, run only where something is scored, in chunks, with the normaliser in float32."""

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
"""Size of the float32 logits of one chunk of rows on a GPU, which wants large products."""

BLOCK_BYTES = 8 << 20
BLOCK_WIDTHS = (512, 8192)
"""Size of the float32 logits of one block of the vocabulary on a processor, which wants them in its cache, and the
least and most tokens of a block."""

TOLERANCE = 1e-4
"""How far the bare output layer may be from the model's own logits, relative to the largest, to be used in their
stead."""


@dataclass(frozen=True)
class Request:
    """What is asked of one batch.

    :param positions: shape (n,): where the head runs, as index into the flattened (batch x length) grid; ascending.
    :param source: shape (e,): for each scored token the index into `positions` whose hidden state predicts it;
        ascending.
    :param targets: shape (e,): the scored tokens.
    :param subset: shape (v,): tokens whose joint probability is wanted at every position; default none.
    """

    positions: Tensor
    source: Tensor
    targets: Tensor
    subset: Tensor | None = None


@dataclass(frozen=True)
class Scores:
    """What a batch gave.

    :param log_probability: shape (e,), float32, nats: of each scored token.
    :param mass: shape (n,), float32, nats: log-probability of the subset at each position; None if not asked for.
    """

    log_probability: Tensor
    mass: Tensor | None


def gather_log_probabilities(logits: Tensor, request: Request) -> Scores:
    """Return gathered logit minus log-sum-exp of each scored token, in float32.

    :param logits: shape (n, vocabulary).
    :param request: `source` and `targets` refer to the rows of `logits`.
    """
    logits = logits.float()
    # A model spread over several devices gives its logits on another one than it takes its input.
    source, targets = request.source.to(logits.device), request.targets.to(logits.device)
    normaliser = torch.logsumexp(logits, -1)
    picked = logits[source, targets] - normaliser[source]
    if request.subset is None:
        return Scores(picked, None)
    return Scores(picked, torch.logsumexp(logits[:, request.subset.to(logits.device)], -1) - normaliser)


class Head:
    """Runs a transformers model and its head on chosen positions only.

    The trunk's output is cut to the chosen positions by a hook, so that whatever the model does after its trunk
    (transform, scaling, soft cap) is done by the model itself. If, as `calibrate` finds out, the logits are nothing
    but the output layer of what enters it, that layer is run here instead, chunk by chunk.

    :param model: a causal or masked language model of transformers, in evaluation mode.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self.trunk: nn.Module | None = model.base_model if model.base_model is not model else None
        self.output: Any = model.get_output_embeddings()
        self.bare = False

    def calibrate(self, inputs: Mapping[str, Tensor]) -> None:
        """Find out on a small batch whether the output layer alone gives the model's logits.

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
        """Score the tokens asked for.

        :param inputs: keyword arguments of the forward pass; `input_ids` has shape (batch, length).
        :param request: where the head runs and which tokens are scored.
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
        """Cut the trunk's output to the chosen positions while the block runs."""
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
        """Score some rows at a time over the whole vocabulary."""
        vocabulary = self.output.weight.shape[0]
        size = max(1, CHUNK_BYTES // (4 * vocabulary))
        # One copy to the host for all borders, instead of one synchronisation a chunk.
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
        """Score all rows over a block of the vocabulary at a time, and carry the normaliser from block to block."""
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
    """Return the chosen rows of a (batch x length) grid, unless the hook on the trunk has chosen them already."""
    rows = grid.reshape(-1, grid.shape[-1])
    return rows if len(rows) == len(positions) else rows[positions.to(rows.device)]
