"""Atomic writes, locks and content hashes of files and folders."""

import errno
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babyslm.verify.errors import BabySLMError

if TYPE_CHECKING:
    from filelock import BaseFileLock

__all__ = [
    "LockedError",
    "WriteError",
    "atomic_file",
    "atomic_folder",
    "cache_folder",
    "exclusive",
    "full_disk",
    "sha256_file",
    "sha256_text",
    "sweep_partial_files",
    "swept",
    "to_json",
    "write_json",
    "write_text",
]


FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}
"""What a disk says that takes no more."""
OS_ERROR = re.compile(r"os error (\d+)|[Ee]rrno (\d+)")
"""How libraries quote an error of the system: safetensors and Rust, Arrow."""
HIDDEN = ("PytorchStreamWriter", "inline_container", "System error", "file write failed")
"""Messages of libraries behind which a full disk may be hidden."""
PROBE = 1 << 20
"""Bytes that are written to see whether the disk is full."""


class WriteError(BabySLMError):
    """A file or folder cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: cannot be written ({reason}); choose another path or free disk space")


class LockedError(BabySLMError):
    """Another process is writing the same output."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: another babyslm process is writing here; wait for it or choose another --out")


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path next to `path` that becomes `path` only if the block succeeds.

    :param path: final path; its folder is created.
    :raises WriteError: if the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:80]}.", suffix=".partial" + path.suffix, dir=path.parent)
        os.close(handle)
    except OSError as error:
        raise WriteError(path, error.strerror or str(error)) from error
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise WriteError(path, error.strerror or str(error)) from error
    except Exception as error:
        if reason := full_disk(error, temporary):
            raise WriteError(path, reason) from error
        raise
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path, *, replace: bool = True) -> Iterator[Path]:
    """Yield a temporary folder next to `path` that becomes `path` only if the block succeeds.

    :param path: final folder.
    :param replace: replace an existing folder as a whole. If false, a folder created by another process in the
        meantime is kept and remains accessible at all times.
    :raises WriteError: if the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{path.name[:80]}.", suffix=".partial", dir=path.parent))
    except OSError as error:
        raise WriteError(path, error.strerror or str(error)) from error
    old = temporary.with_suffix(".old")
    try:
        yield temporary
        temporary.chmod(0o777 & ~_umask())
        if replace and path.exists():
            path.rename(old)
        try:
            temporary.rename(path)
        except OSError:
            if replace or not path.is_dir():
                raise
    except OSError as error:
        raise WriteError(path, error.strerror or str(error)) from error
    except Exception as error:
        if reason := full_disk(error, temporary / "probe"):
            raise WriteError(path, reason) from error
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def full_disk(error: BaseException, probe: Path | None = None) -> str:
    """Return what the disk says if an error is due to one that takes no more, or "".

    Libraries that write files of their own hide it: safetensors in a message, torch and libsndfile behind a message of
    their own. For the latter, a file beside is written to.

    :param error: what a library raised.
    :param probe: a file on the same disk, which is lengthened; None asks the error alone.
    """
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, OSError) and chain.errno in FULL:
            return chain.strerror or os.strerror(chain.errno)
        if found := OS_ERROR.search(str(chain)):
            number = int(found[1] or found[2])
            return os.strerror(number) if number in FULL else ""
        if probe is not None and any(sign in str(chain) for sign in HIDDEN):
            try:
                with probe.open("ab") as file:
                    file.write(bytes(PROBE))
                    os.fsync(file.fileno())
            except OSError as told:
                return told.strerror or str(told)
        chain = chain.__cause__ or chain.__context__
    return ""


def sweep_partial_files(folder: Path) -> None:
    """Remove temporary files of killed writers from a folder to which nobody else is writing."""
    for path in folder.glob(".*.partial*"):
        if path.is_file():
            with suppress(OSError):
                path.unlink()


@contextmanager
def swept(folders: Iterable[Path]) -> Iterator[None]:
    """Remove temporary files from folders before and after workers write there, since workers may be killed as well.

    :param folders: folders to which nobody else is writing.
    """
    places = sorted(set(folders))
    for folder in places:
        sweep_partial_files(folder)
    yield
    for folder in places:
        sweep_partial_files(folder)


def _umask() -> int:
    value = os.umask(0)
    os.umask(value)
    return value


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with Unix line ends, atomically."""
    with atomic_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def to_json(value: Any) -> str:
    """Return JSON as babyslm stores it: indent of two spaces, no escapes of non-ASCII characters, no NaN."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file, atomically."""
    write_text(path, to_json(value))


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold the lock of an output folder during the block.

    The lock is a hidden file next to the folder, so that the folder can be replaced. It is removed with the lock; a
    lock left by a killed process is taken over. A folder created here that is still empty when the block fails is
    removed.

    :param folder: the output folder; created if missing.
    :raises LockedError: at once, if another process holds the lock.
    """
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = _locked(folder.parent / f".{folder.name}.lock")
    except OSError as error:
        raise WriteError(folder, error.strerror or str(error)) from error
    if lock is None:
        raise LockedError(folder)
    sweep_partial_files(folder)  # left by killed runs, as nobody else writes here
    try:
        yield
    except BaseException:
        if made:
            with suppress(OSError):
                folder.rmdir()  # only if empty
        raise
    finally:
        _unlock(lock)


def _locked(path: Path) -> "BaseFileLock | None":
    """Create and lock a file; None if another process holds the lock."""
    from filelock import FileLock, Timeout

    while True:
        lock = FileLock(path, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            # If the previous holder removed the file meanwhile, the lock is free, but filelock requires an existing
            # file. if path.exists():
            return None
        else:
            return lock


def _unlock(lock: "BaseFileLock") -> None:
    """Release a lock and remove its file.

    The file is removed while it is locked, so only the holder removes it. A process that opened the file earlier and
    locks it after the removal notices this (filelock compares) and starts again. On Windows an open file cannot be
    removed. On a system without locks the file itself is the lock, and filelock removes it.
    """
    from filelock import SoftFileLock

    if os.name == "posix" and not isinstance(lock, SoftFileLock):
        with suppress(OSError):
            Path(lock.lock_file).unlink()
    lock.release()


def sha256_file(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_text(text: str) -> str:
    """Return the hexadecimal SHA-256 of a text's UTF-8 bytes."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def cache_folder(kind: str) -> Path:
    """Return the cache folder of one kind of entries; `BABYSLM_CACHE` sets the location of all of them."""
    from platformdirs import user_cache_path

    root = os.environ.get("BABYSLM_CACHE")
    return (Path(root) if root else user_cache_path("babyslm")) / kind
