"""The one resolver of declarative content: the same files from a checkout and from the wheel."""

from pathlib import Path
from typing import Literal

from babyslm.verify.errors import UsageError

__all__ = ["ResourceNotFoundError", "resource", "resource_folder"]

Kind = Literal["datasets", "baselines", "leaderboard"]
PACKAGE = Path(__file__).parent


class ResourceNotFoundError(UsageError):
    """A shipped file was asked for by a name that does not exist."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(
            f"{name}: no such file and not shipped with babyslm; shipped are {', '.join(known) or 'none'}"
        )


def resource_folder(kind: Kind) -> Path:
    """Return the folder of shipped content: inside the wheel if there, otherwise of the checkout."""
    installed = PACKAGE / "_content" / kind
    return installed if installed.is_dir() else PACKAGE.parent / kind


def resource(kind: Kind, name: str) -> Path:
    """Return the path of one shipped file, such as `resource("datasets", "lexicons/child-en.tsv")`."""
    folder = resource_folder(kind)
    path = folder / name
    if not path.is_file():
        suffix = Path(name).suffix
        known = sorted(str(p.relative_to(folder)) for p in folder.rglob(f"*{suffix}") if p.is_file())
        raise ResourceNotFoundError(name, known)
    return path
