"""Names, order and paths of the tracks, computed once for a whole board."""

from collections import Counter

from babyslm.leaderboard.board.board import Board, Measure, Track

__all__ = ["Tracks", "floor_of", "table_key", "track_title"]


class Tracks:
    """The tracks in order of relevance: most learners first, test before dev, clean before noise.

    :param board: the board.
    """

    def __init__(self, board: Board) -> None:
        places = [
            (key, m) for entry in board.entries.values() for key, found in entry.standings.items() for m in found
        ]
        self._entered = Counter(key for e in board.entries.values() for key, found in e.standings.items() if found)
        self._measured = Counter(places)
        self.ordered = sorted(
            board.tracks.values(),
            key=lambda track: (
                -self._entered[track.key],
                track.split != "test",
                track.condition != "clean",
                track.key,
            ),
        )

    def path(self, track: Track) -> str:
        """Return the path of the page of a track; the first track is on the front page."""
        return "index.html" if self.ordered[0].key == track.key else f"tracks/{track.key}.html"

    def learners(self, track: Track, measure: Measure) -> int:
        """Return the number of learners with a figure."""
        return self._measured[track.key, measure]


def track_title(track: Track) -> str:
    """Return the title of a track on the pages."""
    return f"{track.set_name} {track.version} · {track.split} · {track.condition}"


def floor_of(track: Track, measure: Measure) -> float | None:
    """Return the accuracy of the best n-gram learner of a track; None if there is none."""
    return next((line.value for line in track.lines.get(measure, ()) if line.name == "n-gram floor"), None)


def table_key(track: str, task: str) -> str:
    """Return the name of a table in the data files."""
    return f"{track}.{task}"
