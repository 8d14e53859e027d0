"""What can be wrong with the name of a cache."""

from collections.abc import Iterable

from babyslm.verify.errors import UsageError

__all__ = ["UnknownCacheError"]


class UnknownCacheError(UsageError):
    """A cache was named that there is not."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"no cache is called {name!r}; there are {', '.join(known)}, or all")
