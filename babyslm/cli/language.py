"""The command that drafts a new language."""

from pathlib import Path
from typing import Annotated

import typer

from babyslm.cli.app import AsJson, Out, app, say

__all__ = ["language"]


@app.command(epilog="Example: babyslm language it --words words.tsv --out italian")
def language(
    lang: Annotated[str, typer.Argument(help="Two-letter code of the language.")],
    words: Annotated[Path, typer.Option("--words", help="Words, one per line, or word<TAB>count.")],
    out: Out = Path("language"),
    espeak: Annotated[
        str | None, typer.Option("--espeak", help="Name of the espeak-ng voice; default the code.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Speak the words by the language's cards, and draft nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Draft the cards of a new language from its words, and list what a person has to decide."""
    from babyslm.commands.language import check_cards, draft_cards

    if check:
        checked = check_cards(lang, words)
        say(checked.as_dict(), checked.as_text(), as_json=as_json)
        if checked.faults:
            raise typer.Exit(1)
        return
    drafted = draft_cards(lang, words, out, voice=espeak)
    say(drafted.as_dict(), drafted.as_text(), as_json=as_json)
