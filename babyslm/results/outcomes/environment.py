"""Software that produced a result: versions of packages, and the revision of a checkout."""

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shutil import which

from pydantic import BaseModel, ConfigDict

from babyslm.resources import PACKAGE

__all__ = ["Environment", "GitState", "current_environment"]

PACKAGES = (
    "torch",
    "torchaudio",
    "transformers",
    "tokenizers",
    "numpy",
    "pandas",
    "scipy",
    "scikit-learn",
    "soundfile",
    "phonemizer",
    "espeakng-loader",
    "fairseq2",
    "ray",
)
"""Packages that can change a score or a figure."""


class GitState(BaseModel):
    """Revision of a checkout, and whether it has uncommitted changes."""

    model_config = ConfigDict(extra="forbid")

    revision: str
    dirty: bool


class Environment(BaseModel):
    """Software with which a result was made, without names of machine or user."""

    model_config = ConfigDict(extra="forbid")

    babyslm: str
    python: str
    system: str
    packages: dict[str, str]
    git: GitState | None = None


def current_environment() -> Environment:
    """Describe the environment of this process."""
    found = {name: _version(name) for name in PACKAGES}
    return Environment(
        babyslm=_version("babyslm") or "0+unknown",
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        packages={name: value for name, value in found.items() if value},
        git=_git_state(PACKAGE.parent),
    )


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _git_state(checkout: Path) -> GitState | None:
    """Return the state of babyslm's own checkout; None if it was installed, even inside another checkout."""
    git = which("git")
    if git is None or not (checkout / ".git").exists():
        return None

    def run(*arguments: str) -> str:
        command = [git, "-C", str(checkout), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.strip()  # noqa: S603  # own git, fixed arguments

    try:
        return GitState(revision=run("rev-parse", "HEAD"), dirty=bool(run("status", "--porcelain")))
    except (subprocess.SubprocessError, OSError):
        return None
