"""The official score files, `{task}/{split}.txt`: one `filename score` a line, in and out."""

import math
from pathlib import Path

import pandas as pd

from babyslm.files import write_text
from babyslm.results.scores.table import names_by_voice
from babyslm.stimuli.stimulus import Split, Task
from babyslm.stimuli.stimulus_set import StimulusSet, StimulusTable
from babyslm.verify.documents import NoSuchFileError
from babyslm.verify.results.scores import (
    ConflictingScoresError,
    EmptyScoresError,
    MalformedScoreLineError,
    ScoreEncodingError,
    verify_coverage,
    verify_finite,
)

__all__ = [
    "parse_scores",
    "read_score_folder",
    "read_scores",
    "score_lines",
    "score_path",
    "score_values",
    "write_scores",
]


def score_path(folder: Path, task: Task, split: Split) -> Path:
    """Return where the scores of one table lie in a folder of scores."""
    return folder / task / f"{split}.txt"


def read_score_folder(folder: Path, stimuli: StimulusSet) -> dict[tuple[Task, Split], pd.DataFrame]:
    """Read the score file of every table of a set.

    :param folder: holds `{task}/{split}.txt`.
    :param stimuli: the set; choose a task or split before, where only some were scored.
    """
    return {
        (table.task, table.split): read_scores(score_path(folder, table.task, table.split), table) for table in stimuli
    }


def read_scores(path: Path, table: StimulusTable) -> pd.DataFrame:
    """Read one score file and check it against the stimuli.

    Two forms are told apart by the names: every file name of the set once (spoken), or the names of exactly one voice
    (text), in any order. In both a repeated line is allowed if its value is the same.

    :param path: the score file.
    :param table: the stimuli it must cover.
    :returns: table indexed by name with `score`; `log_probability` is NaN and `symbols` NA, because they are unknown.
    """
    scores, lines = _parse(path)
    where = {name: f"{path.name}:{lines[name]} {name}" for name in scores.index}
    verify_coverage(path, list(scores.index), names_by_voice(table), where)
    return scores


def parse_scores(path: Path) -> pd.DataFrame:
    """Read one score file without knowing its stimuli: well-formed, finite, no contradiction.

    :param path: the score file.
    """
    return _parse(path)[0]


def _parse(path: Path) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the scores by name, each once, and the line on which each name first stands."""
    values, lines = score_values(_content(path), path)
    table = pd.DataFrame(
        {
            "score": list(values.values()),
            "log_probability": float("nan"),
            "symbols": pd.array([pd.NA] * len(values), dtype="Int64"),
        },
        index=pd.Index(list(values), name="filename", dtype=object),
    )
    return table, lines


def score_values(content: bytes, path: Path) -> tuple[dict[str, float], dict[str, int]]:
    """Read the content of a score file: the score by name, each once, and the line on which each name first stands.

    :param content: bytes of the file.
    :param path: where they come from, for the message of an error.
    """
    rows = _lines(content, path)
    values: dict[str, float] = {}
    lines: dict[str, int] = {}
    malformed, conflicts = [], []
    unusable: dict[str, float] = {}
    for number, row in enumerate(rows, start=1):
        name, _, text = row.partition(" ")
        value = _number(text)
        if value is None or not name:
            malformed.append(f"{path.name}:{number} {row[:60]!r}")
        elif not math.isfinite(value):
            unusable[f"{path.name}:{number} {name}"] = value
        elif values.setdefault(name, value) != value:
            conflicts.append(f"{path.name}:{number} {name} {value} (line {lines[name]}: {values[name]})")
        lines.setdefault(name, number)
    if malformed:
        raise MalformedScoreLineError(path, malformed)
    verify_finite(path, unusable)
    if conflicts:
        raise ConflictingScoresError(path, conflicts)
    return values, lines


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise NoSuchFileError(path, "scores are expected as {task}/{split}.txt") from None


def _lines(content: bytes, path: Path) -> list[str]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScoreEncodingError(path, content.count(b"\n", 0, error.start) + 1) from error
    # Only line feeds end a line: a file name may hold any other character that Python takes for a line end.
    rows = [row.removesuffix("\r") for row in text.rstrip("\r\n").split("\n")]
    if rows == [""]:
        raise EmptyScoresError(path)
    return rows


def _number(text: str) -> float | None:
    """Read a number as numerical libraries write it; `1_000` and numbers with spaces around are none."""
    if not text or "_" in text or text != text.strip():
        return None
    try:
        return float(text)
    except ValueError:
        return None


def write_scores(path: Path, scores: pd.DataFrame) -> None:
    """Write one score file, line by line as the table stands, whole or not at all.

    Numbers are written with the fewest digits that give the same double when read.

    :param path: the score file.
    :param scores: table indexed by name with `score`; see `babyslm.results.scores.table.official_order`.
    """
    write_text(path, score_lines(scores))


def score_lines(scores: pd.DataFrame) -> str:
    """Return the content of a score file."""
    pairs = zip(scores.index, scores["score"].astype(float).tolist(), strict=True)
    return "".join(f"{name} {value!r}\n" for name, value in pairs)
