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
    keep: Annotated[float, typer.Option(help="Share of all parameters to keep, embeddings included: 0.8.")],
    calibration: Annotated[Path, typer.Option(help="Corpus, table or text file; for HuBERT a folder of sounds.")],
    out: Out,
    ranks: Annotated[
        Literal["bottom-first", "uniform", "error"],
        typer.Option(help="How ranks are allotted: as published, the same share each, least activation error."),
    ] = "error",
    floor: Annotated[
        float, typer.Option(help="bottom-first: least rank as a share of a layer's smaller dimension.")
    ] = 0.25,
    initialise: Annotated[
        Literal["weight", "outputs", "whitened"],
        typer.Option(help="Factors from the weight, from output components, from the whitened weight."),
    ] = "outputs",
    distil: Annotated[bool, typer.Option(help="Train the factors block by block.")] = True,
    epochs: Annotated[int | None, typer.Option(help="Passes over the calibration.")] = None,
    lr: Annotated[float | None, typer.Option(help="Learning rate.")] = None,
    rows: Annotated[int | None, typer.Option(help="Rows a batch.")] = None,
    length: Annotated[int | None, typer.Option(help="Most tokens (frames of sound) a row.")] = None,
    tokens: Annotated[int | None, typer.Option(help="Most calibration tokens (frames of sound).")] = None,
    layout: Annotated[
        Literal["auto", "packed", "lines"], typer.Option(help="Full rows, or a padded row a text.")
    ] = "auto",
    precision: Annotated[Literal["no", "bf16"], typer.Option(help="Mixed precision.")] = "no",
    form: Annotated[
        Literal["factors", "dense"],
        typer.Option("--format", help="Two layers for one with their code, or multiplied out."),
    ] = "factors",
    stimuli: Annotated[
        str | None, typer.Option("--evaluate", help="Stimuli on which to see what was forgotten.")
    ] = None,
    task: Annotated[Task | None, typer.Option(help="Default: both.")] = None,
    split: Annotated[Split | None, typer.Option(help="Default: both.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of order and held-out rows.")] = 0,
    device: Device = "auto",
    dtype: Annotated[str | None, typer.Option(help="float32, bfloat16, float16: of the weights.")] = None,
    option: Annotated[
        list[str] | None, typer.Option(help="Further option of the learner, key=value, repeatable.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compress a learner by low-rank local feature distillation, and see what it forgets."""
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
