"""The part of a network before its first block: embeddings, masks and positions, computed by its own code."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

__all__ = ["BlockCall", "Prelude", "block_output"]


class _ReachedError(Exception):
    """Raised when the first block is reached; not an error."""


@dataclass(frozen=True)
class BlockCall:
    """Arguments of a block.

    :param hidden: input of the first block, shape (rows, length, width).
    :param arguments: further positional arguments.
    :param named: further keyword arguments, such as masks and rotary positions.
    """

    hidden: Tensor
    arguments: tuple[Any, ...]
    named: dict[str, Any]

    def run(self, block: nn.Module, hidden: Tensor) -> Tensor:
        """Call a block on other activations of the same shape."""
        return block_output(block(hidden, *self.arguments, **self.named))

    def to(self, device: torch.device) -> "BlockCall":
        """Return the call with all its tensors on a device and in float32."""
        return BlockCall(_moved(self.hidden, device), _moved(self.arguments, device), _moved(self.named, device))


class Prelude:
    """Execution of a network up to its first block.

    Without padding, masks and positions depend only on the shape and are reused between batches.

    :param network: the network, on its current device.
    :param blocks: its blocks.
    :param device: device of the blocks.
    """

    def __init__(self, network: nn.Module, blocks: nn.ModuleList, device: torch.device) -> None:
        self.network = network
        self.blocks = blocks
        self.device = device
        self._kept: dict[tuple[int, ...], BlockCall] = {}

    @torch.no_grad()
    def first(self, inputs: dict[str, Tensor]) -> BlockCall:
        """Return the arguments of the first block."""
        caught: list[BlockCall] = []

        def catch(_: nn.Module, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
            named = dict(named)
            hidden = arguments[0] if arguments else named.pop("hidden_states")
            caught.append(BlockCall(hidden, arguments[1:], named))
            raise _ReachedError

        hook = self.blocks[0].register_forward_pre_hook(catch, with_kwargs=True)
        try:
            self.network(**{name: _fitting(value, self.network) for name, value in inputs.items()})
        except _ReachedError:
            pass
        finally:
            hook.remove()
        return caught[0].to(self.device)

    def call(self, inputs: dict[str, Tensor], *, copies: int = 1) -> BlockCall:
        """Return masks and positions for a batch that is stacked several times.

        :param inputs: inputs of the network; `attention_mask` only if there is padding.
        :param copies: number of copies.
        """
        shape = (copies, *next(iter(inputs.values())).shape)
        if "attention_mask" not in inputs and shape in self._kept:
            return self._kept[shape]
        stacked = {name: torch.cat([value] * copies) for name, value in inputs.items()}
        call = self.first(stacked)
        call = BlockCall(call.hidden[:0], call.arguments, call.named)
        if "attention_mask" not in inputs:
            self._kept[shape] = call
        return call


def block_output(value: Any) -> Tensor:
    """Return the activations in the output of a block: the output itself, or its first element."""
    result: Tensor = value[0] if isinstance(value, tuple) else value
    return result


def _fitting(value: Tensor, network: Any) -> Tensor:
    """Convert sounds to the network's number type; tokens are unchanged."""
    return value.to(network.dtype) if value.is_floating_point() else value


def _moved(value: Any, device: torch.device) -> Any:
    """Move tensors within tuples, lists and dicts; unlike a generator, the result can be used repeatedly."""
    if isinstance(value, Tensor):
        return value.to(device, torch.float32) if value.is_floating_point() else value.to(device)
    if isinstance(value, (tuple, list)):
        return type(value)(_moved(each, device) for each in value)
    if isinstance(value, dict):
        return {key: _moved(each, device) for key, each in value.items()}
    return value
