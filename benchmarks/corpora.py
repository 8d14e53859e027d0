"""Memory and speed of preparing a streamed corpus, on generated corpora of different lengths.

    python -m benchmarks.corpora [--gigabytes 5] [--fraction 0.1] [--deduplicate] [--json] [--keep FOLDER]

A corpus with the columns of the Lucie Training Dataset is made of the project's own generated sentences, in documents
of 10 kB on average, with the file layout of the dataset's repository. Two cases run in separate processes, on the
whole and on a fraction of it: `stream` reads it as `datasets.load_dataset(..., streaming=True)` does, `prepare` runs
the pipeline (filters, mixture, table; MinHash with --deduplicate). The output gives seconds, megabytes per second, and
the peak of resident memory of each process, which must not depend on the length.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import describe

MEGABYTE = 1_000_000
FILE = 100 * MEGABYTE
"""Bytes of text per file, of the order of the dataset's files."""
LIMIT = 2000
"""Upper limit on memory, in megabytes."""
SOURCES = (
    ("fr", "Wikipedia", 10),
    ("en", "FineWebEdu", 20),
    ("fr", "Claire", 10),
    ("en", "PeS2o", 10),
    ("fr", "RedPajama", 1),
)
"""Language, source and proportion of the documents; the rules for web pages apply only to RedPajama."""
BATCH = 200


def make(folder: Path, size: int, seed: int = 0) -> None:
    """Write a corpus of `size` bytes of text as a dataset repository with the configuration `all`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from babyslm.corpora.lucie.documents import schema
    from babyslm.corpora.made.generated import generate_sentences

    draw = np.random.default_rng(seed)
    said = {name: np.array(generate_sentences(name, seed=seed, count=5000), dtype=object) for name in ("fr", "en")}
    parts = np.repeat(np.arange(len(SOURCES)), [part for *_, part in SOURCES])
    place = folder / "data" / "v1.1"
    place.mkdir(parents=True)
    written = number = 0
    while written < size:
        with pq.ParquetWriter(place / f"part-{written // FILE:04d}.parquet", schema(), compression="zstd") as file:
            end = min(size, written + FILE)
            while written < end:
                rows = []
                for _ in range(BATCH):
                    language, source, _ = SOURCES[int(draw.choice(parts))]
                    count = int(draw.exponential(350)) + 20
                    text = ". ".join(said[language][draw.integers(5000, size=count)]) + "."
                    rows.append({"text": text, "language": language, "source": source, "id": str(number)})
                    written += len(text.encode())
                    number += 1
                columns = {name: [row.get(name) for row in rows] for name in schema().names}
                file.write_table(pa.table(columns, schema=schema()))
    told = "configs:\n- config_name: all\n  data_files:\n  - {split: train, path: 'data/v1.1/*.parquet'}\n"
    (folder / "README.md").write_text(f"---\n{told}---\n", encoding="utf-8")


def stream(source: Path) -> dict[str, float]:
    """Read everything as from the hub; return the numbers of documents and of bytes of text."""
    from babyslm.corpora.lucie.reading import hub_reader

    documents = text = 0
    for document in hub_reader(str(source), "all", None).run():
        documents += 1
        text += len(document.text.encode())
    return {"documents": documents, "bytes": text}


def prepare(source: Path, *, deduplicate: bool) -> dict[str, float]:
    """Run the pipeline; return the numbers of utterances and words written."""
    from babyslm.corpora.lucie.prepare import prepare_lucie
    from babyslm.corpora.lucie.recipe import LucieRecipe

    values: dict[str, Any] = {"name": "made", "tasks": 8} | ({} if deduplicate else {"deduplication": None})
    with tempfile.TemporaryDirectory(dir=source.parent) as out:
        card, shares = prepare_lucie(str(source), Path(out) / "c", LucieRecipe.model_validate(values))
    apart = max(abs(float(str(line["points_apart"]))) for line in shares)
    return {"utterances": card.utterances, "words": card.words, "points_apart": apart}


def child(case: str, source: Path, *, deduplicate: bool) -> None:
    """Run one case in this process and print its time and memory."""
    begun = time.perf_counter()
    told = stream(source) if case == "stream" else prepare(source, deduplicate=deduplicate)
    seconds = time.perf_counter() - begun
    own, others = (
        resource.getrusage(who).ru_maxrss / 1000 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(json.dumps(told | {"seconds": round(seconds, 1), "peak_megabytes": round(max(own, others))}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=5.0)
    parser.add_argument("--fraction", type=float, default=0.1)
    parser.add_argument("--deduplicate", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path, help="folder for the corpora; existing ones are reused")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child[0], Path(options.child[1]), deduplicate=options.deduplicate)
        return
    root = options.keep or Path(tempfile.mkdtemp())
    rows: dict[str, dict[str, Any]] = {}
    for share in (options.fraction, 1.0):
        size = round(options.gigabytes * share * 1000 * MEGABYTE)
        source = root / f"made-{size // MEGABYTE}"
        if not source.exists():
            make(source, size)
        for case in ("stream", "prepare"):
            command = [sys.executable, "-m", "benchmarks.corpora", "--child", case, str(source)]
            command += ["--deduplicate"] if options.deduplicate else []
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(f"{case} failed: {done.stderr.strip().splitlines()[-1]}")
            row = json.loads(done.stdout.splitlines()[-1])
            row |= {"megabytes": size // MEGABYTE, "rate": round(size / MEGABYTE / row["seconds"], 2)}
            row |= {"flat": row["peak_megabytes"] < LIMIT}
            rows[f"{case}_{size // MEGABYTE}"] = row
    if options.keep is None:
        shutil.rmtree(root)
    if options.json:
        print(json.dumps(rows | {"machine": describe()}))
        return
    print(f"{'case':>16} {'MB':>7} {'s':>8} {'MB/s':>7} {'peak MB':>8}")
    for name, row in rows.items():
        print(f"{name:>16} {row['megabytes']:>7} {row['seconds']:>8} {row['rate']:>7} {row['peak_megabytes']:>8}")


if __name__ == "__main__":
    main()
