"""What was made once and is kept for later: an entry comes back as it was written, or counts as absent."""

import shutil
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG

from babyslm.files import WriteError, atomic_file, cache_folder
from babyslm.verify.caches import UnknownCacheError

__all__ = ["CACHES", "Usage", "clear_cache", "keep_entry", "kept_entry", "usage"]

CACHES = {
    "babble": "voices of others talking, for acoustic conditions",
    "espeak": "links to the data of espeak-ng, beside the folder of our own voices",
    "rooms": "impulse responses of simulated rooms",
    "units": "speech units of sounds that a costly encoder has heard",
    "vocabulary": "known words of a language with their phones, which no non-word may sound like",
    "vega": "the plotting library, as one script for reports",
}
"""What the folders of the cache hold. Each may be emptied at any time, `espeak` while nothing is being spoken: what is
missing is made anew."""


@dataclass(frozen=True)
class Usage:
    """What a cache takes.

    :param name: of the cache.
    :param folder: where it lies.
    :param holds: what is in it.
    :param empty: how it is emptied.
    :param files: how many there are.
    :param megabytes: how much they take; links count for nothing.
    """

    name: str
    folder: str
    holds: str
    empty: str
    files: int
    megabytes: float


DIGEST = sha256().digest_size


def keep_entry(path: Path, content: bytes) -> None:
    """Write an entry behind its SHA-256, whole or not at all.

    :param path: where it lies.
    :param content: what it says.
    """
    with atomic_file(path) as temporary:
        temporary.write_bytes(sha256(content).digest() + content)


def kept_entry(path: Path) -> bytes | None:
    """Return what an entry says; None where there is none, or where it is not what was written once.

    :param path: where it lies.
    """
    try:
        written = path.read_bytes()
    except OSError:
        return None
    content = written[DIGEST:]
    return content if sha256(content).digest() == written[:DIGEST] else None


def usage(name: str, folder: Path, holds: str, empty: str) -> Usage:
    """Measure a cache.

    :param name: of the cache.
    :param folder: where it lies; it may be absent.
    :param holds: what is in it.
    :param empty: how it is emptied.
    """
    sizes = []
    for path in folder.rglob("*"):
        try:
            found = path.lstat()
        except OSError:  # another process was faster
            continue
        if S_ISREG(found.st_mode):
            sizes.append(found.st_size)
    return Usage(name, str(folder), holds, empty, len(sizes), sum(sizes) / 1e6)


def clear_cache(name: str) -> Usage:
    """Empty one of our caches, and return what was in it.

    :param name: one of `CACHES`.
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
