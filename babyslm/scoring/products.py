"""Float32 matrix products on a CPU with oneDNN instead of MKL."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

__all__ = ["OneDnnProducts", "fast_products"]


class OneDnnProducts(TorchFunctionMode):
    """While active, float32 linear layers on a CPU are computed by oneDNN.

    torch uses MKL for these products, which reaches about four fifths of oneDNN's speed on AMD processors, and less
    with few rows; for bfloat16 torch already uses oneDNN. Both compute in float32 throughout. The choice depends only
    on types and shapes, never on timings, so that scores are reproducible.
    """

    def __torch_function__(
        self,
        func: Any,
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Execute one torch function."""
        if func is torch.nn.functional.linear and not kwargs and _suits(*args):
            return _linear(args[0], args[1], args[2] if len(args) > 2 else None)
        if func is torch.addmm and not kwargs and len(args) == 3 and _suits(args[1], args[2], args[0]):
            return _linear(args[1], args[2].t(), args[0])
        return func(*args, **(kwargs or {}))


def fast_products(device: torch.device) -> AbstractContextManager[Any]:
    """Return the context in which a model's products are fastest on a device."""
    available = hasattr(torch.ops.mkldnn, "_linear_pointwise")  # present if and only if torch was built with oneDNN
    return OneDnnProducts() if device.type == "cpu" and available else nullcontext()


def _linear(inputs: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    result: Tensor = torch.ops.mkldnn._linear_pointwise(inputs, weight, bias, "none", [], "")  # noqa: SLF001
    return result


def _suits(inputs: Any, weight: Any, bias: Any = None) -> bool:
    tensors = [inputs, weight] if bias is None else [inputs, weight, bias]
    return (
        all(
            isinstance(tensor, Tensor) and tensor.dtype == torch.float32 and tensor.device.type == "cpu"
            for tensor in tensors
        )
        and inputs.dim() >= 2
        and weight.dim() == 2
        and (bias is None or bias.dim() == 1)
        and inputs.numel() > 0
        and not torch.is_grad_enabled()
    )
