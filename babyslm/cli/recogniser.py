"""Command of a recogniser of phones."""

from pathlib import Path
from typing import Annotated

import typer

from babyslm.cli.app import AsJson, Device, app, say

__all__ = ["transcribe"]


@app.command(epilog="Example: babyslm transcribe --model recogniser cookie.wav dragon.wav")
def transcribe(
    files: Annotated[list[Path], typer.Argument(help="Sound files of any sampling rate.")],
    model: Annotated[Path, typer.Option("--model", help="Folder made by: babyslm train recogniser --out FOLDER.")],
    beam: Annotated[
        int, typer.Option(min=1, help="Strings kept in prefix beam search; 1: the best path alone, which is faster.")
    ] = 1,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Write down the phones of speech."""
    from babyslm.models.recogniser.files import transcribe_files

    found = transcribe_files(files, model, beam=beam, device=device)
    rows = [{"file": str(path), "phones": " ".join(phones)} for path, phones in found]
    say({"files": rows}, "\n".join(f"{row['file']}\t{row['phones']}" for row in rows), as_json=as_json)
