"""The part of the cache that tests share with their user."""

from contextlib import suppress
from pathlib import Path

from platformdirs import user_cache_path

__all__ = ["share_vocabulary"]


def share_vocabulary(cache: Path) -> None:
    """Link the known words of a private cache to those of this user, which take up to a minute to make.

    Entries carry a hash of all that decides them, so that sharing them changes no result.

    :param cache: the private cache.
    """
    with suppress(OSError):
        own = user_cache_path("babyslm") / "vocabulary"
        own.mkdir(parents=True, exist_ok=True)
        cache.mkdir(parents=True, exist_ok=True)
        (cache / "vocabulary").symlink_to(own, target_is_directory=True)
