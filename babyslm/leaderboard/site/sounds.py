"""Sound of the stimuli as part of the site."""

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from babyslm.leaderboard.board.board import Track, TrackTable

__all__ = ["Sounds", "place_sounds"]

SAFE_NAME = re.compile(r"[^./\\\x00-\x1f][^/\\\x00-\x1f]*")
"""Names without a path."""

MARKS = {".wav": "w", ".flac": "f"}


class Sounds:
    """The sounds of one table in the site.

    :param base: their folder, relative to the site.
    :param suffixes: file suffix of each stimulus that has a sound, by name.
    """

    def __init__(self, base: str, suffixes: dict[str, str]) -> None:
        self.base = base
        self._suffixes = suffixes

    def record(self, rows: pd.DataFrame) -> dict[str, Any]:
        """Return the names of the sounds of each row, with one letter each: w for WAV, f for FLAC, - for none."""
        return {
            "goodName": rows["good"].tolist(),
            "badName": rows["bad"].tolist(),
            "goodSound": self._marks(rows["good"]),
            "badSound": self._marks(rows["bad"]),
        }

    def _marks(self, names: Iterable[str]) -> str:
        return "".join(MARKS.get(self._suffixes.get(name, ""), "-") for name in names)


def place_sounds(track: Track, table: TrackTable, root: Path) -> Sounds | None:
    """Copy the sounds of a table into the site; return None if it has none.

    If the file system supports it, sounds are linked and take no additional space.

    :param track: the track.
    :param table: one of its tables.
    :param root: the site.
    """
    if not table.has_sound:
        return None
    base = f"sounds/{track.key}/{table.task}"
    suffixes = {}
    for name in sorted({*table.pairs["good"], *table.pairs["bad"]}):
        source = table.stimuli.audio_path(name)
        if source is None or not SAFE_NAME.fullmatch(name) or not source.is_file():
            continue
        (root / base).mkdir(parents=True, exist_ok=True)
        _link(source.resolve(), root / base / f"{name}{source.suffix}")
        suffixes[name] = source.suffix
    return Sounds(base, suffixes) if suffixes else None


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
