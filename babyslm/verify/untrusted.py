"""Reading what a stranger sent: nothing leaves its folder, nothing grows without bound, nothing is executed."""

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
"""Bytes of a YAML document."""

RECORD_LIMIT = 1024 * 1024
"""Bytes of a JSON document."""

REASON_LIMIT = 600
"""Characters of a message that quotes what was sent."""


class SpecialFileError(BabySLMError):
    """Something is neither a plain file nor a plain folder."""

    def __init__(self, path: Path, kind: str) -> None:
        super().__init__(f"{path}: is a {kind}; send plain files and folders only")


class UnexpectedFileError(BabySLMError):
    """A folder holds what it should not."""

    def __init__(self, folder: Path, offenders: Collection[str], allowed: str) -> None:
        super().__init__(f"{folder}: holds {first_of(map(ascii, offenders))}; only {allowed} belongs here")


class OversizedFileError(BabySLMError):
    """A file is larger than it can rightly be."""

    def __init__(self, path: Path, limit: int, *, unpacked: bool = False) -> None:
        how = "unpacks to" if unpacked else "has"
        super().__init__(f"{path}: {how} more than {limit:,} bytes, which this file cannot need")


class CompressedFileError(BabySLMError):
    """A compressed file cannot be unpacked."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: is no whole gzip file ({reason}); was it cut short?")


def printable(text: str) -> str:
    r"""Return a message that quotes strangers as one line of visible characters, of bounded length.

    >>> print(printable("a\x1b[31m\nb"))
    a\x1b[31m\nb
    """
    shown = visible(text)
    return shown if len(shown) <= REASON_LIMIT else shown[: REASON_LIMIT - 1] + "…"


def plain_entries(folder: Path) -> tuple[list[str], list[str]]:
    """List a folder: names of its plain files and of its plain folders, sorted.

    :param folder: the folder; itself no link.
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
    """Read a gzip file that holds at most `limit` bytes; no more than that is ever unpacked.

    :param path: the file; packed, it may have no more bytes either, bar the frame of the format.
    :param limit: most bytes of its content.
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
    """Read a small JSON file from a stranger."""
    return json_value(_decoded(bounded_bytes(path, RECORD_LIMIT), path), path)


def read_untrusted_yaml(path: Path) -> Any:
    """Read a small YAML file from a stranger: plain values, no aliases."""
    return yaml_value(_decoded(bounded_bytes(path, DOCUMENT_LIMIT), path), path, aliases=False)
