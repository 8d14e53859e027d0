"""Commands on what a learner knows, and since when."""

from pathlib import Path
from typing import Annotated

import typer

from babyslm.cli.app import AsJson, app, say
from babyslm.stimuli.stimulus import Split

__all__ = ["acquisition"]


@app.command(
    epilog="Example: babyslm acquisition results/1h results/4h results/16h --children wordbank.csv --out growth"
)
def acquisition(
    results: Annotated[
        list[Path], typer.Argument(help="Result folders of one learner at three or more amounts of training.")
    ],
    amount: Annotated[
        list[float] | None,
        typer.Option(help="Amount of training of each result, repeatable, in their order. Default: as recorded."),
    ] = None,
    unit: Annotated[
        str | None, typer.Option(help="Unit of the amounts: words, hours, tokens. Default: the one that is recorded.")
    ] = None,
    split: Annotated[Split | None, typer.Option(help="Split. Default: both.")] = None,
    children: Annotated[
        list[Path] | None,
        typer.Option(help="Wordbank's export, or a table of word and age (months); repeatable."),
    ] = None,
    heard: Annotated[
        Path | None, typer.Option(help="Largest training corpus, for how often each word was heard.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Output folder for tables and a page.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the bootstraps.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Find when each word becomes known, and compare the order with that of children."""
    from babyslm.commands.acquisition import acquire

    found = acquire(
        results,
        amounts=amount,
        unit=unit,
        split=split,
        children=children or [],
        heard=heard,
        out=out,
        seed=seed,
    )
    place = f"\nreport: {out / 'report.html'}" if out else ""
    say(found.as_dict(), found.as_text() + place, as_json=as_json)
