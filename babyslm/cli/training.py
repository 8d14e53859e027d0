"""Commands on training from a recipe."""

from typing import Annotated

import typer

from babyslm.cli.app import AsJson, Out, app, say

__all__ = ["train"]


@app.command(epilog="Example: babyslm train phone-lstm --out runs/phone-lstm --set corpus=corpora/childes")
def train(
    recipe: Annotated[str, typer.Argument(help="A recipe of baselines/ by name, or a YAML file.")],
    out: Out,
    settings: Annotated[list[str] | None, typer.Option("--set", help="key=value of the recipe, repeatable.")] = None,
    resume: Annotated[bool, typer.Option(help="Go on where a stopped training left off.")] = True,
    as_json: AsJson = False,
) -> None:
    """Train a learner from a recipe."""
    from babyslm.training.recipe import load_recipe
    from babyslm.training.train import train as run

    record = run(load_recipe(recipe, settings or []), out, resume=resume)
    say(record.as_dict(), record.as_text(), as_json=as_json)
