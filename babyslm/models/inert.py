"""Foreign pickles read without running what they name.

A pickle is a program: it may name any function and call it. Here the few names that tensors and arrays are built by
mean what they say; whatever else is named becomes an `Inert` object, which takes what it is given and does nothing.
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
"""Most bytes of an unpacked file; a k-means of 10,000 units and 4,096 dimensions has a third of it."""

REFUSED = "it holds an array of Python objects"


class Inert:
    """Stands for an object of a class that is not wanted; its state is kept in `state`.

    Any call, item or element is taken and forgotten.
    """

    state: Any = None

    def __new__(cls, *_: Any, **__: Any) -> Self:
        """Make one, whatever it is called with."""
        return super().__new__(cls)

    def __setstate__(self, state: Any) -> None:
        """Keep the state."""
        self.state = state

    def __call__(self, *_: Any, **__: Any) -> "Inert":
        """Answer a call with another inert object."""
        return Inert()

    def __setitem__(self, key: Any, value: Any) -> None:
        """Forget an item."""

    def append(self, element: Any) -> None:
        """Forget an element."""

    def extend(self, elements: Any) -> None:
        """Forget elements."""


def load_tensors(path: Path) -> Any:
    """Read a file saved by torch; all but tensors, numbers, texts and their containers is `Inert`.

    :param path: the file. One that is no such file is an `UnpicklingError`, `RuntimeError` or `EOFError` of torch's.
    """
    import torch

    reader = SimpleNamespace(  # what torch asks of a pickle module
        __name__=__name__,
        Unpickler=_TensorUnpickler,
        load=lambda file, **options: _TensorUnpickler(file, **options).load(),
    )
    return torch.load(path, map_location="cpu", weights_only=False, pickle_module=reader)


class _TensorUnpickler(pickle.Unpickler):
    """Knows how torch builds tensors; the kinds of storage are torch's own affair, which asks here last."""

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
    """Read a file written by joblib or pickle; all but arrays of numbers, texts and their containers is `Inert`.

    :param path: the file, compressed or not. One that is no such file is an error of pickle's, zlib's or numpy's.
    """
    from joblib.numpy_pickle import NumpyArrayWrapper, NumpyUnpickler

    class Wrapper(NumpyArrayWrapper):  # type: ignore[misc]  # joblib has no types
        """Where an array lies in the file; arrays of objects would be pickles of their own."""

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
        """Knows how joblib builds arrays."""

        dispatch = NumpyUnpickler.dispatch.copy()

        def find_class(self, module: str, name: str) -> Any:
            return known.get(f"{module}.{name}", Inert)

        def load_bytearray8(self) -> None:
            """Read before making room: pickle's own way makes room for whatever length is stated."""
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
    """Return bytes that old protocols write as a text of Latin-1."""
    return str(text).encode("latin-1")


def _empty_array(*_: Any) -> Any:
    """Stand for an array until its state comes."""
    return np.empty(0)


def _decompressed(path: Path) -> io.BytesIO:
    """Return the content of a file, unpacked, in memory: a read from there takes no more than there is.

    A pickle states the lengths of what follows, and a file would make room for whatever it states.
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
        raise pickle.UnpicklingError(f"it unpacks to more than {LARGEST:,} bytes")
    return io.BytesIO(content)
