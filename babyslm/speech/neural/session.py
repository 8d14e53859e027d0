"""Networks in ONNX files: opened once a process, on one thread, and held against the signature they should have."""

from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from babyslm.verify.documents import NoSuchFileError
from babyslm.verify.speech.neural import ModelFileError, NeuralPackageError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["input_types", "open_session", "runtime_version", "verify_signature"]

TYPES: dict[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
}

OPENED = 4
"""Networks kept open in a process."""


def runtime_version() -> str:
    """Return the version of onnxruntime, whose kernels decide the last digits."""
    _runtime()
    return version("onnxruntime")


def _runtime() -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise NeuralPackageError("onnxruntime", "a neural voice") from error
    return onnxruntime


@lru_cache(OPENED)
def open_session(path: Path) -> "InferenceSession":
    """Open a network on the processor, on one thread: sums shared among threads differ in their last digits.

    :param path: an ONNX file.
    """
    runtime = _runtime()
    if not path.is_file():
        raise NoSuchFileError(path, "name the .onnx file of a voice")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no common class
        reason = str(error).strip().splitlines()[0]
        raise ModelFileError(path, f"is no ONNX network that onnxruntime can open ({reason})") from error


def verify_signature(path: Path, session: "InferenceSession", inputs: frozenset[str], kind: str) -> None:
    """Refuse a network whose inputs are not those of its kind.

    :param path: its file.
    :param session: the open network.
    :param inputs: names of the inputs it must have.
    :param kind: what it should be, for the message.
    """
    found = {each.name for each in session.get_inputs()}
    if found != inputs:
        raise ModelFileError(
            path, f"is no {kind}: its inputs are {', '.join(sorted(found))}, not {', '.join(sorted(inputs))}"
        )


def input_types(path: Path, session: "InferenceSession") -> dict[str, type[np.generic]]:
    """Return the number type of each input.

    :param path: its file.
    :param session: the open network.
    """
    found = {each.name: each.type for each in session.get_inputs()}
    for name, kind in found.items():
        if kind not in TYPES:
            raise ModelFileError(path, f"its input {name} is of type {kind}, which no known voice has")
    return {name: TYPES[kind] for name, kind in found.items()}
