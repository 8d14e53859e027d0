"""The folders in which Ray, started on this machine, keeps logs and sockets: apart from those of other programs."""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

__all__ = ["sessions_folder"]

DAY = 86_400.0
"""Seconds that the folder of a run that was killed is kept for whoever wants to read its logs."""


def sessions_folder() -> Path:
    """Return where the sessions of this user lie, without those of a day or more ago whose process is gone.

    Ray removes none of them: each leaves about a megabyte of logs.
    """
    if os.name != "posix":
        return Path(tempfile.gettempdir()) / "babyslm-ray"
    # The paths of sockets must be short, which the folder of temporary files on macOS is not.
    place = os.environ.get("RAY_TMPDIR") or ("/tmp" if sys.platform == "darwin" else tempfile.gettempdir())  # noqa: S108
    folder = Path(place) / f"babyslm-ray-{os.getuid()}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for session in folder.glob("session_*"):
        # A link to the latest one lies beside them.
        if not session.is_symlink() and _old(session) and not _runs(session):
            shutil.rmtree(session, ignore_errors=True)
    return folder


def _old(session: Path) -> bool:
    try:
        return time.time() - session.stat().st_mtime > DAY
    except OSError:  # another process was faster
        return False


def _runs(session: Path) -> bool:
    """Return whether the process that started a session, whose number ends its name, is there."""
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
