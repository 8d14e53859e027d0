"""Commands on compressing a learner."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from babyslm.cli.app import AsJson, Device, Out, app, say
from babyslm.stimuli.stimulus import Split, Task

__all__ = ["compress"]


@app.command(
    epilog="Example: babyslm compress --model hf:OpenLLM-France/Lucie-7B --keep 0.8 --calibration fr.txt --out out"
)
def compress(
    model: Annotated[str, typer.Option("--model", help="Hugging Face folder, or hf:ID[@revision].")],
    keep: Annotated[float, typer.Option(help="Share of all parameters to keep, embeddings included, such as 0.8.")],
    calibration: Annotated[
        Path, typer.Option(help="Calibration corpus, table or text file; for HuBERT a folder of sound files.")
    ],
    out: Out,
    ranks: Annotated[
        Literal["bottom-first", "uniform", "error"],
        typer.Option(help="Rank allocation: as published, the same share of each layer, or least output error."),
    ] = "error",
    floor: Annotated[
        float, typer.Option(help="For bottom-first: smallest rank, as a share of the layer's smaller dimension.")
    ] = 0.25,
    initialise: Annotated[
        Literal["weight", "outputs", "whitened"],
        typer.Option(help="Initial factors: SVD of the weight, output components, or SVD of the whitened weight."),
    ] = "outputs",
    distil: Annotated[bool, typer.Option(help="Distil the factors block by block.")] = True,
    epochs: Annotated[int | None, typer.Option(help="Number of passes over the calibration data.")] = None,
    lr: Annotated[float | None, typer.Option(help="Learning rate.")] = None,
    rows: Annotated[int | None, typer.Option(help="Rows per batch.")] = None,
    length: Annotated[int | None, typer.Option(help="Maximum number of tokens (sound: frames) per row.")] = None,
    tokens: Annotated[int | None, typer.Option(help="Maximum number of calibration tokens (sound: frames).")] = None,
    layout: Annotated[
        Literal["auto", "packed", "lines"], typer.Option(help="Packed rows, or one padded row per text.")
    ] = "auto",
    precision: Annotated[Literal["no", "bf16"], typer.Option(help="Mixed precision.")] = "no",
    form: Annotated[
        Literal["factors", "dense"],
        typer.Option("--format", help="Keep two factors per layer, with code, or multiply them out."),
    ] = "factors",
    stimuli: Annotated[
        str | None, typer.Option("--evaluate", help="Stimuli on which to compare the learner before and after.")
    ] = None,
    task: Annotated[Task | None, typer.Option(help="Task. Default: both.")] = None,
    split: Annotated[Split | None, typer.Option(help="Split. Default: both.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the order of rows and of the held-out rows.")] = 0,
    device: Device = "auto",
    dtype: Annotated[str | None, typer.Option(help="Number type of the weights: float32, bfloat16, float16.")] = None,
    option: Annotated[list[str] | None, typer.Option(help="Option of the learner, key=value, repeatable.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compress a learner by low-rank local feature distillation and measure what it forgets."""
    from babyslm.commands.compress import compress as run
    from babyslm.compression.settings import make_settings
    from babyslm.evaluation.options import learner_options

    given = {"epochs": epochs, "lr": lr, "rows": rows, "length": length, "tokens": tokens}
    settings = make_settings(
        keep=keep,
        ranks=ranks,
        floor=floor,
        initialise=initialise,
        distil=distil,
        layout=layout,
        precision=precision,
        seed=seed,
        **{name: value for name, value in given.items() if value is not None},
    )
    options = learner_options(
        device=device, dtype=dtype, batch_tokens=None, trust_remote_code=False, extra=option or []
    )
    done = run(model, calibration, out, settings, form=form, stimuli=stimuli, task=task, split=split, **options)
    say(done.as_dict(), done.as_text(), as_json=as_json)
