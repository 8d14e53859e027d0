"""Linear layers of low rank and experts in separate layers: this file is copied into every compressed model folder."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

__all__ = ["Expert", "LowRankLinear", "SeparateExperts", "factorise", "layer_sizes", "separate_experts"]


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


class Expert(nn.Module):
    """Expert of a Mixtral block: w2 (act(w1 x) * w3 x).

    :param both: w1 above w3, shape (2 inner, width).
    :param down: w2, shape (width, inner).
    :param act_fn: the activation act.
    """

    def __init__(self, both: torch.Tensor, down: torch.Tensor, act_fn: nn.Module) -> None:
        super().__init__()
        gate, up = both.chunk(2)
        self.w1, self.w2, self.w3 = _linear(gate), _linear(down), _linear(up)
        self.act_fn = act_fn

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return the outputs for tokens of shape (tokens, width)."""
        result: torch.Tensor = self.w2(self.act_fn(self.w1(hidden)) * self.w3(hidden))
        return result


class SeparateExperts(nn.ModuleList):
    """Experts of a Mixtral block as linear layers, with the names they have in Mixtral's files.

    :param fused: the experts of transformers 5: `gate_up_proj` of shape (experts, 2 inner, width), with w1 above w3,
        and `down_proj` of shape (experts, width, inner).
    """

    def __init__(self, fused: Any) -> None:
        weights = zip(fused.gate_up_proj, fused.down_proj, strict=True)
        super().__init__(Expert(both, down, fused.act_fn) for both, down in weights)

    def forward(self, hidden: torch.Tensor, chosen: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        """Return the weighted sum of the outputs of the experts chosen for each token.

        :param hidden: shape (tokens, width).
        :param chosen: numbers of the chosen experts, shape (tokens, k).
        :param weights: their weights, shape (tokens, k).
        """
        result = torch.zeros_like(hidden)
        for number, expert in enumerate(self):
            tokens, places = torch.where(chosen == number)
            if len(tokens):
                outputs = expert(hidden[tokens]) * weights[tokens, places, None]
                result.index_add_(0, tokens, outputs.to(result.dtype))
        return result


def separate_experts(network: nn.Module) -> None:
    """Replace experts that transformers 5 keeps in two tensors by one linear layer per matrix, as in transformers 4.

    Names become those of transformers 4 and of Mixtral's files, so that folders do not depend on the version.

    :param network: network; changed in place. Networks without such experts are not changed.
    """
    for block in list(network.modules()):
        mixture: Any = getattr(block, "mlp", None)
        fused = getattr(mixture, "experts", None)
        if not isinstance(getattr(fused, "gate_up_proj", None), nn.Parameter):
            continue
        mixture.experts = SeparateExperts(fused)
        del block.mlp
        block.block_sparse_moe = mixture
        object.__setattr__(block, "mlp", mixture)  # the block's code uses this name; it is no second module


def _linear(weight: torch.Tensor) -> nn.Linear:
    outputs, inputs = weight.shape
    layer = nn.Linear(inputs, outputs, bias=False, device="meta")
    layer.weight = nn.Parameter(weight.detach().clone(), requires_grad=weight.requires_grad)
    return layer
