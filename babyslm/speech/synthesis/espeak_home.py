"""Where espeak-ng finds its data and our voices: one folder of links in the cache, for all processes.

Nothing in it changes but the files of voices, each of which is there only while a process reads it in, under a name of
its own. So a process that is killed leaves at most one file of a few hundred bytes.
"""

import atexit
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from babyslm.espeak import espeak_data
from babyslm.files import WriteError, atomic_folder, cache_folder, sha256_text
from babyslm.verify.speech.voices import LongPathError

__all__ = ["espeak_home", "variant_file"]

DATA = "espeak-ng-data"

OWN = "voices"
"""The one entry of the data folder that is ours; the others are links to the installed ones."""

LONGEST_PATH = 150
"""Bytes; espeak-ng keeps the path of its data in a buffer of 160 and cuts off the rest."""

FORGOTTEN = 3600.0
"""Seconds after which the file of a voice is of a process that was killed."""


def espeak_home() -> Path:
    """Return a data folder that links to the installed data and has a place for our own voices, `voices/!v`.

    Where the cache cannot be written, or lies too deep for espeak-ng, it is a temporary one that goes with the
    process.
    """
    source = espeak_data()
    entries = {path.name: path for path in sorted(source.iterdir()) if path.name != OWN}
    told = [f"{name} {found.stat().st_size} {found.stat().st_mtime_ns}" for name, found in entries.items()]
    home = cache_folder("espeak").absolute() / sha256_text("\n".join([str(source), *told]))[:16]
    if len(os.fsencode(home / DATA)) <= LONGEST_PATH and _is_made(home, entries):
        _forget(home / DATA / OWN / "!v")
        return home / DATA
    return _temporary(entries)


def _is_made(home: Path, entries: dict[str, Path]) -> bool:
    """Make the folder where it is not there as it should be, and return whether it is now."""
    if not _is_whole(home, entries):
        # Another process may be faster: what it has made is as good, and it may be in use already.
        with suppress(WriteError), atomic_folder(home, replace=home.exists()) as temporary:
            _fill(temporary, entries)
    return _is_whole(home, entries) and os.access(home / DATA / OWN / "!v", os.W_OK)


def _is_whole(home: Path, entries: dict[str, Path]) -> bool:
    data = home / DATA
    try:
        there = all(
            path.is_dir() or (data / name).stat().st_size == path.stat().st_size for name, path in entries.items()
        )
    except OSError:
        return False
    return there and (data / OWN / "!v").is_dir()


def _fill(home: Path, entries: dict[str, Path]) -> None:
    (home / DATA / OWN / "!v").mkdir(parents=True)
    for name, path in entries.items():
        _link(path, home / DATA / name)


def _link(source: Path, target: Path) -> None:
    """Link a file or folder, or copy it where the system allows no links."""
    try:
        target.symlink_to(source)
    except OSError:
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copyfile(source, target)


def _temporary(entries: dict[str, Path]) -> Path:
    home = Path(tempfile.mkdtemp(prefix="babyslm-espeak-"))
    atexit.register(_remove, home, os.getpid())
    if len(os.fsencode(home / DATA)) > LONGEST_PATH:
        raise LongPathError(home)
    _fill(home, entries)
    return home / DATA


def _remove(home: Path, owner: int) -> None:
    if os.getpid() == owner:  # a forked child must leave its parent's folder alone
        shutil.rmtree(home, ignore_errors=True)


def _forget(variants: Path) -> None:
    """Remove the files of voices that a killed process left: espeak-ng lists no more than some hundred."""
    for path in variants.iterdir():
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > FORGOTTEN:
                path.unlink()


@contextmanager
def variant_file(home: Path, variant: str) -> Iterator[str]:
    """Put a voice where espeak-ng reads it in the block, and yield the name that it goes by there.

    :param home: from `espeak_home`.
    :param variant: what the file says.
    """
    folder = home / OWN / "!v"
    try:
        # A name of digits alone would count as the number of a variant.
        handle, name = tempfile.mkstemp(prefix="v", dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(variant)
    except OSError as error:
        raise WriteError(folder, error.strerror or str(error)) from error
    try:
        yield Path(name).name
    finally:
        with suppress(OSError):
            Path(name).unlink()
