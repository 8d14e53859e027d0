"""Cache entries with checksums: damaged entries count as missing and are rebuilt."""

import shutil
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG

from babyslm.files import WriteError, atomic_file, cache_folder
from babyslm.verify.caches import UnknownCacheError

__all__ = ["CACHES", "Usage", "clear_cache", "keep_entry", "kept_entry", "usage"]

CACHES = {
    "babble": "babble noise for acoustic conditions",
    "espeak": "links to the data of espeak-ng, and babyslm's voices",
    "rooms": "impulse responses of simulated rooms",
    "units": "speech units of sounds encoded by slow encoders",
    "vocabulary": "known words of a language with their phones, which are excluded as non-words",
    "vega": "the plotting script for reports",
}
"""Kinds of cache entries. All may be deleted at any time (`espeak` only while nothing is synthesised): missing entries
are rebuilt."""


@dataclass(frozen=True)
class Usage:
    """Disk usage of a cache.

    :param name: name of the cache.
    :param folder: its folder.
    :param holds: description of its content.
    :param empty: the command that empties it.
    :param files: number of files.
    :param megabytes: their size; links are not counted.
    """

    name: str
    folder: str
    holds: str
    empty: str
    files: int
    megabytes: float


DIGEST = sha256().digest_size


def keep_entry(path: Path, content: bytes) -> None:
    """Write an entry preceded by its SHA-256, atomically.

    :param path: path of the entry.
    :param content: content of the entry.
    """
    with atomic_file(path) as temporary:
        temporary.write_bytes(sha256(content).digest() + content)


def kept_entry(path: Path) -> bytes | None:
    """Return the content of an entry, or None if it is missing or its checksum does not match.

    :param path: path of the entry.
    """
    try:
        written = path.read_bytes()
    except OSError:
        return None
    content = written[DIGEST:]
    return content if sha256(content).digest() == written[:DIGEST] else None


def usage(name: str, folder: Path, holds: str, empty: str) -> Usage:
    """Measure a cache.

    :param name: name of the cache.
    :param folder: its folder; it may be missing.
    :param holds: description of its content.
    :param empty: the command that empties it.
    """
    sizes = []
    for path in folder.rglob("*"):
        try:
            found = path.lstat()
        except OSError:  # removed by another process
            continue
        if S_ISREG(found.st_mode):
            sizes.append(found.st_size)
    return Usage(name, str(folder), holds, empty, len(sizes), sum(sizes) / 1e6)


def clear_cache(name: str) -> Usage:
    """Empty one of babyslm's caches, and return its usage before.

    :param name: one of `CACHES`.
    :raises UnknownCacheError: if there is no cache of this name.
    """
    if name not in CACHES:
        raise UnknownCacheError(name, CACHES)
    folder = cache_folder(name)
    before = usage(name, folder, CACHES[name], "")
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise WriteError(folder, error.strerror or str(error)) from error
    return before
