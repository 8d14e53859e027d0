"""Weights of outside checkpoints, read without unpickling anything but tensors."""

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
    """Read a state dict: safetensors, or a file saved by torch.

    Of a training checkpoint, such as fairseq's, which holds settings and vocabularies as objects of its own classes
    beside the weights, tensors alone are built; see `babyslm.models.inert`.

    :param path: the file.
    :param inside: keys under which a checkpoint may hold the state dict beside other things; the first found is taken.
    """
    if path.suffix == ".safetensors":
        return read_tensors(path)
    try:
        state = _load(path)
    except (OSError, RuntimeError, UnpicklingError, EOFError, TypeError, AttributeError, ValueError) as error:
        reason = " ".join(str(error).split())[:160]
        raise EncoderWeightsError(path, f"hold no plain state dict ({reason})") from error
    if isinstance(state, dict):
        state = next((state[key] for key in inside if key in state), state)
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise EncoderWeightsError(path, "hold no plain state dict")
    return state


def _load(path: Path) -> Any:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except UnpicklingError:  # it names classes that torch does not vouch for
        return load_tensors(path)
