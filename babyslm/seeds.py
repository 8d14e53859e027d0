"""Seeds derived from names, so that no random draw depends on order, batch size or number of workers."""

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

__all__ = ["derive", "generator"]


def derive(seed: int, *names: object) -> int:
    """Return a 63-bit seed that depends only on `seed` and the names.

    >>> derive(0, "non-words", "cat") == derive(0, "non-words", "cat")
    True
    """
    text = "\x1f".join([str(seed), *map(str, names)])
    return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest()[:8], "big") >> 1


def generator(seed: int, *names: object) -> "np.random.Generator":
    """Return a numpy generator seeded by `derive`."""
    import numpy as np

    return np.random.default_rng(derive(seed, *names))
