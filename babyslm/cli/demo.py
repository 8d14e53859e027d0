"""Commands on the demonstration."""

from pathlib import Path
from typing import Annotated

import typer

from babyslm.cli.app import AsJson, Out, app, say

__all__ = ["demo"]


@app.command(epilog="Example: babyslm demo --out demo")
def demo(
    out: Out = Path("demo"),
    seed: Annotated[int, typer.Option(help="Seed of stimuli, speech and training.")] = 0,
    workers: Annotated[int, typer.Option(help="Number of processes for synthesis; 0: one per core.")] = 0,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Also print figures by phenomenon and voice, and the training records.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Build a small set, train a text and a spoken learner, and compare them. Needs no data and no network."""
    from babyslm.commands.demo import run_demo

    summary = run_demo(out, seed=seed, workers=workers, verbose=verbose)
    say(summary.as_dict(), summary.as_text(verbose=verbose), as_json=as_json)
