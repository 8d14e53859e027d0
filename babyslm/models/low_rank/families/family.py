"""Properties of a family of networks that block-wise compression needs."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from torch import nn

from babyslm.verify.learners.compression import MissingLayersError

__all__ = ["Family", "Kind"]

Kind = Literal["causal", "masked", "encoder"]

AUTO = {"causal": "AutoModelForCausalLM", "masked": "AutoModelForMaskedLM", "encoder": "AutoModel"}


@dataclass(frozen=True)
class Family:
    """A family of transformers networks.

    :param model_type: model type in its configurations.
    :param kind: task of its networks: predict the next token, predict masked tokens, or encode sound.
    :param architecture: class of its networks.
    :param configuration: class of its configurations.
    :param blocks: path of the list of blocks in a network.
    :param linears: names of the layers within a block that may be compressed; `*` matches any part.
    :param padded: whether its statistics can exclude padding.
    :param transposed: whether its layers store their weights as (inputs, outputs).
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
        """The transformers class that loads its networks by name."""
        return AUTO[self.kind]

    def blocks_of(self, network: nn.Module) -> nn.ModuleList:
        """Return the list of blocks of a network."""
        blocks = network.get_submodule(self.blocks)
        assert isinstance(blocks, nn.ModuleList)
        return blocks

    def linears_of(self, block: nn.Module, source: str) -> dict[str, nn.Module]:
        """Return the layers of a block that may be compressed, by name within the block, in the order of the block.

        :param block: one block.
        :param source: the model's name, for the message.
        :raises MissingLayersError: if a pattern matches no linear layer.
        """
        import transformers

        found: dict[str, nn.Module] = {}
        for pattern in self.linears:
            layers = {name: layer for name, layer in block.named_modules() if fnmatchcase(name, pattern)}
            if not layers or not all(_is_linear(layer) for layer in layers.values()):
                raise MissingLayersError(source, pattern, transformers.__version__)
            found |= layers
        order = [name for name, _ in block.named_modules()]
        return dict(sorted(found.items(), key=lambda item: order.index(item[0])))


def _is_linear(layer: Any) -> bool:
    from transformers.pytorch_utils import Conv1D

    return isinstance(layer, (nn.Linear, Conv1D))
