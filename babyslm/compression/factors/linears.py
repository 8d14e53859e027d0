"""Linear layers of a network that may be compressed: sizes and weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from babyslm.models.low_rank.families.family import Family
from babyslm.models.low_rank.layers import layer_sizes

__all__ = ["Linear", "find_linears", "parameter_count", "ranks_of_block", "weight_of"]


@dataclass(frozen=True)
class Linear:
    """A linear layer.

    :param block: number of its block.
    :param name: its name within the block.
    :param inputs: input dimensions.
    :param outputs: output dimensions.
    """

    block: int
    name: str
    inputs: int
    outputs: int

    @property
    def key(self) -> tuple[int, str]:
        """Block and name."""
        return self.block, self.name

    @property
    def size(self) -> int:
        """Parameters of the layer without its bias, which is not compressed."""
        return self.inputs * self.outputs

    @property
    def price(self) -> int:
        """Parameters per rank."""
        return self.inputs + self.outputs

    @property
    def limit(self) -> int:
        """The largest rank that saves parameters."""
        return (self.size - 1) // self.price


def find_linears(network: nn.Module, family: Family, source: str) -> list[Linear]:
    """Return all layers that may be compressed, block by block.

    :param network: the network.
    :param family: its family.
    :param source: its name, for messages.
    """
    found = []
    for number, block in enumerate(family.blocks_of(network)):
        for name, layer in family.linears_of(block, source).items():
            inputs, outputs = layer_sizes(layer)
            linear = Linear(number, name, inputs, outputs)
            if linear.limit > 0:
                found.append(linear)
    return found


def weight_of(layer: Any) -> Tensor:
    """Return the weight of a layer as shape (outputs, inputs)."""
    weight: Tensor = layer.weight.detach()
    return weight.T if hasattr(layer, "nf") else weight


def parameter_count(network: nn.Module) -> int:
    """Return the number of parameters; shared ones count once."""
    return sum(parameter.numel() for parameter in network.parameters())


def ranks_of_block(ranks: Mapping[tuple[int, str], int], block: int) -> dict[str, int]:
    """Return the ranks of one block by layer name within it."""
    return {name: rank for (number, name), rank in ranks.items() if number == block}
