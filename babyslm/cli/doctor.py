"""Commands on the state of an installation."""

from typing import Annotated

import typer

from babyslm.cli.app import AsJson, app, say

__all__ = ["doctor"]


@app.command(epilog="Example: babyslm doctor")
def doctor(
    empty: Annotated[
        list[str] | None, typer.Option("--empty", help="Empty the named cache, or all; repeatable.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List installed components, voices, devices and caches, and the functions of missing extras."""
    from babyslm.commands.doctor import empty_caches, examine

    if empty:
        emptied = [each for name in empty for each in empty_caches(name)]
        told = {each.name: {"files": each.files, "megabytes": each.megabytes} for each in emptied}
        text = "\n".join(
            f"{each.folder}: emptied of {each.files:,} files, {each.megabytes:,.1f} MB" for each in emptied
        )
        say({"emptied": told}, text, as_json=as_json)
        return
    report = examine()
    say(report.as_dict(), report.as_text(), as_json=as_json)
    if not report.healthy:
        raise typer.Exit(1)
