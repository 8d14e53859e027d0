"""Fuzz one target in this process: `python -m tests.fuzz.one TARGET FOLDER [arguments of libFuzzer]`.

What breaks a reader is kept in `FOLDER/findings`, one input for each place in which it breaks, and the fuzzing goes
on; only a crash of the interpreter, a hang or a lack of memory ends it, with an input that libFuzzer keeps there.
"""

import sys
import traceback
from hashlib import sha256
from pathlib import Path

import atheris


def main() -> None:
    name, place, *arguments = sys.argv[1:]
    with atheris.instrument_imports(include=["babyslm", "yaml", "pylangacq"]):
        import pylangacq  # noqa: F401  # the readers import these only when they read
        import yaml  # noqa: F401

        from tests.fuzz.oracle import Broken, hold
        from tests.fuzz.targets import TARGETS

    target, folder = TARGETS[name], Path(place)
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

    atheris.Setup([sys.argv[0], *arguments], one_input)
    atheris.Fuzz()


def signature(broken: Exception) -> str:
    """Name the place in which a reader broke: the line of the project that led there, and the kind of error."""
    cause = broken.__cause__
    if cause is None:
        return str(broken).partition(": ")[0]
    lines = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(cause.__traceback__)]
    own = [line for line in lines if "/babyslm/" in line]
    return f"{type(cause).__name__} {own[-1:] or lines[-1:]}"


if __name__ == "__main__":
    main()
