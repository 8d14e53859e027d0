"""Compression of a small trained learner, and its speed against the published procedure.

    python -m benchmarks.compression --corpus utterances.parquet --out runs/ [--cases table,speed] [--note TEXT]

trains a Llama of 2.4 M parameters over phones (`compression_learner.py`; once, it is kept in the output folder),
compresses it to several proportions of its parameters, and writes `compression.json` and `compression.md` there.
Without a corpus, child-directed sentences are generated. `--tune` tries settings at one proportion on separate
utterances (dev) and prints them; the tables use others (test).

If CUDA is available, `--cases lucie,mixtral` time a few blocks with the shapes of Lucie-7B and Mixtral and random
weights.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import torch

from babyslm.commands.build import build_stimuli
from babyslm.commands.forgetting import forgetting
from babyslm.compression.calibration.batches import packed
from babyslm.compression.calibration.perplexity import perplexity
from babyslm.compression.compress import load_version
from babyslm.compression.factors.allocation import RankTable, allot
from babyslm.compression.factors.linears import find_linears, parameter_count
from babyslm.compression.work import STUDENT
from babyslm.evaluation.evaluate import evaluate
from babyslm.files import sha256_text, write_json, write_text
from babyslm.models.text.causal import CausalModel
from babyslm.results.result import Result
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.stimulus_set import StimulusSet
from babyslm.verify.documents import read_json
from benchmarks.compression_gpu import gpu_case
from benchmarks.compression_learner import corpus_lines, train_learner
from benchmarks.compression_measure import LENGTH, load, losses, rows_of, settings_of, squeeze, utterances
from benchmarks.compression_published import LR as PUBLISHED_LR
from benchmarks.compression_published import published
from benchmarks.machine import CLOCKS, describe
from experiments.compression.page import markdown

Row = dict[str, Any]
DECIDING = (
    *("corpus", "utterances", "training_epochs", "ranks", "tokens", "lr", "epochs"),
    *("speed_level", "speed_tokens", "threads", "clock", "seed"),
)
"""Options on which measured parts depend."""

VERSIONS = {STUDENT: "distilled", "outputs": "output components", "whitened": "whitened SVD", "weight": "weight SVD"}
LEVELS = (0.8, 0.6, 0.4)


def part(options: argparse.Namespace, name: str, compute: Callable[[], Row]) -> Row:
    """Return a part of the results; measurements of an earlier run with the same settings are read again."""
    key = sha256_text(f"{sorted((key, str(value)) for key, value in vars(options).items() if key in DECIDING)}")[:8]
    path = options.out / "parts" / f"{name.replace(' ', '-')}-{key}.json"
    if not path.is_file():
        write_json(path, compute())
    found: Row = read_json(path)
    print(name, found, flush=True)
    return found


def table(folder: Path, calibration: Path, test: Sequence[str], stimuli: Path, options: argparse.Namespace) -> Row:
    """Compress to every proportion, and measure all versions on test utterances and on minimal pairs."""
    pairs = load_stimuli(stimuli)

    @cache
    def whole() -> tuple[Row, Result]:
        learner = load(folder)
        assert learner.encoder is not None
        result = evaluate(CausalModel(learner.network, learner.encoder, name="teacher"), pairs, split="test")
        return {"perplexity": perplexity(learner.network, rows_of(learner, test)), **accuracies(result)}, result

    teacher = part(options, "teacher", lambda: whole()[0])
    levels = {
        f"{keep:g}": part(
            options,
            f"level {keep:g}",
            lambda keep=keep: level(keep, folder, calibration, test, pairs, whole()[1], options),
        )
        for keep in options.levels
    }
    return {"teacher": teacher, "levels": levels}


def level(
    keep: float,
    folder: Path,
    calibration: Path,
    test: Sequence[str],
    pairs: StimulusSet,
    teacher: Result,
    options: argparse.Namespace,
) -> Row:
    """Compress to one proportion, and measure all versions."""
    learner = load(folder)
    assert learner.encoder is not None
    batches = rows_of(learner, test)
    with tempfile.TemporaryDirectory() as place:
        settings = settings_of(keep, options)
        baselines = ("outputs", "whitened", "weight")
        done, work, cost = squeeze(learner, calibration, settings, Path(place), baselines, options.now)
        found: Row = {"kept": done.obtained / done.total, "cost": cost, "versions": {}}
        results = {}
        for version, title in VERSIONS.items():
            load_version(learner.network, learner.family, work, done, version)
            result = evaluate(CausalModel(learner.network, learner.encoder, name=title), pairs, split="test")
            results[title] = result
            found["versions"][title] = {"perplexity": perplexity(learner.network, batches), **accuracies(result)}
    lost = forgetting(teacher, results)
    for row in lost[lost["attribute"] == ""].to_dict("records"):
        figures = {name: row[name] for name in ("difference", "low", "high")}
        found["versions"][row["version"]][f"{row['task']}_lost"] = figures
    parts = lost[(lost["version"] == "distilled") & (lost["attribute"] != "")]
    found["distilled_by"] = json.loads(parts.drop(columns=["version"]).to_json(orient="records"))
    return found


def accuracies(result: Result) -> Row:
    whole = result.headline()
    whole = whole[whole["measure"] == "accuracy"]
    return {
        row["task"]: {key: float(row[key]) for key in ("accuracy", "low", "high")} for row in whole.to_dict("records")
    }


def speed(folder: Path, calibration: Path, test: Sequence[str], options: argparse.Namespace) -> Row:
    """Time both procedures to the same loss: ours on increasing parts of the data that the published one uses once.

    One run of ours uses the published settings instead, to show the gain without better factors and learning rate.
    """
    teacher = load(folder)
    batches = rows_of(teacher, test)

    def run(share: float, **changes: Any) -> tuple[Row, RankTable]:
        learner = load(folder)
        tokens = int(share * options.speed_tokens)
        choices = {"ranks": "uniform", "tokens": tokens, "epochs": 1} | changes
        settings = settings_of(options.speed_level, options, **choices)
        with tempfile.TemporaryDirectory() as place:
            done, _, cost = squeeze(learner, calibration, settings, Path(place), clock=options.now)
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
    taken = utterances(teacher, calibration, options.speed_tokens)
    found: Row = {"keep": options.speed_level, "ours": ours, "ours_as_published": same, "published": {}}
    for title, rows in (("utterances", taken), ("packed rows", packed(taken, LENGTH, options.speed_tokens))):
        row = part(options, f"published {title}", lambda rows=rows: theirs(rows))
        quickest = min((each for each in ours if each["loss"] <= row["loss"]), key=_seconds, default=None)
        ratio = None if quickest is None else row["seconds"] / quickest["seconds"]
        found["published"][title] = row | {"ours": quickest, "ratio": ratio}
    return found


def _seconds(row: Row) -> float:
    return float(row["seconds"])


def tune(folder: Path, calibration: Path, dev: Sequence[str], options: argparse.Namespace) -> list[Row]:
    """Try learning rates and numbers of passes at one proportion, on separate utterances."""

    def run(lr: float, epochs: int) -> Row:
        learner = load(folder)
        settings = settings_of(options.speed_level, options, lr=lr, epochs=epochs)
        with tempfile.TemporaryDirectory() as place:
            _, _, cost = squeeze(learner, calibration, settings, Path(place), clock=options.now)
        return {
            "lr": lr,
            "epochs": epochs,
            "dev_perplexity": perplexity(learner.network, rows_of(learner, dev)),
            **cost,
        }

    return [
        part(options, f"tune {lr:g} {epochs}", lambda lr=lr, epochs=epochs: run(lr, epochs))
        for lr in options.tune_lr
        for epochs in options.tune_epochs
    ]


def main(arguments: Sequence[str] | None = None) -> Row:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of learner, stimuli and tables")
    parser.add_argument("--corpus", type=Path, help="corpus as for `babyslm train`; default generated sentences")
    parser.add_argument("--utterances", type=int, default=60_000)
    parser.add_argument("--training-epochs", type=float, default=1.5)
    parser.add_argument("--cases", default="table,speed", help="of table, speed, lucie, mixtral; default %(default)s")
    parser.add_argument("--levels", type=float, nargs="+", default=list(LEVELS))
    parser.add_argument("--ranks", default="error")
    parser.add_argument("--tokens", type=int, default=250_000, help="calibration tokens")
    parser.add_argument("--lr", type=float, default=5e-4)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--speed-level", type=float, default=0.6)
    parser.add_argument("--speed-tokens", type=int, default=50_000)
    parser.add_argument("--speed-shares", type=float, nargs="+", default=[0.125, 0.25, 0.5, 1.0])
    parser.add_argument("--tune", action="store_true", help="try settings on dev utterances, then stop")
    parser.add_argument("--tune-lr", type=float, nargs="+", default=[2e-4, 5e-4, 1e-3, 2e-3, 4e-3])
    parser.add_argument("--tune-epochs", type=int, nargs="+", default=[1])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu on a machine with other users")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--note", default="", help="a sentence on the circumstances, such as other load")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    options.now = CLOCKS[options.clock]
    cases = options.cases.split(",")
    record: Row = {"date": datetime.now(UTC).date().isoformat(), "machine": describe(), "note": options.note}
    for name in ("lucie", "mixtral"):
        if name in cases:
            record[name] = gpu_case(name)
    if options.tune or {"table", "speed"} & set(cases):
        record |= small_learner(cases, options)
    if "table" in record:
        write_json(options.out / "compression.json", record)
        write_text(options.out / "compression.md", markdown(record))
    print(json.dumps(record) if options.json else record)
    return record


def small_learner(cases: Sequence[str], options: argparse.Namespace) -> Row:
    """Train the learner and build the stimuli unless they exist, then run the cases."""
    folder, calibration, stimuli = (options.out / name for name in ("learner", "calibration.phones", "stimuli"))
    train, dev, test = corpus_lines(options.corpus, seed=options.seed, utterances=options.utterances)
    if not (folder / "learner.json").is_file():
        train_learner(folder, train, dev, seed=options.seed, epochs=options.training_epochs)
    write_text(calibration, "\n".join(train) + "\n")
    if options.tune:
        return {"tune": tune(folder, calibration, dev, options)}
    if not (stimuli / "card.yaml").is_file():
        build_stimuli(stimuli, voices=0, words=250, pairs=1080, seed=options.seed)
    choices = {name: getattr(options, name) for name in ("ranks", "tokens", "epochs", "lr", "seed")}
    command = f"python -m benchmarks.compression --out OUT --utterances {options.utterances}"
    command += f" --training-epochs {options.training_epochs:g} --tokens {options.tokens} --lr {options.lr:g}"
    command += f" --speed-tokens {options.speed_tokens} --speed-shares {' '.join(map(str, options.speed_shares))}"
    command += f" --epochs {options.epochs} --ranks {options.ranks} --seed {options.seed} --clock {options.clock}"
    found: Row = {
        "learner": read_json(folder / "learner.json"),
        "corpus": "generated sentences" if options.corpus is None else "AOCHILDES",
        "settings": choices,
        "clock": options.clock,
        "command": command + ("" if options.corpus is None else " --corpus CORPUS"),
    }
    if "table" in cases:
        found["table"] = table(folder, calibration, test, stimuli, options)
    if "speed" in cases:
        found["speed"] = speed(folder, calibration, test, options)
    return found


if __name__ == "__main__":
    main()
