"""Calibration statistics of each linear layer: uncentred second moments of its inputs or outputs."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from babyslm.compression.factors.linears import weight_of

__all__ = ["RIDGE", "Collector", "Moments"]

RIDGE = 1e-6
"""Ridge added to the diagonal of the moments, relative to its mean. Directions without calibration data are then
ordered by the weights alone, and an expert that received no token falls back to the SVD of its weight."""


class Moments:
    """Sum of x xᵀ over positions, in float64.

    :param side: whether x is the input of the layer, or its output without bias.
    :param width: dimensions of x.
    :param device: device of the sum.
    """

    def __init__(self, side: str, width: int, device: torch.device) -> None:
        self.side = side
        self.sum = torch.zeros(width, width, dtype=torch.float64, device=device)
        self.positions = 0

    def add(self, values: Tensor) -> None:
        """Add the positions of one batch, shape (positions, width)."""
        values = values.float()
        self.sum += (values.T @ values).double()
        self.positions += len(values)

    def outputs(self, weight: Tensor) -> Tensor:
        """Return the moments of a wide layer's outputs, shape (outputs, outputs), with the ridge.

        :param weight: shape (outputs, inputs), float64.
        """
        if self.side == "inputs":
            moments = self.inputs()
            return weight @ moments @ weight.T
        mean = self.sum.diagonal().mean()
        own = weight @ weight.T
        scale = RIDGE * mean / own.diagonal().mean().clamp_min(1e-300) if mean > 0 else 1.0
        return self.sum + scale * own

    def inputs(self) -> Tensor:
        """Return the moments of the inputs, shape (inputs, inputs), with the ridge."""
        assert self.side == "inputs"
        mean = self.sum.diagonal().mean()
        eye = torch.eye(len(self.sum), dtype=self.sum.dtype, device=self.sum.device)
        return self.sum + RIDGE * mean * eye if mean > 0 else eye


class Collector:
    """Sums of moments of layers, collected while their block runs.

    Layers with the same input tensor share one sum. If only outputs matter, the moments of the outputs are collected
    for a layer with fewer outputs than inputs.

    :param layers: the layers by name.
    :param inputs_needed: whether an initialisation needs the moments of the inputs.
    """

    def __init__(self, layers: Mapping[str, nn.Module], *, inputs_needed: bool) -> None:
        self.layers = layers
        self.inputs_needed = inputs_needed
        self.moments: dict[str, Moments] = {}
        self._leaders: dict[str, str] = {}
        self._last: tuple[Tensor, str] | None = None
        self._mask: Tensor | None = None

    @contextmanager
    def watching(self, mask: Tensor | None) -> Iterator[None]:
        """Collect moments from the forward passes of the block.

        :param mask: shape (rows, length), true at positions that are not padding; None if there is no padding.
        """
        self._mask = mask
        hooks = [
            layer.register_forward_hook(self._hook(name), with_kwargs=False) for name, layer in self.layers.items()
        ]
        try:
            yield
        finally:
            self._last = None
            for hook in hooks:
                hook.remove()

    def of(self, name: str) -> Moments:
        """Return the moments of a layer; zero moments if no position reached it."""
        leader = self._leaders.get(name, name)
        if leader not in self.moments:
            weight = weight_of(self.layers[name])
            return Moments("inputs", weight.shape[1], weight.device)
        return self.moments[leader]

    def _hook(self, name: str) -> Any:
        def collect(layer: Any, arguments: Sequence[Tensor], output: Tensor) -> None:
            weight = weight_of(layer)
            small = not self.inputs_needed and weight.shape[0] < weight.shape[1]
            if small:
                values = output if layer.bias is None else output - layer.bias
                self._add(name, "outputs", values, weight)
                return
            values = arguments[0]
            if name not in self._leaders:
                known = self._last is not None and self._last[0] is values
                self._leaders[name] = self._last[1] if known and self._last else name
            if self._leaders[name] == name:
                self._last = (values, name)
                self._add(name, "inputs", values, weight)

        return collect

    def _add(self, name: str, side: str, values: Tensor, weight: Tensor) -> None:
        if name not in self.moments:
            width = weight.shape[1] if side == "inputs" else weight.shape[0]
            self.moments[name] = Moments(side, width, weight.device)
        flat = values.detach().reshape(-1, values.shape[-1])
        self.moments[name].add(flat if self._mask is None else flat[self._mask.reshape(-1)])
