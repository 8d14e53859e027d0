"""Commands on the leaderboard: submitting, checking, building and showing it."""

from pathlib import Path
from typing import Annotated

import typer

from babyslm.cli.app import AsJson, app, say

__all__ = ["leaderboard", "submit"]

leaderboard = typer.Typer(
    help="Check, build and serve the leaderboard.", no_args_is_help=True, rich_markup_mode="markdown"
)
app.add_typer(leaderboard, name="leaderboard")

Board = Annotated[
    Path | None, typer.Option("--from", help="Leaderboard folder. Default: ./leaderboard, or the shipped one.")
]
AtHand = Annotated[
    list[Path] | None,
    typer.Option("--stimuli", help="Folder of a registered stimulus set, for its sound and tables; repeatable."),
]


@app.command(epilog="Example: babyslm submit results/phone-lstm --card card.yaml")
def submit(
    result: Annotated[
        Path | None, typer.Argument(help="Result folder, or folder of scores {task}/{split}.txt.")
    ] = None,
    card: Annotated[Path, typer.Option("--card", help="Card of the learner, see --init.")] = Path("card.yaml"),
    init: Annotated[
        bool, typer.Option("--init", help="Write a card to fill in, with the values of the result or of a meta.yaml.")
    ] = False,
    to: Annotated[Path, typer.Option("--to", help="Leaderboard folder.")] = Path("leaderboard"),
    set_key: Annotated[
        str | None, typer.Option("--set", help="Key of the registered set of a folder of scores.")
    ] = None,
    condition: Annotated[
        str | None, typer.Option(help="Acoustic condition of a folder of scores. Default: clean.")
    ] = None,
    stimuli: AtHand = None,
    as_json: AsJson = False,
) -> None:
    """Create a submission from a result and check it."""
    from babyslm.leaderboard.folders import open_registry, require_result
    from babyslm.leaderboard.submit import submit as run
    from babyslm.leaderboard.submissions.template import write_template

    if init:
        write_template(card, result)
        say({"card": str(card)}, f"fill in {card}, then: babyslm submit RESULT --card {card}", as_json=as_json)
        return
    registry = open_registry(to, stimuli or [])
    made = run(require_result(result), card, to, registry, set_key=set_key, condition=condition)
    say(made.as_dict(), made.as_text(), as_json=as_json)


@leaderboard.command(epilog="Example: babyslm leaderboard verify --base ../main/leaderboard/submissions")
def verify(
    board: Board = None,
    base: Annotated[
        Path | None, typer.Option(help="Current submissions of the leaderboard, whose scores must not change.")
    ] = None,
    submissions: Annotated[
        Path | None, typer.Option(help="Submissions to check. Default: those of the leaderboard.")
    ] = None,
    stimuli: AtHand = None,
    comment: Annotated[
        Path | None, typer.Option(help="Markdown file to write as a comment on a pull request.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Recompute every figure from the scores and check all submissions; exit code 1 if any is refused."""
    from babyslm.files import write_text
    from babyslm.leaderboard.folders import open_registry, submissions_of
    from babyslm.leaderboard.verification import verify_submissions

    registry = open_registry(board, stimuli or [])
    found = verify_submissions(submissions or submissions_of(board), registry, base=base)
    if comment is not None:
        write_text(comment, found.as_markdown())
    say(found.as_dict(), found.as_text(), as_json=as_json)
    if not found.passed:
        raise typer.Exit(1)


@leaderboard.command(epilog="Example: babyslm leaderboard build --out site --stimuli demo/stimuli")
def build(
    out: Annotated[Path, typer.Option("--out", help="Output folder of the pages.")] = Path("site"),
    board: Board = None,
    stimuli: AtHand = None,
    as_json: AsJson = False,
) -> None:
    """Write the leaderboard as static pages."""
    from babyslm.leaderboard.folders import make_board, summary
    from babyslm.leaderboard.site.build import build_site

    made = make_board(board, stimuli or [])
    page = build_site(made, out)
    say(
        {"page": str(page), **summary(made)},
        f"{page}: {len(made.entries)} learners, {len(made.refused)} refused",
        as_json=as_json,
    )


@leaderboard.command(epilog="Example: babyslm leaderboard serve")
def serve(
    out: Annotated[Path, typer.Option("--out", help="Output folder of the pages.")] = Path("site"),
    board: Board = None,
    stimuli: AtHand = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0: any free one.")] = 8000,
) -> None:
    """Serve the leaderboard on this machine and rebuild it when a submission changes."""
    from functools import partial

    from babyslm.leaderboard.folders import make_board, watched_folders
    from babyslm.leaderboard.site.serve import serve as run

    run(partial(make_board, board, stimuli or []), watched_folders(board), out, host=host, port=port)


@leaderboard.command(
    epilog="Example: babyslm leaderboard register demo/stimuli --key demo-en-1 --name 'Demo, English'"
)
def register(
    folder: Annotated[Path, typer.Argument(help="Stimulus set with its card.")],
    key: Annotated[str, typer.Option("--key", help="Key of the set, including its version.")],
    name: Annotated[str, typer.Option("--name", help="Displayed name of the set.")],
    made_by: Annotated[str, typer.Option("--made-by", help="Command that builds the set.")],
    condition: Annotated[
        list[str] | None, typer.Option(help="Acoustic condition in addition to clean, repeatable.")
    ] = None,
    to: Annotated[Path, typer.Option("--to", help="Leaderboard folder.")] = Path("leaderboard"),
    keep_tables: Annotated[bool, typer.Option(help="Keep compressed copies of the tables in the registry.")] = True,
    as_json: AsJson = False,
) -> None:
    """Register a stimulus set on which learners are compared."""
    from babyslm.leaderboard.submissions.registry import register_set

    conditions = ["clean", *(condition or [])]
    made = register_set(folder, to, key, name=name, made_by=made_by, conditions=conditions, keep_tables=keep_tables)
    say(made.model_dump(mode="json"), f"{made.key}: {len(made.sha256)} tables registered", as_json=as_json)
