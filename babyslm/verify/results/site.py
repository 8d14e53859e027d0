"""Checks of where the pages of the leaderboard go, and of how they are served."""

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
    """The folder to be replaced holds something else."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder}: is not empty and holds no leaderboard site, so it is left alone; "
            "choose a new or empty folder with --out"
        )


class PortTakenError(UsageError):
    """Nothing can listen on this address."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"{host}:{port}: cannot be listened on ({reason}); choose another port with --port")


class SiteIsWatchedError(UsageError):
    """The pages would be written into what is watched for changes."""

    def __init__(self, out: Path, watched: Path) -> None:
        super().__init__(
            f"{out}: lies in {watched}, which is watched, so that every build would call for another; "
            "choose another folder with --out"
        )


class WatchingNeedsExtraError(UsageError):
    """The package that watches files is not installed."""

    def __init__(self) -> None:
        super().__init__("leaderboard serve watches for changes and needs the extra: pip install 'babyslm[site]'")


def verify_not_watched(out: Path, watched: Sequence[Path]) -> None:
    """Make sure that building changes nothing that is watched.

    :param out: where the site goes.
    :param watched: what is watched.
    """
    for path in watched:
        if out.resolve().is_relative_to(path.resolve()):
            raise SiteIsWatchedError(out, path)


def verify_site_folder(folder: Path, marker: str) -> None:
    """Make sure that a folder may be replaced by a site: it is absent, empty, or a site.

    :param folder: where the site goes.
    :param marker: a file that every site has.
    """
    if folder.is_dir():
        if any(folder.iterdir()) and not (folder / marker).is_file():
            raise NotASiteError(folder)
    elif folder.exists():
        raise NotASiteError(folder)
