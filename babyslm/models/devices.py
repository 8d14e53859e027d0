"""Device and number type of a learner."""

from typing import TYPE_CHECKING

from babyslm.verify.learners.folders import NoDeviceError

if TYPE_CHECKING:
    import torch

__all__ = ["DTYPES", "resolve_device", "resolve_dtype"]

DTYPES = ("float32", "bfloat16", "float16")


def resolve_device(device: str) -> "torch.device":
    """Return the torch device of a name, or raise an error if it does not exist.

    :param device: `auto` uses a GPU if there is one; otherwise a name known to torch, such as `cpu` or `cuda:1`.
    """
    import torch

    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        wanted = torch.device(device)
        torch.zeros(1, device=wanted)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise NoDeviceError(device, str(error).splitlines()[0]) from error
    return wanted


def resolve_dtype(dtype: str | None) -> "torch.dtype":
    """Return a number type by name; None is float32."""
    import torch

    if dtype is not None and dtype not in DTYPES:
        raise NoDeviceError("auto", f"dtype {dtype} is unknown, use one of {', '.join(DTYPES)}")
    found: torch.dtype = getattr(torch, dtype or "float32")
    return found
