"""Commands on scoring learners and comparing results."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from babyslm.cli.app import AsJson, Device, EngineOption, Gpus, RayAddress, Stimuli, app, say
from babyslm.stimuli.stimulus import Split, Task

__all__ = ["choose", "compare", "evaluate"]


@app.command(
    epilog="Example: babyslm evaluate --model runs/phone-lstm --stimuli stimuli --split dev --out results/phone-lstm"
)
def evaluate(
    model: Annotated[
        str, typer.Option("--model", help="Model folder, hf:ID[@revision], scores:FOLDER, package.module:object.")
    ],
    stimuli: Stimuli,
    task: Annotated[Task | None, typer.Option(help="Task. Default: both.")] = None,
    split: Annotated[Split | None, typer.Option(help="Split. Default: both.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Output folder; an interrupted run resumes from it.")
    ] = None,
    pooling: Annotated[Literal["mean", "sum"], typer.Option(help="Headline score: mean (official) or sum.")] = "mean",
    condition: Annotated[str, typer.Option(help="Acoustic condition of the sound.")] = "clean",
    heard: Annotated[
        Path | None,
        typer.Option(help="Training corpus of the learner; reports words and non-words that occur in it separately."),
    ] = None,
    official: Annotated[
        bool, typer.Option("--official", help="Also write the output files of the official scripts.")
    ] = False,
    words: Annotated[bool, typer.Option("--words", help="Also write the surprisal of each word.")] = False,
    revisions: Annotated[
        str | None,
        typer.Option(help="all, or names separated by commas; one result per revision and a learning curve."),
    ] = None,
    device: Device = "auto",
    dtype: Annotated[
        str | None, typer.Option(help="Number type: float32, bfloat16, float16. Default: float32 on a CPU.")
    ] = None,
    batch_tokens: Annotated[int | None, typer.Option(help="Maximum number of symbols per batch.")] = None,
    option: Annotated[list[str] | None, typer.Option(help="Option of the learner, key=value, repeatable.")] = None,
    trust_remote_code: Annotated[bool, typer.Option(help="Run code from the model folder.")] = False,
    verify: Annotated[
        int, typer.Option(help="Number of stimuli to rescore one by one; reports the largest difference.")
    ] = 0,
    engine: EngineOption = "local",
    ray_address: RayAddress = None,
    gpus: Gpus = 0,
    as_json: AsJson = False,
) -> None:
    """Score a learner on stimuli and report the official accuracies with intervals."""
    from babyslm.engines import using
    from babyslm.evaluation.evaluate import evaluate as run
    from babyslm.evaluation.options import learner_options, require_out
    from babyslm.evaluation.revisions import evaluate_revisions
    from babyslm.results.console import as_object, as_text

    options = learner_options(
        device=device, dtype=dtype, batch_tokens=batch_tokens, trust_remote_code=trust_remote_code, extra=option or []
    )
    asked = {
        "task": task,
        "split": split,
        "pooling": pooling,
        "condition": condition,
        "heard": heard,
        "official": official,
        "words": words,
        "verify": verify,
        **({} if model.startswith("scores:") else options),
    }
    place = f"\nreport: {out / 'report.html'}" if out else ""
    with using(engine, address=ray_address, gpus=gpus):
        if revisions is not None:
            results = evaluate_revisions(model, stimuli, out=require_out(out), which=revisions, **asked)
        else:
            results = {"": run(model, stimuli, out=out, **asked)}
    text = "\n\n".join(map(as_text, results.values())) + place
    objects = {name: as_object(each) for name, each in results.items()}
    say(objects if revisions is not None else objects[""], text, as_json=as_json)


@app.command(epilog="Example: babyslm choose --model hf:OpenLLM-France/Lucie-7B-Instruct-v1.1 --stimuli stimuli")
def choose(
    model: Annotated[str, typer.Option("--model", help="Instruction-tuned model: hf:ID[@revision] or a folder.")],
    stimuli: Stimuli,
    out: Annotated[Path | None, typer.Option("--out", help="Output folder for choices and accuracies.")] = None,
    lang: Annotated[str | None, typer.Option(help="Language of the prompt. Default: that of the set.")] = None,
    device: Device = "auto",
    dtype: Annotated[str | None, typer.Option(help="Number type: float32, bfloat16, float16.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask an instruction-tuned model which sentence of each pair is better, in both orders."""
    from babyslm.evaluation.choice import choose_prompted

    figures = choose_prompted(model, stimuli, out=out, language=lang, device=device, dtype=dtype)
    rows = figures.astype(object).where(figures.notna(), None)
    say({"accuracy": rows.to_dict("records")}, figures.to_string(index=False), as_json=as_json)


@app.command(epilog="Example: babyslm compare results/text results/speech --out comparison.html")
def compare(
    results: Annotated[list[Path], typer.Argument(help="Two or more result folders.")],
    out: Annotated[Path | None, typer.Option("--out", help="HTML page to write.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare learners on their common pairs: paired differences with intervals."""
    from babyslm.results.folders import compare_folders

    table = compare_folders(results, out)
    say({"comparison": table.to_dict("records")}, table.to_string(index=False), as_json=as_json)
