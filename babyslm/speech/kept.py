"""Cached arrays that take seconds to compute and are shared by all processes."""

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from babyslm.caches import keep_entry, kept_entry
from babyslm.files import WriteError, cache_folder

__all__ = ["kept_array"]


def kept_array(kind: str, key: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    """Return an array from the cache, or compute and cache it.

    An unreadable, unwritable or damaged cache costs time but does not change the result.

    :param kind: folder of the cache.
    :param key: hash of everything that determines the array.
    :param make: computes the array.
    """
    path = cache_folder(kind) / f"{key}"
    kept = _read(path)
    if kept is not None:
        return kept
    made = make()
    written = BytesIO()
    np.save(written, made, allow_pickle=False)
    with suppress(WriteError):
        keep_entry(path, written.getvalue())
    return made


def _read(path: Path) -> NDArray[Any] | None:
    written = kept_entry(path)
    if written is None:
        return None
    try:
        found: NDArray[Any] = np.load(BytesIO(written), allow_pickle=False)
    except (ValueError, EOFError):
        return None
    return found
