"""Commands on what a learner hears or reads."""

from pathlib import Path
from typing import Annotated

import typer

from babyslm.cli.app import AsJson, Out, app, say

__all__ = ["prepare"]


@app.command(epilog="Example: babyslm prepare childes utterances.parquet --out corpora/childes")
def prepare(
    kind: Annotated[str, typer.Argument(help="childes")],
    source: Annotated[Path, typer.Argument(help="Where the raw corpus lies.")],
    out: Out,
    lang: Annotated[str, typer.Option(help="Language of the phones.")] = "en",
    role: Annotated[
        list[str] | None, typer.Option(help="Speaker role to keep, repeatable; default all adults.")
    ] = None,
    ages: Annotated[tuple[float, float] | None, typer.Option(help="Youngest and oldest age in months.")] = None,
    as_json: AsJson = False,
) -> None:
    """Turn a raw corpus into training material."""
    from babyslm.corpora.prepare import prepare_corpus

    corpus = prepare_corpus(kind, source, out, language=lang, roles=role, ages=ages)
    card = corpus.card.model_dump(mode="json") if corpus.card else {}
    say(card, f"{out}: {card['utterances']:,} utterances, {card['words']:,} words", as_json=as_json)
