"""Effect of compression on a small trained learner, by the proportion of parameters that is kept.

    python -m experiments.compression.run --corpus utterances.parquet --out runs/ [--cases table,speed] [--note TEXT]

trains a Llama of 2.4 M parameters over phones (once; it is kept in the output folder) and compresses it to several
proportions of its parameters. Finished parts are read again, so that an interrupted run resumes. Without a corpus,
child-directed sentences are generated.

| file in `--out` | content |
| --- | --- |
| `compression.json` | all figures: learner, settings, machine, perplexity and accuracy of each version, times |
| `compression.md` | the tables of the same figures; with the JSON recorded in `baselines/results/` |
| `learner/`, `calibration.phones`, `stimuli/` | the trained learner, its calibration data, the built test set |
| `parts/NAME-SETTINGS.json` | one finished part each |

`--tune` tries settings at one proportion on separate utterances (dev), prints them and writes no table. The section on
speed is measured by `benchmarks.compression`.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import torch

from babyslm.commands.build import build_stimuli
from babyslm.commands.forgetting import forgetting
from babyslm.compression.calibration.perplexity import perplexity
from babyslm.compression.compress import load_version
from babyslm.compression.work import STUDENT
from babyslm.evaluation.evaluate import evaluate
from babyslm.files import write_json, write_text
from babyslm.models.text.causal import CausalModel
from babyslm.results.result import Result
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.stimulus_set import StimulusSet
from babyslm.verify.documents import read_json
from benchmarks.compression import Material, add_options, material, part, speed
from benchmarks.compression_measure import load, rows_of, settings_of, squeeze
from benchmarks.machine import CLOCKS, describe
from experiments.compression.page import markdown

Row = dict[str, Any]

VERSIONS = {STUDENT: "distilled", "outputs": "output components", "whitened": "whitened SVD", "weight": "weight SVD"}
LEVELS = (0.8, 0.6, 0.4)


def table(made: Material, stimuli: Path, options: argparse.Namespace) -> Row:
    """Compress to every proportion, and measure all versions on test utterances and on minimal pairs."""
    pairs = load_stimuli(stimuli)

    @cache
    def whole() -> tuple[Row, Result]:
        learner = load(made.folder)
        assert learner.encoder is not None
        result = evaluate(CausalModel(learner.network, learner.encoder, name="teacher"), pairs, split="test")
        return {"perplexity": perplexity(learner.network, rows_of(learner, made.test)), **accuracies(result)}, result

    teacher = part(options, "teacher", lambda: whole()[0])
    levels = {
        f"{keep:g}": part(
            options,
            f"level {keep:g}",
            lambda keep=keep: level(keep, made, pairs, whole()[1], options),
        )
        for keep in options.levels
    }
    return {"teacher": teacher, "levels": levels}


def level(keep: float, made: Material, pairs: StimulusSet, teacher: Result, options: argparse.Namespace) -> Row:
    """Compress to one proportion, and measure all versions."""
    learner = load(made.folder)
    assert learner.encoder is not None
    batches = rows_of(learner, made.test)
    with tempfile.TemporaryDirectory() as place:
        settings = settings_of(keep, options)
        baselines = ("outputs", "whitened", "weight")
        done, work, cost = squeeze(learner, made.calibration, settings, Path(place), baselines, options.now)
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


def tune(made: Material, options: argparse.Namespace) -> list[Row]:
    """Try learning rates and numbers of passes at one proportion, on separate utterances."""

    def run(lr: float, epochs: int) -> Row:
        learner = load(made.folder)
        settings = settings_of(options.speed_level, options, lr=lr, epochs=epochs)
        with tempfile.TemporaryDirectory() as place:
            _, _, cost = squeeze(learner, made.calibration, settings, Path(place), clock=options.now)
        return {
            "lr": lr,
            "epochs": epochs,
            "dev_perplexity": perplexity(learner.network, rows_of(learner, made.dev)),
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
    add_options(parser)
    parser.add_argument("--cases", default="table,speed", help="of table, speed; default %(default)s")
    parser.add_argument("--levels", type=float, nargs="+", default=list(LEVELS))
    parser.add_argument("--tune", action="store_true", help="try settings on dev utterances, then stop")
    parser.add_argument("--tune-lr", type=float, nargs="+", default=[2e-4, 5e-4, 1e-3, 2e-3, 4e-3])
    parser.add_argument("--tune-epochs", type=int, nargs="+", default=[1])
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    options.now = CLOCKS[options.clock]
    record: Row = {"date": datetime.now(UTC).date().isoformat(), "machine": describe(), "note": options.note}
    record |= measure(options.cases.split(","), options)
    if "table" in record:
        write_json(options.out / "compression.json", record)
        write_text(options.out / "compression.md", markdown(record))
    print(json.dumps(record) if options.json else record)
    return record


def measure(cases: Sequence[str], options: argparse.Namespace) -> Row:
    """Make the learner and the stimuli if they do not exist, then run the cases."""
    made, stimuli = material(options), options.out / "stimuli"
    if options.tune:
        return {"tune": tune(made, options)}
    if not (stimuli / "card.yaml").is_file():
        build_stimuli(stimuli, voices=0, words=250, pairs=1080, seed=options.seed)
    choices = {name: getattr(options, name) for name in ("ranks", "tokens", "epochs", "lr", "seed")}
    command = f"python -m experiments.compression.run --out OUT --utterances {options.utterances}"
    command += f" --training-epochs {options.training_epochs:g} --tokens {options.tokens} --lr {options.lr:g}"
    command += f" --speed-tokens {options.speed_tokens} --speed-shares {' '.join(map(str, options.speed_shares))}"
    command += f" --epochs {options.epochs} --ranks {options.ranks} --seed {options.seed} --clock {options.clock}"
    found: Row = {
        "learner": read_json(made.folder / "learner.json"),
        "corpus": "generated sentences" if options.corpus is None else "AOCHILDES",
        "settings": choices,
        "clock": options.clock,
        "command": command + ("" if options.corpus is None else " --corpus CORPUS"),
    }
    if "table" in cases:
        found["table"] = table(made, stimuli, options)
    if "speed" in cases:
        found["speed"] = speed(made, options)
    return found


if __name__ == "__main__":
    main()
