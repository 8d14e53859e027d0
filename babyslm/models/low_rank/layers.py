"""Linear layers of low rank, in torch alone: this file is copied into every compressed model folder."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

__all__ = ["LowRankLinear", "factorise", "layer_sizes"]


class LowRankLinear(nn.Module):
    """Linear layer in two factors: `reduce` to a few dimensions, then `expand`, which has the bias.

    :param inputs: input dimensions.
    :param outputs: output dimensions.
    :param rank: dimensions between the factors.
    :param bias: whether a bias is added.
    :param device: device of the weights.
    :param dtype: number type of the weights.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        rank: int,
        *,
        bias: bool,
        device: torch.device | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.reduce = nn.Linear(inputs, rank, bias=False, device=device, dtype=dtype)
        self.expand = nn.Linear(rank, outputs, bias=bias, device=device, dtype=dtype)

    @property
    def weight(self) -> torch.Tensor:
        """The product of the factors, shape (outputs, inputs)."""
        return self.expand.weight @ self.reduce.weight

    @property
    def bias(self) -> torch.Tensor | None:
        """The bias, or None."""
        return self.expand.bias

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return W inputs + bias without computing W."""
        result: torch.Tensor = self.expand(self.reduce(inputs))
        return result


def layer_sizes(layer: Any) -> tuple[int, int]:
    """Return the input and output dimensions of a linear layer; GPT-2's `Conv1D` stores its weight transposed."""
    rows, columns = layer.weight.shape
    return (rows, columns) if hasattr(layer, "nf") else (columns, rows)


def factorise(module: nn.Module, ranks: Mapping[str, int]) -> None:
    """Replace linear layers by low-rank layers whose weights are still to be set.

    :param module: network or block; changed in place.
    :param ranks: rank by the layer's name within `module`.
    """
    for name, rank in ranks.items():
        owner_name, _, own_name = name.rpartition(".")
        owner = module.get_submodule(owner_name)
        layer: Any = getattr(owner, own_name)
        inputs, outputs = layer_sizes(layer)
        new = LowRankLinear(
            inputs,
            outputs,
            rank,
            bias=layer.bias is not None,
            device=layer.weight.device,
            dtype=layer.weight.dtype,
        )
        setattr(owner, own_name, new)
