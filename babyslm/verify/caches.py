"""Errors of cache names."""

from collections.abc import Iterable

from babyslm.verify.errors import UsageError

__all__ = ["UnknownCacheError"]


class UnknownCacheError(UsageError):
    """No cache has this name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"no cache is called {name!r}; there are {', '.join(known)}, or all")
