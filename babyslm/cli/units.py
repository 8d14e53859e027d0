"""Commands on speech units."""

from pathlib import Path
from typing import Annotated

import typer

from babyslm.cli.app import AsJson, Out, app, say

__all__ = ["import_codebook"]


@app.command(name="import-codebook", epilog="Example: babyslm import-codebook km.bin --out units/k50 --trust-pickle")
def import_codebook(
    file: Annotated[Path, typer.Argument(help="k-means model: joblib, .pt of CPC, .npy or .safetensors.")],
    out: Out,
    trust_pickle: Annotated[bool, typer.Option("--trust-pickle", help="Allow pickled k-means models.")] = False,
    runs: Annotated[bool, typer.Option("--keep-runs", help="Keep repetitions of a unit.")] = False,
    as_json: AsJson = False,
) -> None:
    """Convert a published k-means model into a codebook for `units.codebook` of a recipe."""
    from babyslm.models.units.published import import_codebook as run

    codebook = run(file, out, trust_pickle=trust_pickle, deduplicate=not runs)
    found = {"units": codebook.size, "dimensions": codebook.dimensions, "out": str(out)}
    text = f"{out}: {codebook.size} units of {codebook.dimensions} dimensions; set units.codebook={out}"
    say(found, text, as_json=as_json)
