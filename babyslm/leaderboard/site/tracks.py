"""Names and places of the tracks' pages."""

from collections import Counter

from babyslm.leaderboard.board import Board, Measure, Track

__all__ = ["floor_of", "ordered_tracks", "table_key", "track_path", "track_title"]


def ordered_tracks(board: Board) -> list[Track]:
    """Return the tracks as a reader wants them: most learners first, test before dev, clean before noise."""
    counts = Counter(key for entry in board.entries.values() for key, found in entry.standings.items() if found)
    return sorted(
        board.tracks.values(),
        key=lambda track: (-counts[track.key], track.split != "test", track.condition != "clean", track.key),
    )


def track_path(board: Board, track: Track) -> str:
    """Return where the page of a track lies: the first one is the front page."""
    return "index.html" if ordered_tracks(board)[0].key == track.key else f"tracks/{track.key}.html"


def track_title(track: Track) -> str:
    """Return how the pages call a track."""
    return f"{track.set_name} {track.version} · {track.split} · {track.condition}"


def floor_of(track: Track, measure: Measure) -> float | None:
    """Return the accuracy of the best n-gram learner of a track; None where there is none."""
    return next((line.value for line in track.lines.get(measure, ()) if line.name == "n-gram floor"), None)


def table_key(track: str, task: str) -> str:
    """Return the name of a table in the data files."""
    return f"{track}.{task}"
