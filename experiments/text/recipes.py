"""All text recipes of `baselines/` on child-directed English: training, evaluation, and one table of results.

    python -m experiments.text.recipes --table utterances.parquet --official babyslm_librivox_1024h --out RUNS

The corpus is prepared as by `babyslm prepare childes`, and the project's own written sets are built as by `babyslm
build-stimuli`. Then the learners of `experiments.text.learners` are trained and evaluated one after another. Finished
parts are read again, so that an interrupted run resumes.

| file in `--out` | content |
| --- | --- |
| `text.json` | all figures, rewritten after each learner |
| `text.md` | the tables of the same figures; with the JSON recorded in `baselines/results/` |
| `runs/KEY/` | model, results and `row.json` of one learner |

No hyper-parameter was tuned on the test sets: budgets follow from the computation of one core in some minutes.
"""

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from babyslm.commands.build import build_stimuli
from babyslm.corpora.childes.prepare import prepare_childes
from babyslm.evaluation.evaluate import evaluate
from babyslm.evaluation.revisions import evaluate_revisions
from babyslm.files import sha256_file, write_json, write_text
from babyslm.results.result import Result
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.stimulus import Split, Task
from babyslm.stimuli.stimulus_set import StimulusSet
from babyslm.training.recipe import load_recipe
from babyslm.training.text.lines import read_lines
from babyslm.training.train import train
from babyslm.verify.documents import read_json
from benchmarks.machine import describe
from experiments.text.learners import LEARNERS, Learner
from experiments.text.material import conversations, mixture
from experiments.text.page import markdown

BANDS = ((0, "0"), (4, "1-4"), (19, "5-19"), (99, "20-99"))
KEPT = ("n", "accuracy", "low", "high")


def band(count: int) -> str:
    """Return the band of a word's occurrences in the training corpus.

    >>> [band(count) for count in (0, 3, 20, 500)]
    ['0', '1-4', '20-99', '>=100']
    """
    return next((name for most, name in BANDS if count <= most), ">=100")


class Material:
    """Training and evaluation data, made once below `out`.

    :param table: AO-CHILDES in the form of childes-db.
    :param official: the official set, with lexical/dev.
    :param out: folder of the runs.
    """

    def __init__(self, table: Path, official: Path, out: Path) -> None:
        self.out = out
        corpus = out / "corpus"
        if not (corpus / "card.yaml").is_file():
            prepare_childes(table, corpus)
        own = out / "stimuli"
        if not (own / "card.yaml").is_file():
            build_stimuli(own, language="en", voices=0, workers=1)
        self.corpora = {
            "en": corpus,
            "en-fr": mixture(corpus, out / "en-fr.txt"),
            "answers": conversations(table, out / "answers.jsonl"),
        }
        self.official, self.own = load_stimuli(official), load_stimuli(own)
        words = read_lines(corpus, "phones", grain="words").lines
        self.counts = Counter(words)
        self.told: dict[str, Any] = {
            "utterances": len(read_lines(corpus, "words").lines),
            "words": len(words),
            "types": len(self.counts),
        }
        self.told |= {"sha256": sha256_file(table)}

    def banded(self, result: Result) -> Result:
        """Return a lexical result with the band of each word's occurrences in the corpus as `heard_often`."""
        return result.annotate(heard_often=result.trials["phones"].map(lambda phones: band(self.counts[phones])))


def cells(frame: pd.DataFrame, attribute: str) -> dict[str, Any]:
    """Return figures by the values of an attribute."""
    return {str(row[attribute]): {name: plain(row[name]) for name in KEPT} for _, row in frame.iterrows()}


def plain(value: Any) -> Any:
    """Convert numpy numbers to Python numbers, and round accuracies to four places."""
    value = value.item() if hasattr(value, "item") else value
    return round(value, 4) if isinstance(value, float) else value


def figures(result: Result, task: Task, split: Split, attributes: Sequence[str]) -> dict[str, Any]:
    """Return the official accuracy of a table with its interval, as a whole and by attributes."""
    whole = result.headline()
    whole = whole[(whole["measure"] == "accuracy") & (whole["task"] == task) & (whole["split"] == split)].iloc[0]
    told: dict[str, Any] = {"all": {name: plain(whole[name]) for name in KEPT}}
    for attribute in attributes:
        told[attribute] = cells(result.by(attribute, task=task, split=split), attribute)
    return told


def assess(spec: str, reads: str, material: Material, out: Path) -> dict[str, Any]:
    """Evaluate a learner on the official lexical dev set and on the project's own test sets."""
    told: dict[str, Any] = {}
    heard = material.corpora["en"]

    def own(task: Task) -> Result:
        place = out / f"own-{task}"
        return evaluate(spec, material.own, task=task, split="test", heard=heard, out=place, device="cpu")

    if reads == "phones":
        result = evaluate(
            spec, material.official, task="lexical", split="dev", heard=heard, out=out / "official", device="cpu"
        )
        result = material.banded(result)
        told["official_lexical_dev"] = figures(result, "lexical", "dev", ["seen", "frequency", "heard_often"])
        lexical = material.banded(own("lexical"))
        told["own_lexical_test"] = figures(lexical, "lexical", "test", ["seen", "heard_often"])
    told["own_syntactic_test"] = figures(own("syntactic"), "syntactic", "test", ["phenomenon"])
    return told


def learning_curve(spec: str, reads: str, material: Material, out: Path) -> list[dict[str, Any]]:
    """Evaluate the checkpoints of a learner on the official lexical and on our own syntactic dev set."""
    sets: list[tuple[Task, StimulusSet]] = [("syntactic", material.own)]
    if reads == "phones":
        sets.insert(0, ("lexical", material.official))
    points: dict[str, dict[str, Any]] = {}
    for task, stimuli in sets:
        place = out / task
        evaluate_revisions(spec, stimuli, out=place, task=task, split="dev", device="cpu")
        frame = pd.read_csv(place / "curve.csv")
        for _, row in frame[frame["measure"] == "accuracy"].iterrows():
            point = points.setdefault(row["revision"], {"tokens": int(row["tokens"])})
            point[task] = {name: plain(row[name]) for name in KEPT}
    return list(points.values())


def run(learner: Learner, material: Material) -> dict[str, Any]:
    """Train and evaluate one learner."""
    folder = material.out / "runs" / learner.key
    if (folder / "row.json").is_file() and (row := read_json(folder / "row.json")).get("learner") == learner.told():
        return dict(row)
    settings = [f"corpus={material.corpora[learner.corpus]}", *learner.settings]
    if learner.base:
        settings.append(f"base={material.out / 'runs' / learner.base / 'model'}")
    recipe = load_recipe(learner.recipe, settings)
    begun = time.process_time()
    record = train(recipe, folder / "model", device="cpu")
    trained = time.process_time()
    spec = str(folder / "model")
    told = assess(spec, learner.reads, material, folder / "results")
    kept = record.outcome.get("checkpoints")
    curve = learning_curve(spec, learner.reads, material, folder / "curve") if kept else []
    row = {
        "learner": learner.told(),
        "command": learner.command(),
        "seed": recipe.seed,
        "training": {key: value for key, value in record.outcome.items() if key not in ("corpus", "checkpoints")},
        "core_seconds": {"training": round(trained - begun, 1), "evaluation": round(time.process_time() - trained, 1)},
        "wall_seconds": record.seconds,
        **told,
        "curve": curve,
    }
    write_json(folder / "row.json", row)
    return row


def main() -> None:
    """Run the learners and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", type=Path, required=True, help="AO-CHILDES in the form of childes-db")
    parser.add_argument("--official", type=Path, required=True, help="official set with lexical/dev")
    parser.add_argument("--out", type=Path, required=True, help="folder of the runs and the tables")
    parser.add_argument("--only", default="", help="keys of learners to run, separated by commas; default all")
    parser.add_argument("--note", default="", help="a sentence on the circumstances, such as other load")
    options = parser.parse_args()
    torch.set_num_threads(1)
    material = Material(options.table, options.official, options.out)
    chosen = set(options.only.split(",")) if options.only else {learner.key for learner in LEARNERS}
    for learner in LEARNERS:
        if learner.key not in chosen:
            continue
        run(learner, material)
        done = [options.out / "runs" / each.key / "row.json" for each in LEARNERS]
        record = {
            "date": datetime.now(UTC).date().isoformat(),
            "machine": describe(),
            "note": options.note,
            "corpus": material.told,
            "stimuli": {"official": material.official.checksums, "own": material.own.checksums},
            "learners": [read_json(path) for path in done if path.is_file()],
        }
        write_json(options.out / "text.json", record)
        write_text(options.out / "text.md", markdown(record))
        print(learner.key, flush=True)


if __name__ == "__main__":
    main()
