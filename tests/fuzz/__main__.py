"""Fuzz every reader of outside files, guided by coverage: `python -m tests.fuzz [TARGET ...] --seconds 60`.

Needs atheris (`pip install atheris`). Each target runs in a process of its own, bounded in time and memory. Inputs are
made here and seeds are fixed. What breaks a reader lies in `FOLDER/TARGET/findings`; the exit code is then 1. A folder
that is kept (`--folder`) is gone on from.
"""

import argparse
import importlib.util
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from babyslm.seeds import derive
from tests.fuzz.inputs import write_inputs, write_words
from tests.fuzz.targets import TARGETS

MEGABYTES = 3000
"""Most memory that a process may take; a third of it is torch, for the recipes."""

LENGTH = 6000
"""Most bytes of an input."""

HANG = 30
"""Seconds after which a single input counts as a hang."""

PROGRESS = re.compile(r"cov: (\d+) ft: (\d+) corp: (\d+)")


@dataclass(frozen=True)
class Campaign:
    """What came of fuzzing one target."""

    name: str
    runs: int
    edges: int
    inputs: int
    findings: tuple[Path, ...]


def fuzz(name: str, folder: Path, *, seconds: int, seed: int) -> Campaign:
    """Fuzz one target for so many seconds."""
    for part in ("inputs", "corpus", "scratch", "findings"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for path in (folder / "findings").iterdir():  # tried again first, and found again if they still break the reader
        if path.suffix == ".txt":
            path.unlink()
        else:
            path.replace(folder / "corpus" / path.name)
    write_inputs(name, folder / "inputs")
    write_words(name, folder / "words")
    command = [
        *(sys.executable, "-m", "tests.fuzz.one", name, str(folder)),
        *(f"-max_total_time={seconds}", f"-seed={derive(seed, 'fuzz', name) % 2**32}", f"-max_len={LENGTH}"),
        *(f"-timeout={HANG}", f"-rss_limit_mb={MEGABYTES}", f"-dict={folder / 'words'}", "-print_final_stats=1"),
        *(f"-artifact_prefix={folder / 'findings'}/", str(folder / "corpus"), str(folder / "inputs")),
    ]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    (folder / "log.txt").write_text(done.stderr, encoding="utf-8")
    runs = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    progress = PROGRESS.findall(done.stderr)
    if runs is None or not progress:
        raise SystemExit(f"{name}: the fuzzer did not run to its end:\n{done.stderr[-800:]}")
    edges, _, inputs = map(int, progress[-1])
    found = tuple(sorted(path for path in (folder / "findings").iterdir() if path.suffix != ".txt"))
    return Campaign(name, int(runs[1]), edges, inputs, found)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz the readers of outside files.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"default all: {', '.join(TARGETS)}")
    parser.add_argument("--seconds", type=int, default=30, help="for each target; default 30")
    parser.add_argument("--seed", type=int, default=1, help="default 1")
    parser.add_argument("--folder", type=Path, help="keeps inputs and findings; default one that is thrown away")
    chosen = parser.parse_args()
    if unknown := set(chosen.targets) - TARGETS.keys():
        parser.error(f"unknown target {', '.join(sorted(unknown))}")
    if importlib.util.find_spec("atheris") is None:
        parser.exit(2, "atheris is not installed; pip install atheris\n")
    broken = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = (chosen.folder or Path(scratch)).resolve()
        print("| reader | inputs tried | edges | kept | findings |\n| --- | --- | --- | --- | --- |", flush=True)
        for name in chosen.targets or TARGETS:
            done = fuzz(name, folder / name, seconds=chosen.seconds, seed=chosen.seed)
            print(f"| {name} | {done.runs:,} | {done.edges} | {done.inputs} | {len(done.findings)} |", flush=True)
            for path in done.findings:
                broken += 1
                print(f"{name}: {path.read_bytes()[:300]!r}", file=sys.stderr, flush=True)
    raise SystemExit(1 if broken else 0)


if __name__ == "__main__":
    main()
