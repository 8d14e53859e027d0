"""The one place that knows how to write whole files, lock them and name them by content."""

import hashlib
import json
import os
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
    "sha256_file",
    "sha256_text",
    "sweep_partial_files",
    "swept",
    "to_json",
    "write_json",
    "write_text",
]


class WriteError(BabySLMError):
    """A file or folder cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: cannot be written ({reason}); choose another place or free some space")


class LockedError(BabySLMError):
    """Another process is writing the same output."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: another babyslm process is writing here; wait for it or choose another --out")


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path` that becomes `path` only if the block succeeds.

    :param path: final path; its folder is created.
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
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path, *, replace: bool = True) -> Iterator[Path]:
    """Yield a temporary folder beside `path` that becomes `path` only if the block succeeds.

    :param path: final folder.
    :param replace: whatever stands there is replaced as a whole; without this, what another process has put there
        meanwhile stays, and is never away for a moment.
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
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def sweep_partial_files(folder: Path) -> None:
    """Remove what an `atomic_file` that was killed left behind; for a folder that nobody else is writing to."""
    for path in folder.glob(".*.partial*"):
        if path.is_file():
            with suppress(OSError):
                path.unlink()


@contextmanager
def swept(folders: Iterable[Path]) -> Iterator[None]:
    """Sweep folders before and after workers write there: of those, too, one may be killed and its work done again.

    :param folders: nobody else is writing to them.
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
    """Write UTF-8 text with Unix line ends, whole or not at all."""
    with atomic_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def to_json(value: Any) -> str:
    """Render JSON as it is stored: two-space indent, real characters, NaN refused."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file, whole or not at all."""
    write_text(path, to_json(value))


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold the lock of an output folder; a second writer gets a `LockedError` at once.

    The lock is a hidden file beside the folder, so that the folder may be replaced; it goes with the lock, and
    one that a killed process left is taken over. A folder made here that is still empty when the block fails is
    removed again.

    :param folder: the output folder; created.
    """
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = _locked(folder.parent / f".{folder.name}.lock")
    except OSError as error:
        raise WriteError(folder, error.strerror or str(error)) from error
    if lock is None:
        raise LockedError(folder)
    sweep_partial_files(folder)  # nobody else writes here: what lies about half-written is of a run that was killed
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
    """Lock a file, which is made for it; None if another holds it."""
    from filelock import FileLock, Timeout

    while True:
        lock = FileLock(path, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            # Who let go of it meanwhile has removed it: then it is free. filelock does not take a file without a name.
            if path.exists():
                return None
        else:
            return lock


def _unlock(lock: "BaseFileLock") -> None:
    """Let go of a lock, and leave no file behind.

    The file goes while it is locked. So only its holder removes it; whoever has opened it before, and locks it when it
    has no name any more, sees that (filelock compares) and begins anew. On Windows an open file cannot be removed, and
    where a system has no locks the file itself is one, which filelock removes.
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
    """Return the folder of one kind of cache entries; `BABYSLM_CACHE` moves them all."""
    from platformdirs import user_cache_path

    root = os.environ.get("BABYSLM_CACHE")
    return (Path(root) if root else user_cache_path("babyslm")) / kind
