"""Lookup of declarative content: files shipped with babyslm (checkout or wheel) and the user's own.

The folder named by the environment variable `BABYSLM_CONTENT`, with the same structure as the shipped content
(`datasets/phones/es.yaml`, `baselines/mine.yaml`), is searched first. A language or a recipe can therefore be added
without a change of code.
"""

import os
from pathlib import Path
from typing import Literal

from babyslm.verify.errors import UsageError

__all__ = ["OWN", "ResourceNotFoundError", "resource", "resource_folder", "resource_folders", "resource_names"]

Kind = Literal["datasets", "baselines", "leaderboard"]
PACKAGE = Path(__file__).parent
OWN = "BABYSLM_CONTENT"
"""Environment variable with the folder of the user's own content."""


class ResourceNotFoundError(UsageError):
    """No shipped file has the requested name."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"{name}: not a file, and not shipped with babyslm; shipped are {', '.join(known) or 'none'}")


def resource_folder(kind: Kind) -> Path:
    """Return the folder of shipped content: that of the wheel if it exists, otherwise that of the checkout."""
    installed = PACKAGE / "_content" / kind
    return installed if installed.is_dir() else PACKAGE.parent / kind


def resource_folders(kind: Kind) -> list[Path]:
    """Return the folders searched for one kind of content, the user's own first."""
    own = os.environ.get(OWN)
    return [*([Path(own) / kind] if own else []), resource_folder(kind)]


def resource(kind: Kind, name: str) -> Path:
    """Return the path of one file, such as `resource("datasets", "lexicons/child-en.tsv")`."""
    for folder in resource_folders(kind):
        if (folder / name).is_file():
            return folder / name
    raise ResourceNotFoundError(name, resource_names(kind, f"*{Path(name).suffix}"))


def resource_names(kind: Kind, pattern: str) -> list[str]:
    """Return the sorted names of all files of one kind that match a pattern, such as `voices/*.yaml`."""
    found = {
        path.relative_to(folder).as_posix()
        for folder in resource_folders(kind)
        for path in (folder.rglob(pattern) if "/" not in pattern else folder.glob(pattern))
        if path.is_file()
    }
    return sorted(found)
