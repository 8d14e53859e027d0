"""Run a command in a process of its own, and kill it there without warning."""

import hashlib
import json
import multiprocessing
import os
import re
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

PRELOADED = [
    "torch",
    "pandas",
    "transformers",
    "sklearn.cluster",
    "babyslm.cli",
    "babyslm.evaluation.evaluate",
    "babyslm.training.train",
]
"""Imported once, in the server that the processes are forked from: a kill should meet work, not imports."""

VOLATILE = {
    "created",
    "seconds",
    "environment",
    "git",
    "dirty",
    "training_seconds",
    "wall_seconds",
    "started",
    "finished",
    "peak_memory",
    "minutes",
    "date",
}
"""Keys that say when, where and how long: they differ between any two runs."""

TIMES = re.compile(
    r"\b[0-9a-f]{40}\b"  # the revision that is being worked on
    r"|seconds \| [\d.,]+|\| \d+\.\d(?= \|)"  # in tables, tenths are of seconds
    r"|\d+([.,]\d+)* ?(ms|s|min|MB|MiB|GB|GiB)\b"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|\+00:00)?"
)


def _context() -> Any:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


def _main(
    arguments: list[str],
    log: str,
    largest: int | None,
    environment: dict[str, str],
    before: Callable[[], None] | None,
) -> None:
    os.environ.update(environment)
    if before is not None:
        before()
    if largest is not None:
        sys.dont_write_bytecode = True  # a compiled module cut at the limit would break every later import
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with Path(log).open("a", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.argv = ["babyslm", *arguments]
    from babyslm.__main__ import main

    main()


def start(
    arguments: Sequence[str], log: Path, largest: int | None = None, before: Callable[[], None] | None = None
) -> Any:
    """Start a command in a process of its own; no file of it may grow beyond so many bytes, as on a full disk.

    :param before: called in that process first.
    """
    # The server that processes are forked from keeps the environment that it was started in.
    environment = {name: value for name, value in os.environ.items() if name.startswith("BABYSLM_")}
    process = _context().Process(target=_main, args=(list(arguments), str(log), largest, environment, before))
    process.start()
    return process


def run_until(
    arguments: Sequence[str],
    log: Path,
    deadline: float | None = None,
    *,
    largest: int | None = None,
    before: Callable[[], None] | None = None,
) -> tuple[int, float]:
    """Run a command, and kill it with SIGKILL if it is not done by then.

    :returns: its exit code, negative for a signal, and the seconds that it ran.
    """
    begin = time.perf_counter()
    process = start(arguments, log, largest, before)
    process.join(deadline)
    if process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    return int(process.exitcode or 0), time.perf_counter() - begin


def fingerprints(folder: Path) -> dict[str, str]:
    """Return what every file of a folder says, whatever it says of time: text as it is, the rest by SHA-256."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        found[name] = _lasting(path).replace(str(folder), "OUT")
    return found


def _lasting(path: Path) -> str:
    match path.suffix:
        case ".json":
            return json.dumps(_without(json.loads(path.read_text(encoding="utf-8"))), sort_keys=True)
        case ".html" | ".md" | ".yaml":
            return TIMES.sub("", path.read_text(encoding="utf-8"))
        case _:
            return hashlib.sha256(path.read_bytes()).hexdigest()


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without(each) for key, each in value.items() if key not in VOLATILE}
    return [_without(each) for each in value] if isinstance(value, list) else value


def differences(first: dict[str, str], second: dict[str, str]) -> list[str]:
    """Say in which files two folders differ, and where."""
    found = [f"{name}: only in one" for name in sorted(first.keys() ^ second.keys())]
    for name in sorted(first.keys() & second.keys()):
        one, two = first[name], second[name]
        if one != two:
            at = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
            found.append(f"{name} at {at}: {one[max(at - 60, 0) : at + 60]!r} and {two[max(at - 60, 0) : at + 60]!r}")
    return found
