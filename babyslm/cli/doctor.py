"""Commands on the state of an installation."""

import typer

from babyslm.cli.app import AsJson, app, say

__all__ = ["doctor"]


@app.command(epilog="Example: babyslm doctor")
def doctor(as_json: AsJson = False) -> None:
    """Say what is installed, which voices and devices there are, and what each missing extra would bring."""
    from babyslm.doctor import examine

    report = examine()
    say(report.as_dict(), report.as_text(), as_json=as_json)
    if not report.healthy:
        raise typer.Exit(1)
