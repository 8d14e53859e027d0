"""Compression of a small trained learner, and its speed against the published procedure.

    python -m benchmarks.compression --corpus utterances.parquet --out runs/ [--cases table,speed] [--note TEXT]

trains a Llama of 2.4 M parameters over phones (`compression_learner.py`; once, it is kept in the output folder),
compresses it to several shares of its parameters, and writes `compression.json` and `compression.md` there. Without a
corpus, child-directed sentences are generated. `--tune` tries settings at one share on utterances of their own (dev)
and prints them; the tables use others (test).

Where CUDA is there, `--cases lucie,mixtral` time a few blocks of Lucie-7B's and Mixtral's shape with random weights.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from babyslm.build import build_stimuli
from babyslm.compression.allocation import RankTable
from babyslm.compression.calibration import Batch, batches_of, packed
from babyslm.compression.compress import Compressed, compress_network, load_version
from babyslm.compression.distil import feature_loss
from babyslm.compression.learner import Learner, load_learner
from babyslm.compression.perplexity import perplexity
from babyslm.compression.read import read_calibration
from babyslm.compression.settings import CompressionSettings
from babyslm.compression.work import STUDENT, Work
from babyslm.evaluation.evaluate import evaluate
from babyslm.files import write_json, write_text
from babyslm.forgetting import forgetting
from babyslm.models.causal import CausalModel
from babyslm.stimuli.load import load_stimuli
from babyslm.verify.documents import read_json
from benchmarks.compression_gpu import gpu_case
from benchmarks.compression_learner import corpus_lines, train_learner
from benchmarks.compression_page import markdown
from benchmarks.compression_published import published
from benchmarks.machine import CLOCKS, describe

Row = dict[str, Any]
VERSIONS = {STUDENT: "distilled", "outputs": "output components", "whitened": "whitened SVD", "weight": "weight SVD"}
LEVELS = (0.8, 0.6, 0.4)
LENGTH = 128


def settings_of(keep: float, options: argparse.Namespace, **changes: Any) -> CompressionSettings:
    values: Row = {
        "ranks": options.ranks,
        "tokens": options.tokens,
        "lr": options.lr,
        "epochs": options.epochs,
        "rows": 8,
        "length": LENGTH,
    }
    return CompressionSettings(keep=keep, seed=options.seed, **(values | changes))


def load(folder: Path) -> Learner:
    return load_learner(str(folder), input="phonemic")


def rows_of(learner: Learner, lines: Sequence[str], size: int = 32) -> list[Batch]:
    """Return utterances as packed batches, as in training."""
    tokenizer = learner.encoder.tokenizer if learner.encoder else None
    assert tokenizer is not None
    sequences = [[*ids, tokenizer.eos_token_id] for ids in tokenizer(list(lines))["input_ids"]]
    return batches_of(packed(sequences, LENGTH, 10**9), size, 0)


@torch.no_grad()
def distance(teacher: Any, student: Any, batches: Sequence[Batch]) -> float:
    """Return the mean feature loss of a student over its blocks, each fed by the one below; at best .3133."""
    losses = []
    for batch in batches:
        ours, theirs = (
            network(**batch.inputs, output_hidden_states=True).hidden_states for network in (student, teacher)
        )
        losses.append(torch.stack([feature_loss(a, b) for a, b in zip(ours[1:], theirs[1:], strict=True)]).mean())
    return float(torch.stack(losses).mean())


def squeeze(
    learner: Learner,
    calibration: Path,
    settings: CompressionSettings,
    work: Path,
    baselines: Sequence[Any] = (),
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[Compressed, Work, Row]:
    """Compress a learner in place; return what it took."""
    given = read_calibration(calibration, learner, settings)
    tokens = sum(batch.inputs["input_ids"].numel() for batch in given.train)
    kept = Work(work, "benchmark")
    before = reset_peak()
    began = clock()
    done = compress_network(
        learner.network,
        learner.family,
        given,
        settings,
        source=learner.name,
        device=torch.device("cpu"),
        work=kept,
        baselines=tuple(baselines),
    )
    seconds = clock() - began
    record = {"seconds": seconds, "tokens": tokens, "seconds_per_1000_tokens": 1000 * seconds / tokens}
    peak = peak_memory()
    if peak is not None and before is not None:
        record |= {"peak_bytes": peak - before, "peak_bytes_per_1000_tokens": 1000 * (peak - before) / tokens}
    return done, kept, record


def reset_peak() -> int | None:
    """Forget the peak of memory, and return what is held now, in bytes; None where Linux does not tell."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return None
    return peak_memory("VmRSS:")


def peak_memory(which: str = "VmHWM:") -> int | None:
    status = Path("/proc/self/status")
    if not status.is_file():
        return None
    lines = [line for line in status.read_text().splitlines() if line.startswith(which)]
    return int(lines[0].split()[1]) * 1024


def table(folder: Path, calibration: Path, test: Sequence[str], stimuli: Path, options: argparse.Namespace) -> Row:
    """Compress to every share, and measure all versions on test utterances and on minimal pairs."""
    learner = load(folder)
    assert learner.encoder is not None
    pairs = load_stimuli(stimuli)
    batches = rows_of(learner, test)
    teacher = evaluate(CausalModel(learner.network, learner.encoder, name="teacher"), pairs, split="test")
    rows: Row = {"teacher": {"perplexity": perplexity(learner.network, batches), **accuracies(teacher)}, "levels": {}}
    for keep in options.levels:
        learner = load(folder)
        assert learner.encoder is not None
        with tempfile.TemporaryDirectory() as place:
            baselines = ("outputs", "whitened", "weight")
            settings = settings_of(keep, options)
            # The time of the method itself: statistics of the whitened baseline alone would be charged to it.
            done, work, cost = squeeze(learner, calibration, settings, Path(place) / "work", baselines, options.now)
            level: Row = {"kept": done.obtained / done.total, "cost": cost, "versions": {}}
            results = {}
            for version, title in VERSIONS.items():
                load_version(learner.network, learner.family, work, done, version)
                result = evaluate(CausalModel(learner.network, learner.encoder, name=title), pairs, split="test")
                results[title] = result
                level["versions"][title] = {"perplexity": perplexity(learner.network, batches), **accuracies(result)}
                print(keep, title, level["versions"][title], flush=True)
            lost = forgetting(teacher, results)
            whole = lost[lost["attribute"] == ""]
            for row in whole.to_dict("records"):
                figures = {name: row[name] for name in ("difference", "low", "high")}
                level["versions"][row["version"]][f"{row['task']}_lost"] = figures
            parts = lost[(lost["version"] == "distilled") & (lost["attribute"] != "")]
            level["distilled_by"] = json.loads(parts.drop(columns=["version"]).to_json(orient="records"))
        rows["levels"][f"{keep:g}"] = level
    return rows


def accuracies(result: Any) -> Row:
    whole = result.headline()
    whole = whole[whole["measure"] == "accuracy"]
    return {
        row["task"]: {key: float(row[key]) for key in ("accuracy", "low", "high")} for row in whole.to_dict("records")
    }


def speed(folder: Path, calibration: Path, test: Sequence[str], options: argparse.Namespace) -> Row:
    """Time both procedures to one loss: the published one first, then ours on ever more of the same data."""
    keep = options.speed_level
    teacher = load(folder)
    batches = rows_of(teacher, test)
    assert teacher.encoder is not None
    tokenizer = teacher.encoder.tokenizer
    lines = calibration.read_text(encoding="utf-8").splitlines()
    sequences = [[*ids, tokenizer.eos_token_id] for ids in tokenizer(lines)["input_ids"]]
    taken, count = [], 0
    for sequence in sequences:
        count += len(sequence)
        if count > options.speed_tokens:
            break
        taken.append(sequence)
    texts = {"utterances": taken, "packed rows": packed(taken, LENGTH, options.speed_tokens)}
    ours: list[Row] = []
    ranks: RankTable = {}
    for share in options.speed_shares:
        learner = load(folder)
        settings = settings_of(keep, options, ranks="uniform", tokens=int(share * options.speed_tokens), epochs=1)
        with tempfile.TemporaryDirectory() as place:
            done, _, cost = squeeze(learner, calibration, settings, Path(place) / "work", clock=options.now)
        found = {"share": share, **cost, **losses(teacher, learner.network, batches)}
        ours.append(found)
        ranks = done.ranks
        print("ours", found, flush=True)
    theirs: Row = {}
    for title, rows in texts.items():
        student, seconds = published(teacher.network, ranks, rows, padding=tokenizer.eos_token_id, clock=options.now)
        tokens = sum(map(len, rows))
        found = {
            "seconds": seconds,
            "tokens": tokens,
            "seconds_per_1000_tokens": 1000 * seconds / tokens,
            **losses(teacher, student, batches),
        }
        enough = [run for run in ours if run["loss"] <= found["loss"]]
        quickest = min(enough, key=lambda run: run["seconds"], default=None)
        found["ours"] = quickest
        found["ratio"] = None if quickest is None else seconds / quickest["seconds"]
        theirs[title] = found
        print("published", title, found, flush=True)
    return {"keep": keep, "ours": ours, "published": theirs}


def losses(teacher: Learner, student: Any, batches: Sequence[Batch]) -> Row:
    return {"loss": distance(teacher.network, student, batches[:8]), "perplexity": perplexity(student, batches)}


def tune(folder: Path, calibration: Path, dev: Sequence[str], options: argparse.Namespace) -> list[Row]:
    """Try learning rates and numbers of passes at one share, on utterances of their own."""
    tried = []
    for lr in options.tune_lr:
        for epochs in options.tune_epochs:
            learner = load(folder)
            batches = rows_of(learner, dev)
            settings = settings_of(options.speed_level, options, lr=lr, epochs=epochs)
            with tempfile.TemporaryDirectory() as place:
                _, _, cost = squeeze(learner, calibration, settings, Path(place) / "work", clock=options.now)
            row = {"lr": lr, "epochs": epochs, "dev_perplexity": perplexity(learner.network, batches), **cost}
            tried.append(row)
            print(row, flush=True)
    return tried


def main(arguments: Sequence[str] | None = None) -> Row:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of learner, stimuli and tables")
    parser.add_argument(
        "--corpus", type=Path, help="what `babyslm train` takes as corpus; default generated sentences"
    )
    parser.add_argument("--utterances", type=int, default=60_000)
    parser.add_argument("--training-epochs", type=float, default=1.5)
    parser.add_argument("--cases", default="table,speed", help="of table, speed, lucie, mixtral; default %(default)s")
    parser.add_argument("--levels", type=float, nargs="+", default=list(LEVELS))
    parser.add_argument("--ranks", default="error")
    parser.add_argument("--tokens", type=int, default=250_000, help="calibration tokens")
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--speed-level", type=float, default=0.6)
    parser.add_argument("--speed-tokens", type=int, default=50_000)
    parser.add_argument("--speed-shares", type=float, nargs="+", default=[0.125, 0.25, 0.5, 1.0])
    parser.add_argument("--tune", action="store_true", help="try settings on dev utterances, and stop")
    parser.add_argument("--tune-lr", type=float, nargs="+", default=[5e-4, 1e-3, 2e-3])
    parser.add_argument("--tune-epochs", type=int, nargs="+", default=[1])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu on a machine that others use as well")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--note", default="", help="a sentence on the circumstances, such as what else was running")
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
    """Train the learner and build the stimuli where they are not there yet, then run the cases."""
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
