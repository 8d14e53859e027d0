"""Time of compressing a small trained learner to one loss, compared with the published procedure.

    python -m benchmarks.compression [--corpus utterances.parquet] [--out runs/] [--cases speed] [--json]

A Llama of 2.4 M parameters over phones is trained first (`compression_learner.py`; once, if `--out` keeps it). Without
a corpus, child-directed sentences are generated. Ours runs on increasing proportions of the data that the published
procedure sees once, until its loss is no higher.

If CUDA is available, `--cases lucie,mixtral` time a few blocks with the shapes of Lucie-7B and Mixtral and random
weights. The recorded table of what a compressed learner forgets is made by `experiments.compression.run`.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from babyslm.compression.calibration.batches import packed
from babyslm.compression.factors.allocation import RankTable, allot
from babyslm.compression.factors.linears import find_linears, parameter_count
from babyslm.files import sha256_text, write_json, write_text
from babyslm.verify.documents import read_json
from benchmarks.compression_gpu import gpu_case
from benchmarks.compression_learner import corpus_lines, train_learner
from benchmarks.compression_measure import LENGTH, load, losses, rows_of, settings_of, squeeze, utterances
from benchmarks.compression_published import LR as PUBLISHED_LR
from benchmarks.compression_published import published
from benchmarks.machine import CLOCKS, describe

__all__ = ["Material", "add_options", "material", "part", "speed"]

Row = dict[str, Any]
DECIDING = (
    *("corpus", "utterances", "training_epochs", "ranks", "tokens", "lr", "epochs"),
    *("speed_level", "speed_tokens", "threads", "clock", "seed"),
)
"""Options on which measured parts depend."""


@dataclass(frozen=True)
class Material:
    """The trained learner and its data.

    :param folder: the learner.
    :param calibration: its training utterances.
    :param dev: utterances for the choice of settings.
    :param test: utterances for measurements.
    """

    folder: Path
    calibration: Path
    dev: Sequence[str]
    test: Sequence[str]


def part(options: argparse.Namespace, name: str, compute: Callable[[], Row]) -> Row:
    """Return a part of the results; measurements of an earlier run with the same settings are read again."""
    key = sha256_text(f"{sorted((key, str(value)) for key, value in vars(options).items() if key in DECIDING)}")[:8]
    path = options.out / "parts" / f"{name.replace(' ', '-')}-{key}.json"
    if not path.is_file():
        write_json(path, compute())
    found: Row = read_json(path)
    print(name, found, flush=True)
    return found


def speed(made: Material, options: argparse.Namespace) -> Row:
    """Time both procedures to the same loss: ours on increasing parts of the data that the published one uses once.

    One run of ours uses the published settings instead, to show the gain without better factors and learning rate.
    """
    teacher = load(made.folder)
    batches = rows_of(teacher, made.test)

    def run(share: float, **changes: Any) -> tuple[Row, RankTable]:
        learner = load(made.folder)
        tokens = int(share * options.speed_tokens)
        choices = {"ranks": "uniform", "tokens": tokens, "epochs": 1} | changes
        settings = settings_of(options.speed_level, options, **choices)
        with tempfile.TemporaryDirectory() as place:
            done, _, cost = squeeze(learner, made.calibration, settings, Path(place), clock=options.now)
        return {"share": share, **cost, **losses(teacher, learner.network, batches)}, done.ranks

    def theirs(rows: list[list[int]]) -> Row:
        linears = find_linears(teacher.network, teacher.family, teacher.name)
        total = parameter_count(teacher.network)
        ranks = allot("uniform", linears, total, options.speed_level, floor=0.25)
        student, seconds = published(teacher.network, ranks, rows, padding=1, clock=options.now)
        tokens = sum(map(len, rows))
        cost = {"seconds": seconds, "tokens": tokens, "seconds_per_1000_tokens": 1000 * seconds / tokens}
        return {**cost, **losses(teacher, student, batches)}

    ours = [
        part(options, f"ours {share:g}", lambda share=share: run(share)[0]) for share in sorted(options.speed_shares)
    ]
    same = part(
        options,
        "ours as published",
        lambda: run(1.0, initialise="weight", lr=PUBLISHED_LR, schedule="constant")[0],
    )
    taken = utterances(teacher, made.calibration, options.speed_tokens)
    found: Row = {"keep": options.speed_level, "ours": ours, "ours_as_published": same, "published": {}}
    for title, rows in (("utterances", taken), ("packed rows", packed(taken, LENGTH, options.speed_tokens))):
        row = part(options, f"published {title}", lambda rows=rows: theirs(rows))
        quickest = min((each for each in ours if each["loss"] <= row["loss"]), key=_seconds, default=None)
        ratio = None if quickest is None else row["seconds"] / quickest["seconds"]
        found["published"][title] = row | {"ours": quickest, "ratio": ratio}
    return found


def _seconds(row: Row) -> float:
    return float(row["seconds"])


def material(options: argparse.Namespace) -> Material:
    """Train the learner if `--out` does not contain it yet, and write its calibration data."""
    folder, calibration = options.out / "learner", options.out / "calibration.phones"
    train, dev, test = corpus_lines(options.corpus, seed=options.seed, utterances=options.utterances)
    if not (folder / "learner.json").is_file():
        train_learner(folder, train, dev, seed=options.seed, epochs=options.training_epochs)
    write_text(calibration, "\n".join(train) + "\n")
    return Material(folder, calibration, dev, test)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options that timing and experiment share."""
    parser.add_argument("--corpus", type=Path, help="corpus as for `babyslm train`; default generated sentences")
    parser.add_argument("--utterances", type=int, default=60_000)
    parser.add_argument("--training-epochs", type=float, default=1.5)
    parser.add_argument("--ranks", default="error")
    parser.add_argument("--tokens", type=int, default=250_000, help="calibration tokens")
    parser.add_argument("--lr", type=float, default=5e-4)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--speed-level", type=float, default=0.6)
    parser.add_argument("--speed-tokens", type=int, default=50_000)
    parser.add_argument("--speed-shares", type=float, nargs="+", default=[0.125, 0.25, 0.5, 1.0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu on a machine with other users")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--note", default="", help="a sentence on the circumstances, such as other load")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def main(arguments: Sequence[str] | None = None) -> Row:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--out", type=Path, help="folder that keeps learner and measured parts; default none is kept")
    parser.add_argument("--cases", default="speed", help="of speed, lucie, mixtral; default %(default)s")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    options.now = CLOCKS[options.clock]
    cases = options.cases.split(",")
    record: Row = {"date": datetime.now(UTC).date().isoformat(), "machine": describe(), "note": options.note}
    record |= {name: gpu_case(name) for name in ("lucie", "mixtral") if name in cases}
    if "speed" in cases:
        with tempfile.TemporaryDirectory() as place:
            options.out = options.out or Path(place)
            record["speed"] = speed(material(options), options)
    print(json.dumps(record) if options.json else record)
    return record


if __name__ == "__main__":
    main()
