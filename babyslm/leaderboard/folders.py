"""Location of a leaderboard: in the working folder, in a named folder, or shipped with the package."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from babyslm.leaderboard.board.board import Board
from babyslm.leaderboard.board.gather import gather
from babyslm.leaderboard.submissions.registry import STIMULI_FOLDER, Registry, load_registry
from babyslm.leaderboard.submit import SUBMISSIONS_FOLDER
from babyslm.resources import resource_folder
from babyslm.verify.results.submission import NoResultError

__all__ = [
    "leaderboard_folder",
    "make_board",
    "open_registry",
    "require_result",
    "submissions_of",
    "summary",
    "watched_folders",
]

HERE = Path("leaderboard")


def leaderboard_folder(asked: Path | None = None) -> Path:
    """Return the folder of the leaderboard: the named one, `./leaderboard` if it is one, or the shipped one."""
    if asked is not None:
        return asked
    here = any((HERE / name).is_dir() for name in (STIMULI_FOLDER, SUBMISSIONS_FOLDER))
    return HERE if here else resource_folder("leaderboard")


def open_registry(folder: Path | None, stimuli: Sequence[Path]) -> Registry:
    """Read the registry of a leaderboard; if it registers no set, the shipped sets are used.

    :param folder: the leaderboard; None: `./leaderboard`, or the shipped one.
    :param stimuli: folders of stimulus sets, for their sound.
    """
    place = leaderboard_folder(folder)
    known = place if (place / STIMULI_FOLDER).is_dir() else resource_folder("leaderboard")
    return load_registry(known, at_hand=stimuli)


def submissions_of(folder: Path | None) -> Path:
    """Return the folder of the submissions of a leaderboard."""
    return leaderboard_folder(folder) / SUBMISSIONS_FOLDER


def make_board(folder: Path | None, stimuli: Sequence[Path]) -> Board:
    """Compute the board from the files of a leaderboard.

    :param folder: the leaderboard; None: `./leaderboard`, or the shipped one.
    :param stimuli: folders of stimulus sets, for their sound.
    """
    return gather(submissions_of(folder), open_registry(folder, stimuli))


def watched_folders(folder: Path | None) -> list[Path]:
    """Return the folders on which the board depends."""
    place = leaderboard_folder(folder)
    return [path for path in (place / SUBMISSIONS_FOLDER, place / STIMULI_FOLDER) if path.is_dir()]


def summary(board: Board) -> dict[str, Any]:
    """Return counts of a board and the refused submissions, for `--json`."""
    return {
        "learners": len(board.entries),
        "tracks": list(board.tracks),
        "refused": [{"folder": each.folder, "reason": each.reason} for each in board.refused],
    }


def require_result(result: Path | None) -> Path:
    """Return the result to submit; raise an error if none is named."""
    if result is None:
        raise NoResultError
    return result
