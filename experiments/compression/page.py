"""Page with the figures of the compression benchmark."""

from typing import Any

__all__ = ["markdown"]

Row = dict[str, Any]

PAGE = """\
# Compression of a small phone Llama

{learner}

Teacher: perplexity {perplexity:.3f} per phone on test utterances; accuracy on a small built set: lexical {lexical},
syntactic {syntactic}. Rank allocation: {ranks}. Calibration: {tokens:,} tokens of the teacher's training utterances,
{epochs} pass(es), learning rate {lr:g} (selected on dev utterances). Intervals are 95 % over clusters of words.

The order "distilled better than output components, output components better than weight SVD" holds {ordered}.

{tables}
{speed}{date}, seed {seed}, {processor}, {threads} thread(s), torch {torch}; seconds are {clock}. {note}

Command: `{command}`. All figures are in `compression.json`.
"""


def cell(part: Row) -> str:
    return f"{part['accuracy']:.3f} [{part['low']:.3f}, {part['high']:.3f}]"


def points(part: Row | None) -> str:
    if part is None:
        return ""
    return f"{100 * part['difference']:+.1f} [{100 * part['low']:+.1f}, {100 * part['high']:+.1f}]"


def markdown(record: Row) -> str:
    """Return the tables as Markdown."""
    parts = []
    for keep, level in record["table"]["levels"].items():
        cost = level["cost"]
        memory = ""
        if "peak_bytes" in cost:
            whole, part = (cost[key] / 2**20 for key in ("peak_bytes", "peak_bytes_per_1000_tokens"))
            memory = f", at most {whole:.0f} MiB above the learner ({part:.1f} per 1,000 tokens)"
        lines = [
            f"## {100 * float(keep):g} % requested, {100 * level['kept']:.2f} % kept",
            "",
            "| version | perplexity | lexical | to teacher, points | syntactic | to teacher, points |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for title, row in level["versions"].items():
            tasks = [f"{cell(row[task])} | {points(row.get(f'{task}_lost'))}" for task in ("lexical", "syntactic")]
            lines.append(f"| {title} | {row['perplexity']:.3f} | {' | '.join(tasks)} |")
        lines.append("")
        lines.append(
            f"Total of the four versions: {cost['seconds']:.0f} s for {cost['tokens']:,} tokens, "
            f"{cost['seconds_per_1000_tokens']:.2f} s per 1,000{memory}.\n"
        )
        parts.append("\n".join(lines))
    teacher = record["table"]["teacher"]
    learner = record["learner"]
    words = (
        f"{learner['parameters']:,} parameters, trained on {learner['utterances']:,} utterances "
        f"({learner['tokens']:,} tokens, {learner['epochs']:g} passes) of {record['corpus']} in "
        f"{learner['processor_seconds']:.0f} s of processor time."
    )
    return PAGE.format(
        ordered=ordered_text(record["table"]["levels"]),
        learner=words,
        perplexity=teacher["perplexity"],
        lexical=cell(teacher["lexical"]),
        syntactic=cell(teacher["syntactic"]),
        tables="\n".join(parts),
        speed=speed_text(record["speed"]) if "speed" in record else "",
        date=record["date"],
        note=record["note"],
        command=record["command"],
        clock="processor time" if record["clock"] == "cpu" else "wall-clock",
        **record["settings"],
        **{key: record["machine"][key] for key in ("processor", "threads", "torch")},
    )


def ordered_text(levels: Row) -> str:
    """Return by which measure, and at which proportions, the three versions are in the expected order."""
    texts = []
    for measure in ("perplexity", "lexical", "syntactic"):
        held = []
        for keep, level in levels.items():
            values = [
                row[measure]["accuracy"] if measure != "perplexity" else -row[measure]
                for title in ("distilled", "output components", "weight SVD")
                for row in [level["versions"][title]]
            ]
            if values[0] > values[1] > values[2]:
                held.append(f"{100 * float(keep):g} %")
        name = measure if measure == "perplexity" else f"{measure} accuracy"
        texts.append(f"by {name} at {', '.join(held) or 'no share'}")
    return "; ".join(texts)


def speed_text(found: Row) -> str:
    lines = [
        f"## Time to a given loss, {100 * found['keep']:g} % kept",
        "",
        "Loss: mean over blocks on test utterances, with the input of each block from the student's block below; the",
        "minimum is 0.3133. All procedures use the same uniform ranks. Ours was run on increasing shares of the data",
        "until its loss was no higher than that of the published procedure.",
        "",
        "| procedure | tokens | seconds | s per 1,000 tokens | loss | perplexity | ours is faster by |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [f"{figures('ours', row)} |" for row in found["ours"]]
    lines.append(f"{figures('ours, published factors and rate', found['ours_as_published'])} |")
    for title, row in found["published"].items():
        ratio = "loss not reached" if row["ratio"] is None else f"{row['ratio']:.1f}"
        lines.append(f"{figures(f'published, {title}', row)} {ratio} |")
    return "\n".join(lines) + "\n\n"


def figures(title: str, row: Row) -> str:
    times = f"{row['seconds']:.1f} | {row['seconds_per_1000_tokens']:.2f}"
    return f"| {title} | {row['tokens']:,} | {times} | {row['loss']:.4f} | {row['perplexity']:.3f} |"
