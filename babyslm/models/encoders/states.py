"""Weights of outside checkpoints, read without unpickling anything but tensors."""

from pathlib import Path
from pickle import UnpicklingError

import torch
from torch import Tensor

from babyslm.models.folder import read_tensors
from babyslm.verify.encoders import EncoderWeightsError

__all__ = ["read_state"]


def read_state(path: Path, *, inside: tuple[str, ...] = ()) -> dict[str, Tensor]:
    """Read a state dict: safetensors, or a file saved by torch that holds plain tensors.

    :param path: the file.
    :param inside: keys under which a checkpoint may hold the state dict beside other things; the first found is taken.
    """
    if path.suffix == ".safetensors":
        return read_tensors(path)
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, UnpicklingError, EOFError) as error:
        reason = " ".join(str(error).split())[:160]
        raise EncoderWeightsError(path, f"hold no plain state dict ({reason})") from error
    if isinstance(state, dict):
        state = next((state[key] for key in inside if key in state), state)
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise EncoderWeightsError(path, "hold no plain state dict")
    return state
