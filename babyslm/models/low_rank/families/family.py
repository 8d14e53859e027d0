"""What must be known of a family of networks to compress it block by block."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from torch import nn

from babyslm.verify.learners.compression import FusedLayersError

__all__ = ["Family", "Kind"]

Kind = Literal["causal", "masked", "encoder"]

AUTO = {"causal": "AutoModelForCausalLM", "masked": "AutoModelForMaskedLM", "encoder": "AutoModel"}


@dataclass(frozen=True)
class Family:
    """A family of networks of transformers.

    :param model_type: what its configurations call it.
    :param kind: what its networks do: predict the next token, predict masked tokens, or encode sound.
    :param architecture: class of its networks.
    :param configuration: class of its configurations.
    :param blocks: where the list of blocks stands in a network.
    :param linears: names of the layers within a block that may be compressed; `*` stands for any part.
    :param padded: whether its statistics can leave padding out.
    :param transposed: whether its layers keep their weights as (inputs, outputs).
    """

    model_type: str
    kind: Kind
    architecture: str
    configuration: str
    blocks: str
    linears: tuple[str, ...]
    padded: bool = True
    transposed: bool = False

    @property
    def auto_class(self) -> str:
        """The class of transformers that loads its networks by name."""
        return AUTO[self.kind]

    def blocks_of(self, network: nn.Module) -> nn.ModuleList:
        """Return the list of blocks of a network."""
        blocks = network.get_submodule(self.blocks)
        assert isinstance(blocks, nn.ModuleList)
        return blocks

    def linears_of(self, block: nn.Module, source: str) -> dict[str, nn.Module]:
        """Return the layers of a block that may be compressed, by their names within it, in its own order.

        :param block: one block.
        :param source: the model's name, for the message.
        :raises FusedLayersError: where a pattern finds nothing, as with experts kept in one tensor.
        """
        found: dict[str, nn.Module] = {}
        for pattern in self.linears:
            layers = {name: layer for name, layer in block.named_modules() if fnmatchcase(name, pattern)}
            if not layers or not all(_is_linear(layer) for layer in layers.values()):
                raise FusedLayersError(source, pattern)
            found |= layers
        order = [name for name, _ in block.named_modules()]
        return dict(sorted(found.items(), key=lambda item: order.index(item[0])))


def _is_linear(layer: Any) -> bool:
    from transformers.pytorch_utils import Conv1D

    return isinstance(layer, (nn.Linear, Conv1D))
