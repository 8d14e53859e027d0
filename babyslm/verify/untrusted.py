"""Safe reading of submitted files: paths stay in their folder, sizes are bounded, and nothing is executed."""

import gzip
import os
import stat
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from babyslm.verify.documents import DocumentError, NoSuchFileError, json_value, yaml_value
from babyslm.verify.errors import BabySLMError, first_of, visible

__all__ = [
    "CompressedFileError",
    "OversizedFileError",
    "SpecialFileError",
    "UnexpectedFileError",
    "bounded_bytes",
    "plain_entries",
    "printable",
    "read_untrusted_json",
    "read_untrusted_yaml",
    "unpacked",
]

DOCUMENT_LIMIT = 64 * 1024
"""Largest YAML document in bytes."""

RECORD_LIMIT = 1024 * 1024
"""Largest JSON document in bytes."""

REASON_LIMIT = 600
"""Longest message in characters that quotes submitted content."""


class SpecialFileError(BabySLMError):
    """An entry is neither a regular file nor a regular folder."""

    def __init__(self, path: Path, kind: str) -> None:
        super().__init__(f"{path}: is a {kind}; submit regular files and folders only")


class UnexpectedFileError(BabySLMError):
    """A folder contains entries that are not allowed."""

    def __init__(self, folder: Path, offenders: Collection[str], allowed: str) -> None:
        super().__init__(f"{folder}: contains {first_of(map(ascii, offenders))}; only {allowed} is allowed here")


class OversizedFileError(BabySLMError):
    """A file is larger than allowed."""

    def __init__(self, path: Path, limit: int, *, unpacked: bool = False) -> None:
        how = "unpacks to" if unpacked else "has"
        super().__init__(f"{path}: {how} more than {limit:,} bytes, the limit for this file")


class CompressedFileError(BabySLMError):
    """A compressed file cannot be decompressed."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: is not a complete gzip file ({reason}); it may be truncated")


def printable(text: str) -> str:
    r"""Return a message that quotes submitted content as one line of visible characters, of bounded length.

    >>> print(printable("a\x1b[31m\nb"))
    a\x1b[31m\nb
    """
    shown = visible(text)
    return shown if len(shown) <= REASON_LIMIT else shown[: REASON_LIMIT - 1] + "…"


def plain_entries(folder: Path) -> tuple[list[str], list[str]]:
    """Return the sorted names of the regular files and of the regular folders in a folder.

    :param folder: the folder; itself not a link.
    :raises SpecialFileError: for a link, a device, a pipe or a socket.
    """
    files, folders = [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            path = folder / entry.name
            status = entry.stat(follow_symlinks=False)
            if stat.S_ISLNK(status.st_mode):
                raise SpecialFileError(path, "symbolic link")
            if stat.S_ISDIR(status.st_mode):
                folders.append(entry.name)
            elif stat.S_ISREG(status.st_mode):
                files.append(entry.name)
            else:
                raise SpecialFileError(path, "device, pipe or socket")
    return sorted(files), sorted(folders)


def bounded_bytes(path: Path, limit: int) -> bytes:
    """Read a file of at most `limit` bytes, following no link."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise NoSuchFileError(path) from None
    except OSError as error:
        raise DocumentError(path, f"cannot be read ({error.strerror})") from error
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise SpecialFileError(path, "folder, device, pipe or socket")
        content = file.read(limit + 1)
    if len(content) > limit:
        raise OversizedFileError(path, limit)
    return content


def unpacked(path: Path, limit: int) -> bytes:
    """Read a gzip file of at most `limit` bytes of content; decompression stops at the limit.

    :param path: the file; its compressed size is limited as well, apart from the overhead of the format.
    :param limit: largest size of the content in bytes.
    :raises CompressedFileError: if the file cannot be decompressed.
    :raises OversizedFileError: if the content is larger.
    """
    import io

    packed = bounded_bytes(path, limit + 1024)
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            content = file.read(limit + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise CompressedFileError(path, str(error) or type(error).__name__) from error
    if len(content) > limit:
        raise OversizedFileError(path, limit, unpacked=True)
    return content


def _decoded(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(path, f"is not UTF-8 text (byte {error.start}); save it as UTF-8") from error


def read_untrusted_json(path: Path) -> Any:
    """Read a small JSON file from a submission."""
    return json_value(_decoded(bounded_bytes(path, RECORD_LIMIT), path), path)


def read_untrusted_yaml(path: Path) -> Any:
    """Read a small YAML file from a submission: plain values, no aliases."""
    return yaml_value(_decoded(bounded_bytes(path, DOCUMENT_LIMIT), path), path, aliases=False)
