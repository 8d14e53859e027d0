"""Page of the text learners: Markdown tables of the results of `experiments.text.recipes`."""

from collections.abc import Mapping, Sequence
from typing import Any

from babyslm.training.recipe import load_recipe
from experiments.text.learners import LEARNERS

__all__ = ["markdown"]

PAGE = """\
# Text learners on child-directed English

## Set-up

* **Corpus**: the speech of adults in AO-CHILDES: {utterances:,} utterances, {words:,} words, {types:,} word types by
  their phones (`babyslm prepare childes`; source sha256 `{sha256}`).
* **Test sets**: the official lexical dev set ({official:,} words), and the project's own written test sets built from
  the shipped lexicon (`babyslm build-stimuli all --lang en --no-audio`; {lexical:,} words, {syntactic:,} sentence
  pairs).
* **Accuracy** in per cent by mean log-probability, with the official aggregation; ties count half, chance is 50.
  Intervals are 95 % bootstrap intervals over words or clusters of pairs. A word is *seen* if its phones occur as a
  word of the corpus.
* **Compute**: {date}, seed 0, one thread of {processor}. Core seconds are processor time, because the machine had
  other load. Networks are trained in bfloat16 where the command specifies it, for minutes of one shared core. None of
  them has converged.
* **Tuning**: no hyper-parameter was tuned on these sets. Sizes and learning rates are those of the recipes or scaled
  down from them. The one exception is the longer training of the learner of word types, chosen because its held-out
  loss was still close to its training loss. {note}

## Comparison with the n-gram floor

{floor}

{lacking}

## Words

Non-words have no spelling, so only phone learners can be tested.

{words_table}

### Official dev set, by frequency in the corpus

{heard_table}

### Official dev set, by frequency in the official table

{frequency_table}

### Own test set, by frequency in the corpus

{own_table}

## Sentences

{sentences_table}

### Phenomena

{phenomena_table}

## Learning curves

Checkpoints by tokens seen, on the official lexical dev set and the project's own syntactic dev set.

{curves}

## Training

{training_table}

Loss is in nats per symbol on held-out lines. It is comparable only between learners with the same symbols and lines.

## Commands

    {commands}

`python -m experiments.text.recipes --table TABLE --official OFFICIAL --out RUNS` runs all of these. All figures are in
`text.json`. ANSWERS contains questions asked around children, each with the next speaker's utterance. EN_FR is the
corpus plus the same number of words of the project's own generated French (`experiments/text/material.py`), which is
much less varied than the speech that a French child hears."""

Row = Mapping[str, Any]


def percent(part: Mapping[str, float] | None) -> str:
    """Format an accuracy with its interval."""
    if part is None:
        return "–"
    return f"{100 * part['accuracy']:.1f} [{100 * part['low']:.1f}, {100 * part['high']:.1f}]"


def short(part: Mapping[str, float] | None) -> str:
    """Format an accuracy without its interval."""
    return "–" if part is None else f"{100 * part['accuracy']:.1f}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def split_by(rows: Sequence[Row], task: str, attribute: str, order: Sequence[str] = ()) -> str:
    """Return a table of learners by the values of an attribute."""
    taken = [row for row in rows if task in row]
    values = [*dict.fromkeys(value for row in taken for value in row[task].get(attribute, {}))]
    values.sort(key=lambda value: order.index(value) if value in order else len(order))
    counts = {value: row[task][attribute][value]["n"] for row in taken for value in row[task].get(attribute, {})}
    return table(
        ["learner", *(f"{value} (n = {counts[value]})" for value in values)],
        [[title(row), *(short(row[task][attribute].get(value)) for value in values)] for row in taken],
    )


def title(row: Row) -> str:
    """Return the title of a learner in the tables."""
    return str(row["learner"]["title"])


def curve(row: Row) -> str:
    """Return the points of a learner's curve."""
    points = row["curve"]
    tasks = [task for task in ("lexical", "syntactic") if task in points[0]]
    return f"{title(row)}:\n\n" + table(
        ["tokens", *(f"{task} dev" for task in tasks)],
        [[f"{point['tokens']:,}", *(percent(point[task]) for task in tasks)] for point in points],
    )


def training(row: Row) -> list[str]:
    """Return the row of a learner in the table of training."""
    told, seconds = row["training"], row["core_seconds"]
    loss = told.get("validation_loss")
    size = told.get("parameters")
    return [
        title(row),
        f"{size:,}" if size else "counts",
        tokens_seen(row),
        f"{loss:.3f}" if loss else "–",
        f"{seconds['training']:.0f}",
        f"{seconds['evaluation']:.0f}",
    ]


def floor(rows: Sequence[Row], task: str, name: str) -> str:
    """Return which networks are above the best n-gram, which below, and which have an overlapping interval."""
    taken = [row for row in rows if task in row]
    best = max((row for row in taken if "ngrams" in row["training"]), key=lambda row: row[task]["all"]["accuracy"])
    mark = best[task]["all"]
    found: dict[str, list[str]] = {"above it": [], "not separable from it": [], "below it": []}
    for row in taken:
        if "ngrams" not in row["training"]:
            own = row[task]["all"]
            apart = "above it" if own["low"] > mark["high"] else "below it" if own["high"] < mark["low"] else None
            found[apart or "not separable from it"].append(f"{title(row)} ({short(own)})")
    told = "; ".join(f"{where}: {', '.join(which)}" for where, which in found.items() if which)
    return f"* {name}: the best n-gram is the {title(best)}, {percent(mark)}. {told[:1].upper()}{told[1:]}."


def tokens_seen(row: Row) -> str:
    """Return the number of tokens seen; for an LSTM the upper limit given by its updates."""
    told, learner = row["training"], row["learner"]
    if "updates" not in told:
        return f"{told['symbols']:,}"
    if "tokens" in told:
        return f"{told['tokens']:,}"
    recipe: Any = load_recipe(learner["recipe"], ["corpus=CORPUS", *learner["settings"]])
    return f"at most {told['updates'] * recipe.loop.batch_tokens:,}"


def markdown(record: Mapping[str, Any]) -> str:
    """Return the page.

    :param record: content of `text.json`.
    """
    rows: list[Row] = list(record["learners"])
    read = [row for row in rows if "official_lexical_dev" in row]
    lexical, own, syntactic = "official_lexical_dev", "own_lexical_test", "own_syntactic_test"
    words = [
        [
            title(row),
            percent(row[lexical]["all"]),
            percent(row[lexical]["seen"].get("seen")),
            percent(row[lexical]["seen"].get("unseen")),
            percent(row[own]["all"]),
            short(row[own]["seen"].get("seen")),
            short(row[own]["seen"].get("unseen")),
        ]
        for row in read
    ]
    bands = ("0", "1-4", "5-19", "20-99", ">=100")
    head = ["learner", "official dev", "seen", "unseen", "own test", "own seen", "own unseen"]
    floors = [(lexical, "Official lexical dev"), (own, "Own words"), (syntactic, "Own sentences")]
    done = {row["learner"]["key"] for row in rows}
    lacking = [learner.title for learner in LEARNERS if learner.key not in done]
    return PAGE.format(
        lacking=f"Not recorded yet: {', '.join(lacking)}." if lacking else "All learners of the script are recorded.",
        floor="\n".join(floor(rows, task, name) for task, name in floors),
        **record["corpus"],
        official=read[0][lexical]["all"]["n"] if read else 0,
        lexical=read[0][own]["all"]["n"] if read else 0,
        syntactic=rows[0][syntactic]["all"]["n"],
        date=record["date"],
        processor=record["machine"]["processor"],
        note=record["note"],
        words_table=table(head, words),
        heard_table=split_by(rows, lexical, "heard_often", bands),
        frequency_table=split_by(rows, lexical, "frequency", bands),
        own_table=split_by(rows, own, "heard_often", bands),
        sentences_table=table(["learner", "own test"], [[title(row), percent(row[syntactic]["all"])] for row in rows]),
        phenomena_table=split_by(rows, syntactic, "phenomenon"),
        curves="\n\n".join(curve(row) for row in rows if row["curve"]) or "None yet.",
        training_table=table(
            ["learner", "parameters", "tokens seen", "held-out loss", "training, core s", "evaluation, core s"],
            [training(row) for row in rows],
        ),
        commands="\n    ".join(row["command"] for row in rows),
    )
