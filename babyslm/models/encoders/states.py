"""Reading of external checkpoints; only tensors are unpickled."""

from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import Tensor

from babyslm.models.folder import read_tensors
from babyslm.models.inert import load_tensors
from babyslm.verify.learners.encoders import EncoderWeightsError

__all__ = ["read_state"]


def read_state(path: Path, *, inside: tuple[str, ...] = ()) -> dict[str, Tensor]:
    """Read a state dict from a safetensors file or a file saved by torch.

    A training checkpoint, such as fairseq's, also contains objects of its own classes (settings, vocabularies); only
    its tensors are built, see `babyslm.models.inert`.

    :param path: the file.
    :param inside: keys under which a checkpoint may store the state dict; the first one found is used.
    """
    if path.suffix == ".safetensors":
        return read_tensors(path)
    try:
        state = _load(path)
    except (OSError, RuntimeError, UnpicklingError, EOFError, TypeError, AttributeError, ValueError) as error:
        reason = " ".join(str(error).split())[:160]
        raise EncoderWeightsError(path, f"do not contain a plain state dict ({reason})") from error
    if isinstance(state, dict):
        state = next((state[key] for key in inside if key in state), state)
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise EncoderWeightsError(path, "do not contain a plain state dict")
    return state


def _load(path: Path) -> Any:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except UnpicklingError:  # the file names classes that torch does not consider safe
        return load_tensors(path)
