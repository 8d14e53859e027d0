"""Arrays that take seconds to make and are wanted by every process: made once, kept in the cache."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from babyslm.files import WriteError, atomic_file, cache_folder

__all__ = ["kept_array"]


def kept_array(kind: str, key: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    """Return an array from the cache, or make it and keep it there.

    A cache that cannot be read or written costs time, never the result.

    :param kind: folder of the cache.
    :param key: hash of all that decides the array.
    :param make: makes it.
    """
    path = cache_folder(kind) / f"{key}.npy"
    kept = _read(path)
    if kept is not None:
        return kept
    made = make()
    with suppress(WriteError), atomic_file(path) as temporary:
        np.save(temporary, made, allow_pickle=False)
    return made


def _read(path: Path) -> NDArray[Any] | None:
    try:
        found: NDArray[Any] = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return found
