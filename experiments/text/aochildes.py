"""Text baselines trained on a corpus of child-directed speech and evaluated on the official lexical dev set.

    python -m experiments.text.aochildes --corpus utterances.parquet --stimuli babyslm/ --out runs/ --name aochildes

trains and evaluates every learner of `LEARNERS`, as `babyslm train` and `babyslm evaluate` do, and resumes after an
interruption. Words are *seen* if their phones occur as a word of the training corpus.

| file in `--out` | content |
| --- | --- |
| `NAME.json` | all figures: corpus, stimuli, machine, accuracy of each learner |
| `NAME.md` | the table of the same figures; with the JSON recorded in `baselines/results/` |
| one folder per learner | model and result |
"""

import argparse
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from babyslm.evaluation.evaluate import evaluate
from babyslm.files import write_json, write_text
from babyslm.results.result import Result
from babyslm.stimuli.load import load_stimuli
from babyslm.training.recipe import load_recipe
from babyslm.training.text.lines import read_lines
from babyslm.training.train import train
from benchmarks.machine import describe


@dataclass(frozen=True)
class Learner:
    """A row of the table.

    :param title: title of the row.
    :param recipe: a shipped recipe.
    :param settings: overrides of the recipe.
    """

    title: str
    recipe: str
    settings: tuple[str, ...] = ()


KEPT = ["n", "accuracy", "low", "high"]

PAGE = """\
# Text baselines on {name}: lexical accuracy on the official dev set

The training corpus consists of {utterances:,} utterances ({words:,} words) of all speakers, phonemised by espeak-ng
and mapped to the 40 official phones. Accuracies use the official aggregation and the mean log-probability with the end
symbol; ties count 0.5, chance is 0.500. Intervals are 95 % bootstrap intervals over words. *Seen* words occur as a
word of the training corpus ({seen:,} of {all:,}).

| learner | all | seen | unseen | training, s | evaluation, s |
| --- | --- | --- | --- | --- | --- |
{rows}

{date}, seed {seed}, {cores} cores {processor}, {threads} thread(s), torch {torch}. All figures are in `{name}.json`.
{note}
## Commands

```
{commands}
babyslm evaluate --model MODEL --stimuli STIMULI --task lexical --split dev --out RESULT
```

`python -m experiments.text.aochildes --corpus CORPUS --stimuli STIMULI --out RUNS --name {name}` runs all of these.
The corpus is a table in the format of childes-db, sha256 `{sha256}`.
"""

LEARNERS = (
    *(Learner(f"phone {n}-gram, running utterances", "phone-5gram", (f"order={n}",)) for n in range(1, 6)),
    Learner("phone 5-gram, running utterances with word boundaries", "phone-5gram", ("boundary=between",)),
    Learner("phone 5-gram, running utterances, Kneser-Ney", "phone-5gram", ("smoothing=kneser-ney",)),
    Learner("phone 5-gram, isolated words", "phone-5gram-words"),
    Learner("phone 5-gram, isolated words, each type once", "phone-5gram-words", ("weighting=types",)),
    Learner("phone LSTM 1x256, running utterances", "phone-lstm-small"),
)


def figures(result: Result, attribute: str | None = None) -> dict[str, Any]:
    """Return n, accuracy and interval of a result, as a whole or by an attribute."""
    if attribute is None:
        headline = result.headline()
        return headline[headline["measure"] == "accuracy"].iloc[0][KEPT].to_dict()
    table = result.by(attribute).set_index(attribute)
    return {str(value): table.loc[value, KEPT].to_dict() for value in table.index}


def plain(value: Any) -> Any:
    """Convert numpy numbers to Python numbers."""
    if isinstance(value, dict):
        return {key: int(inner) if key == "n" else plain(inner) for key, inner in value.items()}
    return value.item() if hasattr(value, "item") else value


def run(learner: Learner, corpus: Path, stimuli: Any, seen: set[str], out: Path) -> dict[str, Any]:
    """Train and evaluate one learner; finished parts are read again."""
    recipe = load_recipe(learner.recipe, [f"corpus={corpus}", *learner.settings])
    folder = out / "-".join([learner.recipe, *learner.settings]).replace("=", "-")
    record = train(recipe, folder / "model", device="cpu")
    begun = time.perf_counter()
    result = evaluate(str(folder / "model"), stimuli, task="lexical", split="dev", out=folder / "result", device="cpu")
    seconds = time.perf_counter() - begun
    met = result.trials["phones"].isin(seen).map({True: "seen", False: "unseen"})
    outcome = {key: value for key, value in record.outcome.items() if key != "corpus"}
    return plain(
        {
            "title": learner.title,
            "command": f"babyslm train {learner.recipe} --out MODEL --set corpus=CORPUS"
            + "".join(f" --set {setting}" for setting in learner.settings),
            "lexical_dev": figures(result),
            "by_training": figures(result.annotate(met=met), "met"),
            "seed": recipe.seed,
            "training": outcome,
            "training_seconds": record.seconds,
            "evaluation_seconds": round(seconds, 1),
        }
    )


def markdown(name: str, record: dict[str, Any]) -> str:
    """Return the table as Markdown."""

    def cell(part: dict[str, Any]) -> str:
        return f"{part['accuracy']:.3f} [{part['low']:.3f}, {part['high']:.3f}]"

    def line(row: dict[str, Any]) -> str:
        met = row["by_training"]
        cells = [row["title"], cell(row["lexical_dev"]), cell(met["seen"]), cell(met["unseen"])]
        cells += [f"{row['training_seconds']:.0f}", f"{row['evaluation_seconds']:.0f}"]
        return f"| {' | '.join(cells)} |"

    rows = record["learners"]
    met = rows[0]["by_training"]
    return PAGE.format(
        name=name,
        utterances=record["corpus"]["utterances"],
        words=record["corpus"]["words"],
        seen=met["seen"]["n"],
        all=met["seen"]["n"] + met["unseen"]["n"],
        rows="\n".join(map(line, rows)),
        date=record["date"],
        seed=rows[0]["seed"],
        note=f"{record['note']}\n" if record["note"] else "",
        commands="\n".join(row["command"] for row in rows),
        sha256=record["corpus"]["sha256"],
        **record["machine"],
    )


def main() -> None:
    """Run all learners and write the tables."""
    import os

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="corpus as for `babyslm train`")
    parser.add_argument("--stimuli", type=Path, required=True, help="official set with lexical/dev")
    parser.add_argument("--out", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--name", default="baselines", help="name of the two tables")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--note", default="", help="a sentence on the circumstances, such as other load")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    words = read_lines(options.corpus, "phones", grain="words")
    utterances = read_lines(options.corpus, "phones")
    stimuli = load_stimuli(options.stimuli)
    rows = []
    for learner in LEARNERS:
        rows.append(run(learner, options.corpus, stimuli, set(words.lines), options.out))
        print(learner.title, rows[-1]["lexical_dev"], flush=True)
    record = {
        "date": datetime.now(UTC).date().isoformat(),
        "note": options.note,
        "machine": describe() | {"cores": os.cpu_count()},
        "corpus": {
            "utterances": len(utterances.lines),
            "words": len(words.lines),
            "sha256": utterances.sha256,
        },
        "stimuli": stimuli.checksums,
        "learners": rows,
    }
    write_json(options.out / f"{options.name}.json", record)
    write_text(options.out / f"{options.name}.md", markdown(options.name, record))


if __name__ == "__main__":
    main()
