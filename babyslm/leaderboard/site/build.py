"""`babyslm leaderboard build`: from a board to a folder of static pages."""

import re
import shutil
from pathlib import Path

from babyslm.files import atomic_folder, exclusive
from babyslm.leaderboard.board.board import MEASURES, Board, Entry
from babyslm.leaderboard.site.breakdowns import Breakdowns
from babyslm.leaderboard.site.downloads import board_json, breakdown_csv, entry_json, track_csv
from babyslm.leaderboard.site.layout import Layout
from babyslm.leaderboard.site.learner import learner_page
from babyslm.leaderboard.site.pictures import Pictures
from babyslm.leaderboard.site.records import learner_record, table_record
from babyslm.leaderboard.site.sounds import place_sounds
from babyslm.leaderboard.site.standings import standings_page
from babyslm.leaderboard.site.tracks import Tracks, table_key, track_title
from babyslm.progress import bar
from babyslm.verify.results.site import verify_site_folder

__all__ = ["TITLE", "build_site"]

TITLE = "BabySLM leaderboard"
MARKER = "data/board.json"
"""File that identifies a folder as a site; only a site is replaced."""


def build_site(board: Board, out: Path, *, sound: bool = True, title: str = TITLE) -> Path:
    """Write the pages of a board; an earlier site in the folder is replaced atomically.

    The same board gives byte-identical pages.

    :param board: the board.
    :param out: folder of the site.
    :param sound: include the sound of the stimuli, if the available sets have it.
    :param title: heading of the front page.
    :returns: the front page.
    """
    place = out.absolute()
    verify_site_folder(place, MARKER)
    with exclusive(place):
        _sweep(place)
        with atomic_folder(place) as root:
            _write(board, Layout(root, {"site": title, "version": board.version}), sound=sound)
    return place / "index.html"


def _sweep(place: Path) -> None:
    """Remove temporary folders of killed builds; the lock must be held."""
    left = re.compile(rf"\.{re.escape(place.name[:80])}\.[a-z0-9_]{{8}}\.(partial|old)")
    for path in place.parent.iterdir():
        if left.fullmatch(path.name) and path.is_dir():
            shutil.rmtree(path, ignore_errors=True)


def _write(board: Board, layout: Layout, *, sound: bool) -> None:
    layout.assets()
    tracks, pictures = Tracks(board), Pictures()
    breakdowns = {slug: Breakdowns(entry) for slug, entry in board.entries.items()}
    layout.data(MARKER, board_json(board))
    for track in tracks.ordered:
        page = standings_page(board, tracks, track, breakdowns)
        layout.page(
            tracks.path(track), "board.html", **page, pictures=pictures.of_track(page["data"], page["primary"])
        )
        layout.text(f"data/{track.key}.csv", track_csv(board, track))
        for table in track.tables.values():
            sounds = place_sounds(track, table, layout.root) if sound else None
            layout.script(f"tables/{table_key(track.key, table.task)}", table_record(table, sounds))
    if not board.tracks:
        layout.page("index.html", "empty.html", title=layout.shared["site"])
    layout.page("compare.html", "compare.html", title="Comparison of two learners", data=_learners(board, tracks))
    layout.page("about.html", "about.html", title="About the leaderboard", refused=board.refused)
    with bar("pages", len(board.entries)) as progress:
        for slug, entry in board.entries.items():
            _write_learner(board, tracks, entry, breakdowns[slug], layout, pictures)
            progress.advance()


def _write_learner(
    board: Board, tracks: Tracks, entry: Entry, breakdowns: Breakdowns, layout: Layout, pictures: Pictures
) -> None:
    slug = entry.slug
    page = learner_page(board, tracks, entry, breakdowns)
    layout.page(f"learners/{slug}.html", "learner.html", **page, pictures=pictures.of_learner(page["data"]))
    layout.script(f"learners/{slug}", learner_record(entry, dict(board.tracks)))
    layout.data(f"data/learners/{slug}.json", entry_json(entry, breakdowns))
    layout.text(f"data/learners/{slug}.csv", breakdown_csv(breakdowns))


def _learners(board: Board, tracks: Tracks) -> dict[str, object]:
    """Return the data that the comparison page needs at first."""
    return {
        "tables": [
            {"key": table_key(track.key, task), "title": f"{track_title(track)} · {task}"}
            for track in tracks.ordered
            for task in track.tables
        ],
        "learners": [
            {
                "slug": entry.slug,
                "label": entry.label,
                "tables": [table_key(key, task) for key, task in sorted(entry.scores)],
                "groups": {
                    table_key(key, measure): standing.group
                    for key, standings in entry.standings.items()
                    for measure in MEASURES
                    if (standing := standings.get(measure))
                },
            }
            for entry in sorted(board.entries.values(), key=lambda entry: (entry.label.casefold(), entry.slug))
        ],
    }
