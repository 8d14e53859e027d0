"""Model folder: a header in JSON and weights in safetensors; nothing is unpickled."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from babyslm.files import atomic_file, write_json
from babyslm.verify.documents import parse_document, read_json
from babyslm.verify.learners.folders import CorruptModelError, MissingModelFileError

if TYPE_CHECKING:
    import torch

__all__ = [
    "HEADER_NAME",
    "WEIGHTS_NAME",
    "Header",
    "load_weights",
    "read_arrays",
    "read_header",
    "read_tensors",
    "write_arrays",
    "write_header",
    "write_tensors",
]

HEADER_NAME = "babyslm.json"
WEIGHTS_NAME = "model.safetensors"


class Header(BaseModel):
    """Fields of `babyslm.json` that all families share; each family extends it.

    :param format: version of the folder's layout.
    :param family: determines the loader of the folder.
    :param name: name shown in results.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    format: Literal[1] = 1
    family: str
    name: str = ""


Schema = TypeVar("Schema", bound=Header)


def read_header(folder: Path, schema: type[Schema]) -> Schema:
    """Read and check `babyslm.json`.

    :param folder: the model folder.
    :param schema: schema of the family.
    """
    path = folder / HEADER_NAME
    if not path.is_file():
        raise MissingModelFileError(path)
    return parse_document(schema, read_json(path), path)


def write_header(folder: Path, header: Header) -> None:
    """Write `babyslm.json`, as the last file: a folder that has it is complete."""
    write_json(folder / HEADER_NAME, header.model_dump(mode="json"))


def read_tensors(path: Path) -> "dict[str, torch.Tensor]":
    """Read a safetensors file on the CPU; a damaged one is a `CorruptModelError`."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    if not path.is_file():
        raise MissingModelFileError(path)
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise CorruptModelError(path, f"is not a complete safetensors file ({str(error).splitlines()[0]})") from error


def write_tensors(path: Path, tensors: "dict[str, torch.Tensor]") -> None:
    """Write tensors as safetensors, atomically."""
    from safetensors.torch import save_file

    own = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    with atomic_file(path) as temporary:
        save_file(own, temporary)


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Read a safetensors file as numpy arrays; a damaged one is a `CorruptModelError`."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    if not path.is_file():
        raise MissingModelFileError(path)
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise CorruptModelError(path, f"is not a complete safetensors file ({str(error).splitlines()[0]})") from error


def write_arrays(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write numpy arrays as safetensors, atomically."""
    from safetensors.numpy import save_file

    with atomic_file(path) as temporary:
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, temporary)


def load_weights(module: "torch.nn.Module", path: Path) -> None:
    """Load the weights of a torch module; names or shapes that do not match are a `CorruptModelError`."""
    tensors = read_tensors(path)
    try:
        module.load_state_dict(tensors, strict=True)
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise CorruptModelError(path, f"does not match {HEADER_NAME} ({reason[:200]})") from error
