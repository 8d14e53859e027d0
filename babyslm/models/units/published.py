"""Import of published codebooks: k-means of scikit-learn, of CPC's clustering tools, or bare centroids.

A pickled k-means is read by `babyslm.models.inert`, which builds arrays of numbers and executes nothing that the file
names. Reading a pickle still needs the user's explicit consent, because pickle is not a format for exchange.
"""

import lzma
import pickle
import struct
import tokenize
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from babyslm.files import atomic_folder, sha256_file, write_json
from babyslm.models.folder import read_arrays
from babyslm.models.inert import Inert, load_joblib, load_tensors
from babyslm.models.units.codebook import Codebook
from babyslm.progress import notice
from babyslm.verify.learners.folders import CorruptModelError
from babyslm.verify.learners.units import CodebookFileError, PickleNotTrustedError

__all__ = ["import_codebook", "read_centroids"]

ORIGIN_NAME = "origin.json"
PLAIN = (".npy", ".safetensors")
TENSORS = (".pt", ".pth")
NAMES = ("centroids", "cluster_centers_", "Ck")
"""Names of the centroids: in our codebooks, in scikit-learn, in CPC's clustering."""

FAULTS = (
    *(pickle.UnpicklingError, zlib.error, lzma.LZMAError, struct.error, tokenize.TokenError, EOFError, OSError),
    *(ArithmeticError, AttributeError, ImportError, LookupError, MemoryError, RuntimeError, SyntaxError, SystemError),
    *(TypeError, ValueError),
)
"""Exceptions that a damaged or foreign file may raise when it is read."""


def import_codebook(path: Path, out: Path, *, trust_pickle: bool = False, deduplicate: bool = True) -> Codebook:
    """Write the folder of a codebook from an external file.

    :param path: `.npy` or `.safetensors` with centroids; `.pt` of CPC's clustering; or a k-means of scikit-learn
        written by joblib or pickle, with any file name.
    :param out: folder to write: the codebook, and `origin.json` with name and checksum of the file.
    :param trust_pickle: read a pickled k-means; without it such a file is refused.
    :param deduplicate: whether runs of the same unit count once.
    """
    centroids = read_centroids(path, trust_pickle=trust_pickle)
    codebook = Codebook(centroids, deduplicate=deduplicate)
    with atomic_folder(out) as folder:
        codebook.save(folder)
        origin = {"file": path.name, "sha256": sha256_file(path), "units": codebook.size}
        write_json(folder / ORIGIN_NAME, origin | {"dimensions": codebook.dimensions})
    return codebook


def read_centroids(path: Path, *, trust_pickle: bool = False) -> NDArray[np.float32]:
    """Return the centroids of a file, shape (units, dimensions), float32; see `import_codebook`."""
    if not path.is_file():
        raise CodebookFileError(path, "is not a file")
    pickled = path.suffix not in PLAIN + TENSORS
    if pickled and not trust_pickle:
        raise PickleNotTrustedError(path)
    if pickled:
        notice(f"{path}: is a pickle; arrays of numbers are read from it, and no code in it is executed")
    try:
        found = _centroids(_read(path))
    except (*FAULTS, CorruptModelError) as error:
        raise CodebookFileError(path, f"cannot be read ({' '.join(str(error).split())[:120]})") from error
    if found is None:
        raise CodebookFileError(path, f"has no k-means: none of {', '.join(NAMES)}")
    return _verified(found, path)


def _read(path: Path) -> Any:
    if path.suffix == ".npy":
        with path.open("rb") as file:  # numpy.load of a path would also accept archives
            return {"centroids": np.lib.format.read_array(file, allow_pickle=False)}
    if path.suffix == ".safetensors":
        return read_arrays(path)
    return load_tensors(path) if path.suffix in TENSORS else load_joblib(path)


def _centroids(holder: Any) -> Any:
    """Return the first entry with a name of centroids, at the top level or one level below."""
    inside = holder.state if isinstance(holder, Inert) else holder
    if not isinstance(inside, dict):
        return None
    for place in (inside, inside.get("state_dict"), inside.get("kmeans")):
        part = place.state if isinstance(place, Inert) else place
        for name in NAMES:
            if isinstance(part, dict) and name in part:
                return part[name]
    return None


def _verified(found: Any, path: Path) -> NDArray[np.float32]:
    array = np.asarray(found)
    if array.dtype.kind != "f":
        raise CodebookFileError(path, f"has centroids of type {array.dtype}, not floating-point numbers")
    if array.ndim == 3 and array.shape[0] == 1:  # CPC's clustering has a batch dimension
        array = array[0]
    if array.ndim != 2 or 0 in array.shape:
        raise CodebookFileError(path, f"has centroids of shape {array.shape}, not (units, dimensions)")
    if not np.isfinite(array).all():
        raise CodebookFileError(path, "has centroids that are not finite")
    return np.ascontiguousarray(array, dtype=np.float32)
