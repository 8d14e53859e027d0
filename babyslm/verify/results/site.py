"""Checks of the output folder of the leaderboard's pages, and of the server."""

from collections.abc import Sequence
from pathlib import Path

from babyslm.verify.errors import UsageError

__all__ = [
    "NotASiteError",
    "PortTakenError",
    "SiteIsWatchedError",
    "WatchingNeedsExtraError",
    "verify_not_watched",
    "verify_site_folder",
]


class NotASiteError(UsageError):
    """The output folder contains other files than a site."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder}: is not empty and is not a leaderboard site, so it is left unchanged; "
            "choose a new or empty folder with --out"
        )


class PortTakenError(UsageError):
    """The address cannot be used by the server."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"{host}:{port}: the server cannot use this address ({reason}); choose another --port")


class SiteIsWatchedError(UsageError):
    """The output folder is inside a watched folder."""

    def __init__(self, out: Path, watched: Path) -> None:
        super().__init__(
            f"{out}: is inside {watched}, which is watched, so that every build would start another; "
            "choose another folder with --out"
        )


class WatchingNeedsExtraError(UsageError):
    """The package that watches files is not installed."""

    def __init__(self) -> None:
        super().__init__("leaderboard serve watches for changes and needs the extra: pip install 'babyslm[site]'")


def verify_not_watched(out: Path, watched: Sequence[Path]) -> None:
    """Verify that the output folder is outside all watched folders.

    :param out: output folder of the site.
    :param watched: watched folders.
    """
    for path in watched:
        if out.resolve().is_relative_to(path.resolve()):
            raise SiteIsWatchedError(out, path)


def verify_site_folder(folder: Path, marker: str) -> None:
    """Verify that a folder may be replaced by a site: it is absent, empty, or a site.

    :param folder: output folder of the site.
    :param marker: a file that every site has.
    """
    if folder.is_dir():
        if any(folder.iterdir()) and not (folder / marker).is_file():
            raise NotASiteError(folder)
    elif folder.exists():
        raise NotASiteError(folder)
