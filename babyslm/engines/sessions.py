"""Session folders of Ray on this machine (logs and sockets), separate from those of other programs."""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

__all__ = ["sessions_folder"]

DAY = 86_400.0
"""Seconds for which the session folder of a killed run is kept, so that its logs can be read."""


def sessions_folder() -> Path:
    """Return the session folder of this user, after removal of sessions older than a day whose process has ended.

    Ray itself removes none of them; each holds about a megabyte of logs.
    """
    if os.name != "posix":
        return Path(tempfile.gettempdir()) / "babyslm-ray"
    # Socket paths must be short, and the folder of temporary files on macOS is long.
    place = os.environ.get("RAY_TMPDIR") or ("/tmp" if sys.platform == "darwin" else tempfile.gettempdir())  # noqa: S108
    folder = Path(place) / f"babyslm-ray-{os.getuid()}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for session in folder.glob("session_*"):
        # Ray adds a link to the latest session.
        if not session.is_symlink() and _old(session) and not _runs(session):
            shutil.rmtree(session, ignore_errors=True)
    return folder


def _old(session: Path) -> bool:
    try:
        return time.time() - session.stat().st_mtime > DAY
    except OSError:  # removed by another process
        return False


def _runs(session: Path) -> bool:
    """Return whether the process that started a session is running; its number ends the session's name."""
    number = session.name.rpartition("_")[2]
    if not number.isdigit():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
