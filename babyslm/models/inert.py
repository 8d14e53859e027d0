"""Safe reading of foreign pickles: nothing that they name is executed.

A pickle is a program that may name and call any function. Here only the few names needed to build tensors and arrays
are resolved; every other name becomes an `Inert` object, which accepts its arguments and does nothing.
"""

import io
import pickle
from collections import OrderedDict
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import numpy as np

__all__ = ["Inert", "load_joblib", "load_tensors"]

LARGEST = 1 << 30
"""Upper limit on the size of a decompressed file in bytes; 10,000 units of 4,096 dimensions take a third of it."""

REFUSED = "it holds an array of Python objects"


class Inert:
    """Placeholder for an object of any other class; its state is kept in `state`.

    Calls, items and elements are accepted and discarded.
    """

    state: Any = None

    def __new__(cls, *_: Any, **__: Any) -> Self:
        """Create a placeholder from any arguments."""
        return super().__new__(cls)

    def __setstate__(self, state: Any) -> None:
        """Store the state."""
        self.state = state

    def __call__(self, *_: Any, **__: Any) -> "Inert":
        """Return another placeholder from a call."""
        return Inert()

    def __setitem__(self, key: Any, value: Any) -> None:
        """Discard an item."""

    def append(self, element: Any) -> None:
        """Discard an element."""

    def extend(self, elements: Any) -> None:
        """Discard elements."""


def load_tensors(path: Path) -> Any:
    """Read a file saved by torch; everything but tensors, numbers, strings and their containers is `Inert`.

    :param path: the file. A file of another format raises torch's `UnpicklingError`, `RuntimeError` or `EOFError`.
    """
    import torch

    reader = SimpleNamespace(  # the interface that torch expects of a pickle module
        __name__=__name__,
        Unpickler=_TensorUnpickler,
        load=lambda file, **options: _TensorUnpickler(file, **options).load(),
    )
    return torch.load(path, map_location="cpu", weights_only=False, pickle_module=reader)


class _TensorUnpickler(pickle.Unpickler):
    """Resolves the names with which torch builds tensors; it is asked only after torch has resolved storage types."""

    def find_class(self, module: str, name: str) -> Any:
        import torch

        known: dict[str, Any] = {
            "collections.OrderedDict": OrderedDict,
            "torch.Size": torch.Size,
            "torch.device": torch.device,
            "torch._utils._rebuild_tensor": torch._utils._rebuild_tensor,  # noqa: SLF001
            "torch._utils._rebuild_tensor_v2": torch._utils._rebuild_tensor_v2,  # noqa: SLF001
            "torch._utils._rebuild_parameter": torch._utils._rebuild_parameter,  # noqa: SLF001
        }
        return known.get(f"{module}.{name}", Inert)


def load_joblib(path: Path) -> Any:
    """Read a file written by joblib or pickle; all but arrays of numbers, strings and their containers is `Inert`.

    :param path: the file, compressed or not. A file of another format raises an error of pickle, zlib or numpy.
    """
    from joblib.numpy_pickle import NumpyArrayWrapper, NumpyUnpickler

    class Wrapper(NumpyArrayWrapper):  # type: ignore[misc]  # joblib has no types
        """Location of an array in the file; arrays of objects are refused, since they are pickles themselves."""

        def read_array(self, *arguments: Any) -> Any:
            _verify_numbers(self.dtype)
            return super().read_array(*arguments)

    known: dict[str, Any] = {
        "joblib.numpy_pickle.NumpyArrayWrapper": Wrapper,
        "collections.OrderedDict": OrderedDict,
        "numpy.ndarray": np.ndarray,
        "numpy.dtype": np.dtype,
        "_codecs.encode": _bytes,
    }
    for package in ("numpy.core", "numpy._core"):
        known |= {f"{package}.multiarray.scalar": _scalar, f"{package}.multiarray._reconstruct": _empty_array}
        known |= {f"{package}.numeric._frombuffer": _array}

    class Reader(NumpyUnpickler):  # type: ignore[misc]
        """Resolves the names with which joblib builds arrays."""

        dispatch = NumpyUnpickler.dispatch.copy()

        def find_class(self, module: str, name: str) -> Any:
            return known.get(f"{module}.{name}", Inert)

        def load_bytearray8(self) -> None:
            """Read the bytes before allocating; pickle's own method allocates whatever length the file states."""
            self.append(bytearray(self.read(int.from_bytes(self.read(8), "little"))))

        dispatch[pickle.BYTEARRAY8[0]] = load_bytearray8

    with _decompressed(path) as file:
        return Reader("", file, ensure_native_byte_order=True).load()


def _verify_numbers(dtype: Any) -> None:
    if not isinstance(dtype, np.dtype) or dtype.hasobject:
        raise pickle.UnpicklingError(REFUSED)


def _scalar(dtype: Any, data: Any = b"") -> Any:
    _verify_numbers(dtype)
    return np.frombuffer(data, dtype)[0]


def _array(data: Any, dtype: Any, shape: Any, order: Any) -> Any:
    _verify_numbers(dtype)
    return np.frombuffer(data, dtype).reshape(shape, order=order)


def _bytes(text: Any, _: Any) -> bytes:
    """Return bytes that old protocols write as a Latin-1 string."""
    return str(text).encode("latin-1")


def _empty_array(*_: Any) -> Any:
    """Return a placeholder for an array until its state is read."""
    return np.empty(0)


def _decompressed(path: Path) -> io.BytesIO:
    """Return the decompressed content of a file in memory, where a read cannot return more than there is.

    A pickle states the lengths of its parts, and a read from a file would allocate any stated length.
    """
    import bz2
    import gzip
    import lzma
    import zlib

    with path.open("rb") as file:
        head = file.read(6)
    if head[:1] == b"\x78":
        content = zlib.decompressobj().decompress(path.read_bytes(), LARGEST + 1)
    else:
        opened: Any = path.open
        if head[:2] == b"\x1f\x8b":
            opened = partial(gzip.open, path)
        elif head[:3] == b"BZh":
            opened = partial(bz2.open, path)
        elif head[:6] == b"\xfd7zXZ\x00" or head[:3] == b"\x5d\x00\x00":
            opened = partial(lzma.open, path)
        with opened("rb") as stream:
            parts, size = [], 0
            while size <= LARGEST and (part := stream.read(1 << 20)):
                parts.append(part)
                size += len(part)
        content = b"".join(parts)
    if len(content) > LARGEST:
        raise pickle.UnpicklingError(f"it decompresses to more than {LARGEST:,} bytes")
    return io.BytesIO(content)
