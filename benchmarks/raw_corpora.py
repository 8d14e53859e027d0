"""Time and memory of preparing large raw collections, with one interruption.

    python -m benchmarks.raw_corpora [CASE ...] [--transcripts 2000] [--recordings 200] [--folder FOLDER] [--json]

`chat` is a collection of CHAT files of 1,000 utterances each. `homes` is a collection of recordings of one hour each,
as sparse files of silence, with an RTTM of 400 segments an hour; the segments are linked, and in `homes_clips` cut.
`providence` has transcripts of such recordings, whose utterances are cut. `books` is a collection of chapters of an
hour, hard links to one FLAC file of tones and pauses, in which speech is detected. Each case is prepared as a quarter
and as a whole; the whole is killed (SIGKILL) once, after half the batches, and run again with the same command. The
output gives seconds (both runs of the whole), items a second of processor time, peak resident memory, and whether a
second, undisturbed run gives the same bytes (`--compare`).
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from babyslm.corpora.batches import WORK
from babyslm.files import sha256_file
from benchmarks.machine import describe

UTTERANCES = 1000
SEGMENTS = 400
HEADER = (
    "@UTF8\n@Begin\n@Languages:\teng\n@Participants:\tCHI Kit Target_Child, MOT Mother\n"
    "@ID:\teng|Made|CHI|{years};{months:02}.00|female|||Target_Child|||\n@ID:\teng|Made|MOT|||||Mother|||\n"
)
RATE, HOUR = 16_000, 3600


def make_chat(folder: Path, count: int) -> None:
    """Write transcripts of generated sentences, two thirds of them the mother's, all with time marks."""
    from babyslm.corpora.made.generated import generate_sentences

    said = generate_sentences("en", seed=0, count=20_000)
    draw = random.Random(0)
    for number in range(count):
        path = folder / f"child{number % 50:02}" / f"{number:05}.cha"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [
            f"*{draw.choice(('CHI', 'MOT', 'MOT'))}:\t{draw.choice(said)} . \x15{at * 3000}_{at * 3000 + 2000}\x15\n"
            for at in range(UTTERANCES)
        ]
        text = HEADER.format(years=1 + number % 4, months=number % 12) + "".join(lines) + "@End\n"
        path.write_text(text, encoding="utf-8")


def sparse_hour(path: Path) -> None:
    """Write a recording of an hour of silence as a sparse file."""
    import soundfile

    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, [0.0], RATE, subtype="PCM_16")
    size = HOUR * RATE * 2
    head = bytearray(path.read_bytes()[:44])
    head[4:8], head[40:44] = (36 + size).to_bytes(4, "little"), size.to_bytes(4, "little")
    path.write_bytes(head)
    os.truncate(path, 44 + size)


def make_providence(folder: Path, count: int) -> None:
    """Write transcripts with time marks, and their recordings."""
    make_chat(folder / "words", count)
    for number in range(count):
        sparse_hour(folder / "sound" / f"{number:05}.wav")


def make_books(folder: Path, count: int) -> None:
    """Write one chapter of an hour, tones of 2.2 s with pauses of 0.8 s, and link it under many names."""
    import numpy as np
    import soundfile

    first = folder / "reader00" / "chapter0000.flac"
    first.parent.mkdir(parents=True)
    times = np.arange(3 * RATE) / RATE
    tone = (0.2 * np.sin(2 * np.pi * 220 * times) * (times < 2.2)).astype(np.float32)
    with soundfile.SoundFile(first, "w", RATE, 1, subtype="PCM_16") as file:
        for _ in range(HOUR // 3):
            file.write(tone)
    for number in range(1, count):
        path = folder / f"reader{number % 20:02}" / f"chapter{number:04}.flac"
        path.parent.mkdir(exist_ok=True)
        os.link(first, path)


def make_homes(folder: Path, count: int) -> None:
    """Write recordings of an hour as sparse files, and the segments of a voice-type classifier."""
    draw = random.Random(0)
    (folder / "vtc").mkdir(parents=True)
    for number in range(count):
        sparse_hour(folder / "sound" / f"day{number:04}.wav")
        lines = [
            f"SPEAKER day{number:04} 1 {at * 9 + draw.random():.3f} {draw.uniform(0.5, 5):.3f} <NA> <NA> "
            f"{draw.choice(('FEM', 'MAL', 'KCHI'))} <NA> <NA>\n"
            for at in range(SEGMENTS)
        ]
        (folder / "vtc" / f"day{number:04}.rttm").write_text("".join(lines))


MAKERS = {"chat": make_chat, "homes": make_homes, "providence": make_providence, "books": make_books}
ITEMS = {"chat": UTTERANCES, "homes": SEGMENTS, "providence": UTTERANCES, "books": HOUR // 3}
TOGETHER = {"chat": 40, "homes": 1, "providence": 2, "books": 4}
"""Files in a batch."""


def command_of(case: str, source: Path, out: Path) -> list[str]:
    """Return the command that prepares a collection."""
    match case:
        case "chat":
            kind = ["childes", str(source)]
        case "providence":
            kind = ["providence", str(source / "words"), "--media", str(source / "sound")]
        case "books":
            kind = ["librivox", str(source)]
        case _:
            kind = ["longform", str(source / "sound"), "--rttm", str(source / "vtc")]
            kind += ["--clips"] if case == "homes_clips" else []
    return [sys.executable, "-m", "babyslm", "prepare", *kind, "--out", str(out), "--json"]


def run(command: list[str], *, until: int | None = None, out: Path | None = None) -> dict[str, float]:
    """Run a command, or kill it once so many batches are there; return seconds, processor time and peak memory."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    if until is not None and out is not None:
        while process.poll() is None and len(list((out / WORK).glob("*.json"))) < until:
            time.sleep(0.2)
        process.send_signal(signal.SIGKILL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, -signal.SIGKILL):
        sys.exit(f"{' '.join(command)}: exit code {process.returncode}")
    seconds = time.perf_counter() - begun
    return {"seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "megabytes": used.ru_maxrss / 1000}


def measure(case: str, root: Path, count: int, *, compare: bool) -> dict[str, Any]:
    """Measure one case at one size."""
    source = root / f"{case.split('_', maxsplit=1)[0]}-{count}"
    if not source.exists():
        MAKERS[case.split("_", maxsplit=1)[0]](source, count)
    out = root / "out"
    shutil.rmtree(out, ignore_errors=True)
    batches = max(1, count // (2 * TOGETHER[case.split("_", maxsplit=1)[0]]))
    first = run(command_of(case, source, out), until=batches, out=out)
    stored = len(list((out / WORK).glob("*.json")))
    second = run(command_of(case, source, out))
    items = count * ITEMS[case.split("_", maxsplit=1)[0]]
    told: dict[str, Any] = {
        "items": items,
        "seconds": [round(part["seconds"]) for part in (first, second)],
        "kept_of_the_killed_run": stored,
        "items_a_cpu_second": round(items / (first["cpu"] + second["cpu"])),
        "peak_megabytes": round(max(first["megabytes"], second["megabytes"])),
    }
    if compare:
        run(command_of(case, source, root / "calm"))
        names = ("utterances.parquet", "card.yaml")
        told["same"] = all(sha256_file(out / name) == sha256_file(root / "calm" / name) for name in names)
        shutil.rmtree(root / "calm")
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", default=["chat", "homes", "homes_clips", "providence", "books"])
    parser.add_argument("--transcripts", type=int, default=2000)
    parser.add_argument("--recordings", type=int, default=200)
    parser.add_argument("--folder", type=Path, help="folder for the collections; existing ones are reused")
    parser.add_argument("--compare", action="store_true", help="run undisturbed as well, and compare")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    root = options.folder or Path(tempfile.mkdtemp())
    rows = {}
    for case in options.cases:
        whole = options.transcripts if case == "chat" else options.recordings
        for count in (whole // 4, whole):
            rows[f"{case}_{count}"] = measure(case, root, count, compare=options.compare)
            print(f"{case}_{count}: {json.dumps(rows[f'{case}_{count}'])}", file=sys.stderr, flush=True)
    if options.folder is None:
        shutil.rmtree(root)
    if options.json:
        print(json.dumps(rows | {"machine": describe()}))


if __name__ == "__main__":
    main()
