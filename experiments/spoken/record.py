"""Results of the experiment with spoken learners: Markdown tables, a JSON record, pages with plots."""

import os
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from babyslm.corpora.corpus import load_corpus
from babyslm.files import write_json, write_text
from babyslm.results.outcomes.record import RECORD_NAME
from babyslm.results.pages.comparison import comparison_report
from babyslm.results.pages.gap import text_speech_gaps
from babyslm.results.result import Result, load_result
from babyslm.stimuli.stimulus import phone_words
from babyslm.training.train import RECORD_NAME as TRAINING
from babyslm.verify.documents import read_json
from benchmarks.machine import describe

__all__ = ["write_record"]

Figure = dict[str, Any]

BINS = [0, 1, 5, 20, 100, float("inf")]
TIMES = ["0", "1-4", "5-19", "20-99", "100 and more"]

PAGE = """\
# Spoken learners on child-directed speech, clean and in the wild

{date}, seed {seed}, one thread on {cores} virtual cores of an {processor}, torch {torch}.
{note}

## Set-up

**Training data.** {utterances:,} utterances of adults drawn from AO-CHILDES (`running`, {alone:.0%} of them one word),
synthesised in the 12 training voices of espeak-ng: {hours:.1f} h. The condition `named` adds each of the {types:,}
word forms (by sound) of the shipped lexicon up to 24 months {times} times in isolation, as in naming; these are
{part:.0%} of the utterances. `wild` consists of the same utterances in the same voices, each in one of four acoustic
conditions ({wild}; babble and speech-shaped noise, simulated rooms). Hours include
the reverberation at the end of each utterance.

**Test data.** {words} words of that lexicon with up to four non-words each, one or two phones apart and balanced for
phonotactics, and {pairs} minimal pairs of sentences, in {voices} voices that do not occur in training. Accuracies use
the official aggregation and the mean log-probability; intervals are 95 % bootstrap intervals over words or lexical
material; chance is .500.

**Selection of settings.** Units, warps and penalty were selected on the dev voices of another set (`spoken-demo.md`).
The floor of the MFCCs was selected on training voices after a first run without it (`spoken-floor.md`). The set's own
dev split (41 words, one voice) is too small for selection and was not used. Settings for speech in the wild were
compared on 107 other words in two dev voices and on training voices (`spoken-wild.md`).

## Accuracy on clean speech

* *Units*: number of units in use / their perplexity / units per second.
* *Purity and PNMI*: agreement of the units with the phones, over the frames of at most 200 held-out utterances. Values
  are higher for fewer utterances and are comparable only between learners with the same hours.
* *s*: wall-clock time of the training.

| learner | training data | hours | lexical | range over voices | syntactic | units | purity / PNMI | s |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
{learners}

{verdict}

## Training and test conditions: lexical accuracy

| learner | trained on | {heads} |
| --- | --- | {rules} |
{conditions}

With this number of intervals, one in twenty excludes chance even for a learner that guesses.

## Hours of training: lexical accuracy, clean test

| learner | trained on | {hour_heads} |
| --- | --- | {hour_rules} |
{hour_rows}

## Text–speech gap

Learners of the same utterances as phones and as speech, tested on the same pairs. The gap is the accuracy of the text
learner minus that of the spoken learner, in points.

| task | text learner | spoken learner | text | speech | gap | 95 % interval |
| --- | --- | --- | --- | --- | --- | --- |
{gaps}

## Comparison of 5-gram and LSTM

A 5-gram and an LSTM on units learned in the same way from the same hours, tested on the same pairs. The loss is in
nats per unit of held-out speech, with the codebook of each learner.

| training data | task | loss, 5-gram / LSTM | 5-gram | LSTM | 5-gram minus LSTM, points | 95 % interval |
| --- | --- | --- | --- | --- | --- | --- |
{rivals}

## Lexical accuracy by frequency in running speech

Clean test. Learners with `named` have heard each word {times} more times in isolation.

| learner | {time_heads} |
| --- | {time_rules} |
{times_rows}

## Training and evaluation in one command

{once}

## Commands

```
python -m experiments.spoken.run --corpus CORPUS --out RUNS
```

runs the whole experiment; CORPUS is a table in the format of childes-db. Single learners:

```
{commands}
babyslm evaluate --model MODEL --stimuli STIMULI --split test --condition CONDITION --out RESULT
```
"""


def cell(figure: Figure | None) -> str:
    """Format an accuracy with its interval."""
    if figure is None:
        return "–"
    return f"{share(figure['accuracy'])} [{share(figure['low'])}, {share(figure['high'])}]"


def share(value: float) -> str:
    """Format a proportion without its leading zero."""
    return f"{value:.3f}".removeprefix("0")


def figures(result: Result) -> dict[str, Figure]:
    """Return the headline of each task."""
    whole = result.headline()
    rows = whole[whole["measure"] == "accuracy"].to_dict("records")
    return {row["task"]: {key: plain(row[key]) for key in ("n", "accuracy", "low", "high")} for row in rows}


def by(result: Result, attribute: str) -> dict[str, Figure]:
    """Return lexical accuracies by an attribute."""
    rows = result.by(attribute, task="lexical").to_dict("records")
    return {str(row[attribute]): {key: plain(row[key]) for key in ("n", "accuracy", "low", "high")} for row in rows}


def plain(value: Any) -> Any:
    """Convert numpy numbers to Python numbers."""
    return round(value, 5) if isinstance(value, float) else int(value)


def heard_times(out: Path) -> Counter[str]:
    """Count how often each word, identified by its phones, occurs in the running text."""
    phones = load_corpus(out / "read").utterances["phones"].dropna()
    return Counter(" ".join(word) for line in phones for word in phone_words(tuple(line.split())))


def gather(learners: Iterable[Any], out: Path) -> list[dict[str, Any]]:
    """Read the results of the learners that are finished."""
    counts = heard_times(out)
    rows = []
    for learner in learners:
        folder, results = out / "learners" / learner.title, out / "results" / learner.title
        if not (folder / TRAINING).is_file() or not (results / "clean" / RECORD_NAME).is_file():
            continue
        record = read_json(folder / TRAINING)
        clean = load_result(results / "clean")
        times = pd.cut(clean.trials["phones"].map(lambda phones: counts[phones]), BINS, right=False, labels=TIMES)
        of_words = clean.trials["task"] == "lexical"
        told = clean.annotate(times=times.astype(object).where(of_words))
        tested = [name for name in learner.tested if (results / name / RECORD_NAME).is_file()]
        rows.append(
            {
                "title": learner.title,
                "name": record["recipe"]["name"],
                "recipe": learner.recipe,
                "settings": list(learner.settings),
                "heard": learner.told,
                "hours": record["outcome"]["corpus"].get("hours"),
                "command": learner.command,
                "training": record["outcome"],
                "training_seconds": record["seconds"],
                "evaluation_seconds": clean.record.seconds,
                "results": {name: figures(load_result(results / name)) for name in tested},
                "by_voice": {name: by(load_result(results / name), "voice") for name in tested if learner.hears},
                "by_times_heard": by(told, "times"),
            }
        )
    return rows


def table(rows: Iterable[Iterable[Any]]) -> str:
    """Format rows of a table."""
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in rows)


def learner_row(row: dict[str, Any]) -> list[str]:
    """Return the row of a learner in the first table."""
    voices = [figure["accuracy"] for figure in row["by_voice"].get("clean", {}).values()]
    units, checked = row["training"].get("units", {}), row["training"].get("validation_units", {})
    clean = row["results"]["clean"]
    return [
        f"`{row['name']}`",
        row["heard"].replace("-", ", "),
        f"{row['hours']:.1f}" if row["hours"] else "–",
        cell(clean.get("lexical")),
        f"{share(min(voices))} to {share(max(voices))}" if voices else "–",
        cell(clean.get("syntactic")),
        f"{units['used']} / {units['perplexity']} / {units['a_second']}" if units else "–",
        f"{share(checked['phone_purity'])} / {share(checked['pnmi'])}" if "pnmi" in checked else "–",
        f"{row['training_seconds']:.0f}",
    ]


def verdict(rows: list[dict[str, Any]]) -> str:
    """Return which learners are above chance, by the lower end of the interval, and which are not."""
    lines = []
    for task in ("lexical", "syntactic"):
        told = [(row["title"], row["results"]["clean"][task]) for row in rows if task in row["results"]["clean"]]
        above = [f"`{title}`" for title, figure in told if figure["low"] > 0.5]
        others = [f"`{title}`" for title, figure in told if figure["low"] <= 0.5]
        lines.append(f"{task.capitalize()}, interval above chance: {', '.join(above) or 'no learner'}.")
        lines.append(
            f"{task.capitalize()}, interval includes or is below chance: {', '.join(others) or 'no learner'}."
        )
    return "\n\n".join(lines)


def write_record(
    learners: Iterable[Any], out: Path, *, note: str, seed: int, times: int, wild: tuple[str, ...]
) -> dict[str, Any]:
    """Write `spoken.json`, `spoken.md` and the pages of the finished learners.

    :param learners: learners in the order of the tables.
    :param out: folder of the experiment.
    :param note: circumstances of the run.
    :param seed: seed of the experiment.
    :param times: number of times that each word was spoken in isolation.
    :param wild: training conditions in the wild.
    """
    rows = gather(learners, out)
    text, names = load_corpus(out / "read").utterances, load_corpus(out / "names").utterances
    hours = load_corpus(out / "clean").hours or 0.0
    heads = list(rows[0]["results"]) if rows else []
    amounts = sorted({round(row["hours"], 1) for row in rows if row["hours"] and "named" in row["heard"]})
    pages(rows, out)
    gaps = text_speech_gaps([load_result(out / "results" / row["title"] / "clean") for row in rows if whole(row)])
    machine = describe() | {"cores": os.cpu_count()}
    record = {
        "date": datetime.now(UTC).date().isoformat(),
        "note": note,
        "seed": seed,
        "machine": machine,
        "diet": {
            "running_utterances": len(text),
            "running_hours_clean": round(hours, 3),
            "words_alone": len(names),
            "times": times,
            "wild": list(wild),
        },
        "learners": rows,
        "gaps": [
            {key: plain(value) if isinstance(value, float) else value for key, value in gap.items()}
            for gap in gaps.to_dict("records")
        ],
    }
    write_json(out / "spoken.json", record)
    series = {(row["name"], row["heard"]) for row in rows if row["hours"] and "named" in row["heard"]}
    at = {
        (row["name"], row["heard"], round(row["hours"], 1)): row["results"]["clean"]["lexical"]
        for row in rows
        if row["hours"]
    }
    first = next(row for row in rows if row["by_voice"])
    page = PAGE.format(
        date=record["date"],
        seed=seed,
        note=note,
        utterances=len(text),
        alone=float((text["text"].str.split().str.len() == 1).mean()),
        hours=hours,
        types=len(names) // max(1, times),
        times=times,
        part=len(names) / (len(names) + len(text)),
        wild=", ".join(wild),
        words=first["results"]["clean"]["lexical"]["n"],
        pairs=first["results"]["clean"]["syntactic"]["n"],
        voices=len(first["by_voice"]["clean"]),
        learners=table(map(learner_row, rows)),
        verdict=verdict(rows),
        heads=" | ".join(heads),
        rules=" | ".join("---" for _ in heads),
        conditions=table(
            [f"`{row['name']}`", f"{row['heard']}, {row['hours']:.1f} h"]
            + [cell(row["results"].get(name, {}).get("lexical")) for name in heads]
            for row in rows
            if len(row["results"]) > 1
        ),
        hour_heads=" | ".join(f"{amount:g} h" for amount in amounts),
        hour_rules=" | ".join("---" for _ in amounts),
        hour_rows=table(
            [f"`{name}`", heard, *(cell(at.get((name, heard, amount))) for amount in amounts)]
            for name, heard in sorted(series)
        ),
        gaps=table(
            [
                gap["task"],
                f"`{gap['text']}`",
                f"`{gap['speech']}`",
                share(gap["text_accuracy"]),
                share(gap["speech_accuracy"]),
                f"{100 * gap['gap']:.1f}",
                f"{100 * gap['low']:.1f} to {100 * gap['high']:.1f}",
            ]
            for gap in gaps.to_dict("records")
        ),
        time_heads=" | ".join(f"{name} (n = {first['by_times_heard'].get(name, {}).get('n', 0)})" for name in TIMES),
        time_rules=" | ".join("---" for _ in TIMES),
        times_rows=table(
            [f"`{row['title']}`", *(cell(row["by_times_heard"].get(name)) for name in TIMES)]
            for row in rows
            if whole(row, named=False)
        ),
        rivals=table(rivals(rows, out)),
        once=once(rows),
        commands="\n".join(row["command"] for row in rows),
        **{key: value for key, value in machine.items() if key in ("processor", "cores", "torch")},
    )
    write_text(out / "spoken.md", page)
    return record


def rivals(rows: list[dict[str, Any]], out: Path) -> Iterable[list[str]]:
    """Return the rows that compare a 5-gram and a network trained on the same speech."""
    by = {(row["name"], row["heard"], row["hours"]): row for row in rows}
    for (name, heard, hours), network in by.items():
        counts = by.get((name.replace("lstm", "5gram"), heard, hours))
        if counts is None or counts is network:
            continue
        results = [load_result(out / "results" / row["title"] / "clean") for row in (counts, network)]
        losses = " / ".join(f"{row['training']['validation_loss']:.2f}" for row in (counts, network))
        for row in results[0].compare(results[1]).whole.to_dict("records"):
            accuracies = [share(row[key]) for key in ("first_accuracy", "second_accuracy")]
            points = [f"{100 * row[key]:.1f}" for key in ("difference", "low", "high")]
            told = f"{heard.replace('-', ', ')}, {hours:.1f} h"
            yield [told, row["task"], losses, *accuracies, points[0], f"{points[1]} to {points[2]}"]


def once(rows: list[dict[str, Any]]) -> str:
    """Return the times of the command that synthesises a text, learns from it and tests the learner."""
    lines = [
        f"`babyslm train {row['recipe']} --out MODEL --set corpus=READ-NAMED --stimuli STIMULI --split test`: "
        f"{row['training_seconds'] / 60:.1f} minutes for training and {row['evaluation_seconds'] / 60:.1f} more "
        f"for evaluation: lexical {cell(row['results']['clean'].get('lexical'))}, "
        f"syntactic {cell(row['results']['clean'].get('syntactic'))}."
        for row in rows
        if row["heard"].startswith("own speech")
    ]
    return "\n\n".join(lines) or "Not measured."


def whole(row: dict[str, Any], *, named: bool = True) -> bool:
    """Return whether a learner was trained on all of the text, clean, with isolated words if `named`."""
    part = any(each.startswith("hours=") for each in row["command"].replace("'", "").split(" "))
    return "wild" not in row["heard"] and not part and (not named or "named" in row["heard"])


def pages(rows: list[dict[str, Any]], out: Path) -> None:
    """Write `report.html`, which compares the finished learners of the diet `named`."""
    results = [
        load_result(out / "results" / row["title"] / name)
        for row in rows
        if "named" in row["heard"]
        for name in row["results"]
    ]
    if len(results) > 1:
        comparison_report(results, out / "report.html", title="Spoken learners, clean and in the wild")
