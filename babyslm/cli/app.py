"""The application: what all commands share."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

__all__ = [
    "AsJson",
    "Device",
    "EngineOption",
    "Gpus",
    "Out",
    "RayAddress",
    "Stimuli",
    "SynthesizerOption",
    "app",
    "say",
]

app = typer.Typer(
    name="babyslm",
    help="Measure what a spoken or text language model has learned.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
Out = Annotated[Path, typer.Option("--out", help="Output folder.")]
Stimuli = Annotated[
    str, typer.Option("--stimuli", help="Folder or file of stimuli (official layout, BLiMP, Zorro, ...).")
]
Device = Annotated[str, typer.Option("--device", help="Device: auto, cpu, cuda, cuda:1, mps.")]

EngineOption = Annotated[
    Literal["local", "ray"], typer.Option("--engine", help="Place of computation: this machine, or Ray workers.")
]
RayAddress = Annotated[
    str | None,
    typer.Option("--ray-address", help="Ray cluster, such as auto or ray://head:10001. Default: this machine."),
]

SynthesizerOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Synthesiser, repeatable: formant (the default), neural, kokoro:FOLDER, piper:VOICE.onnx, "
        "flite (training only), 'command:PROGRAM --ipa {ipa} --to {out}'."
    ),
]

Gpus = Annotated[float, typer.Option("--gpus", help="Number of GPUs per Ray worker; may be fractional.")]


def say(value: dict[str, Any], text: str, *, as_json: bool) -> None:
    """Print what a command has to say: a JSON object, or text for people."""
    typer.echo(json.dumps(value, ensure_ascii=False) if as_json else text)


def version(asked: bool) -> None:
    """Print the version and stop."""
    if asked:
        from babyslm import __version__

        typer.echo(f"babyslm {__version__}")
        raise typer.Exit


@app.callback()
def main(
    _version: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Measure what a spoken or text language model has learned.

    Start with `babyslm demo`. Add --debug to any command for the traceback of an error.
    """
