"""Fuzz every reader of outside files, guided by coverage: `python -m tests.fuzz [TARGET ...] --seconds 60`.

Needs atheris (`pip install atheris`). Each target runs in a process of its own, bounded in time and memory. Inputs are
made here and seeds are fixed. What breaks a reader lies in `FOLDER/TARGET/findings`; the exit code is then 1. A folder
that is kept (`--folder`) is gone on from.
"""

import argparse
import importlib.util
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

MEGABYTES = 3000
"""Most memory that a process may take; a third of it is torch, for the recipes."""

LENGTH = 6000
"""Most bytes of an input."""

HANG = 30
"""Seconds after which a single input counts as a hang."""

PROGRESS = re.compile(r"cov: (\d+) ft: (\d+) corp: (\d+)")


@dataclass(frozen=True)
class Campaign:
    """What came of fuzzing one target.

    :param runs: inputs tried.
    :param edges: branches of Python that some input took.
    :param inputs: inputs kept, because they took another way than those before.
    :param findings: inputs that broke the reader.
    """

    runs: int
    edges: int
    inputs: int
    findings: tuple[Path, ...]


def instrument() -> None:
    """Import the readers such that every branch they take is seen."""
    import atheris

    with atheris.instrument_imports(include=["babyslm", "yaml", "pylangacq"]):
        import pylangacq  # noqa: F401  # the readers import these only when they read
        import yaml  # noqa: F401

        import tests.fuzz.targets  # noqa: F401
    atheris.enabled_hooks.add("str")  # that of regular expressions stumbles over patterns that pandas has compiled


def fuzz(name: str, folder: Path, *, seconds: int, seed: int) -> Campaign:
    """Fuzz one target for so many seconds."""
    from babyslm.seeds import derive
    from tests.fuzz.inputs import write_inputs, write_words
    from tests.fuzz.one import fuzz_in_child
    from tests.fuzz.targets import TARGETS

    for part in ("inputs", "corpus", "scratch", "findings"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for path in (folder / "findings").iterdir():  # tried again first, and found again if they still break the reader
        if path.suffix == ".txt":
            path.unlink()
        else:
            path.replace(folder / "corpus" / path.name)
    write_inputs(name, folder / "inputs")
    write_words(name, folder / "words")
    said = fuzz_in_child(
        TARGETS[name],
        folder,
        [
            *(f"-max_total_time={seconds}", f"-seed={derive(seed, 'fuzz', name) % 2**32}", f"-max_len={LENGTH}"),
            *(f"-timeout={HANG}", f"-rss_limit_mb={MEGABYTES}", f"-dict={folder / 'words'}", "-print_final_stats=1"),
            *(f"-artifact_prefix={folder / 'findings'}/", str(folder / "corpus"), str(folder / "inputs")),
        ],
    )
    found = tuple(sorted(path for path in (folder / "findings").iterdir() if path.suffix != ".txt"))
    runs = re.search(r"number_of_executed_units: (\d+)", said)
    progress = PROGRESS.findall(said)
    if (runs is None or not progress) and not found:
        raise SystemExit(f"{name}: the fuzzer did not run to its end:\n{said[-800:]}")
    edges, _, inputs = map(int, progress[-1]) if progress else (0, 0, 0)
    return Campaign(int(runs[1]) if runs else 0, edges, inputs, found)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz the readers of outside files.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="default all")
    parser.add_argument("--seconds", type=int, default=30, help="for each target; default 30")
    parser.add_argument("--seed", type=int, default=1, help="default 1")
    parser.add_argument("--folder", type=Path, help="keeps inputs and findings; default one that is thrown away")
    chosen = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        parser.exit(2, "atheris is not installed; pip install atheris\n")
    instrument()
    from tests.fuzz.targets import TARGETS

    if unknown := set(chosen.targets) - TARGETS.keys():
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    broken = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = (chosen.folder or Path(scratch)).resolve()
        print("| reader | inputs tried | branches | kept | findings |\n| --- | --- | --- | --- | --- |", flush=True)
        for name in chosen.targets or TARGETS:
            done = fuzz(name, folder / name, seconds=chosen.seconds, seed=chosen.seed)
            print(f"| {name} | {done.runs:,} | {done.edges} | {done.inputs} | {len(done.findings)} |", flush=True)
            for path in done.findings:
                broken += 1
                print(f"{name}: {path.read_bytes()[:300]!r}", file=sys.stderr, flush=True)
    raise SystemExit(1 if broken else 0)


if __name__ == "__main__":
    main()
