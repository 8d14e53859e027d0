"""Fuzz one reader in a process of its own, until its time is over.

What breaks the reader is kept in `FOLDER/findings`, one input for each place in which it breaks, and the fuzzing goes
on; only a crash of the interpreter, a hang or a lack of memory ends it, with an input that libFuzzer keeps there.
"""

import os
import traceback
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from tests.fuzz.oracle import Broken, hold
from tests.fuzz.targets import Target

__all__ = ["fuzz_in_child"]


def fuzz_in_child(target: Target, folder: Path, arguments: Sequence[str]) -> str:
    """Fork, fuzz in the child, and return what libFuzzer said.

    A fork has every module imported and instrumented already, which takes longer than many inputs.

    :param target: the reader.
    :param folder: where its scratch file and `findings` lie.
    :param arguments: of libFuzzer.
    """
    log = folder / "log.txt"
    child = os.fork()
    if child == 0:
        with log.open("wb") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        try:
            _fuzz(target, folder, arguments)
        finally:
            os._exit(1)
    os.waitpid(child, 0)
    return log.read_text(encoding="utf-8", errors="replace")


def _fuzz(target: Target, folder: Path, arguments: Sequence[str]) -> None:
    import atheris

    known: set[str] = set()

    def one_input(content: bytes) -> None:
        try:
            hold(target, content, folder / "scratch")
        except Broken as broken:
            where = signature(broken)
            if where not in known:
                known.add(where)
                path = folder / "findings" / f"broken-{sha256(where.encode()).hexdigest()[:12]}"
                path.write_bytes(content)
                path.with_suffix(".txt").write_text("".join(traceback.format_exception(broken)), encoding="utf-8")

    atheris.Setup(["fuzz", *arguments], one_input)
    atheris.Fuzz()  # ends the process


def signature(broken: Exception) -> str:
    """Name the place in which a reader broke: the line of the project that led there, and the kind of error."""
    cause = broken.__cause__
    if cause is None:
        return str(broken).partition(": ")[0]
    lines = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(cause.__traceback__)]
    own = [line for line in lines if "/babyslm/" in line]
    return f"{type(cause).__name__} {own[-1:] or lines[-1:]}"
