"""Data folder of espeak-ng: links to the installed data, and the files of babyslm's voices, in the cache.

Only the voice files change. Each exists under a unique name while one process reads it, so a killed process leaves at
most one file of a few hundred bytes.
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
"""The only entry of the data folder that belongs to babyslm; all others are links to the installed data."""

LONGEST_PATH = 150
"""Longest path of the data folder, in bytes: espeak-ng stores it in a buffer of 160 bytes and truncates the rest."""

FORGOTTEN = 3600.0
"""Age in seconds after which a voice file is assumed to be left over from a killed process."""


def espeak_home() -> Path:
    """Return a data folder that links to the installed data and has a subfolder for babyslm's voices, `voices/!v`.

    If the cache is not writable, or its path is too long for espeak-ng, the folder is temporary and removed at the end
    of the process.

    :raises LongPathError: if the path of the temporary folder is too long as well.
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
    """Create the folder unless it is complete, and return whether it is complete and writable now."""
    if not _is_whole(home, entries):
        # If another process creates the folder first, its result is equivalent and may already be in use.
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
    """Link a file or folder, or copy it where links are not allowed."""
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
    if os.getpid() == owner:  # a forked child must not remove the folder of its parent
        shutil.rmtree(home, ignore_errors=True)


def _forget(variants: Path) -> None:
    """Remove voice files left over from killed processes: espeak-ng lists only some hundred."""
    for path in variants.iterdir():
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > FORGOTTEN:
                path.unlink()


@contextmanager
def variant_file(home: Path, variant: str) -> Iterator[str]:
    """Write a voice file for the duration of the block, and yield the name by which espeak-ng finds it.

    :param home: the folder returned by `espeak_home`.
    :param variant: content of the voice file.
    """
    folder = home / OWN / "!v"
    try:
        # espeak-ng interprets a name of digits alone as the number of a variant.
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
