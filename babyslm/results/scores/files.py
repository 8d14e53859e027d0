"""Reading and writing of official score files, `{task}/{split}.txt`, with one `filename score` per line."""

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
    """Return the path of the scores of one table in a folder of scores."""
    return folder / task / f"{split}.txt"


def read_score_folder(folder: Path, stimuli: StimulusSet) -> dict[tuple[Task, Split], pd.DataFrame]:
    """Read the score file of every table of a set.

    :param folder: folder with `{task}/{split}.txt`.
    :param stimuli: the set; select a task or split first if only some were scored.
    """
    return {
        (table.task, table.split): read_scores(score_path(folder, table.task, table.split), table) for table in stimuli
    }


def read_scores(path: Path, table: StimulusTable) -> pd.DataFrame:
    """Read one score file and check it against the stimuli.

    The names distinguish two forms: every file name of the set once (spoken), or the names of exactly one voice
    (text), in any order. In both, a line may be repeated if its value is the same.

    :param path: the score file.
    :param table: the stimuli that it must cover.
    :returns: table indexed by name with `score`; `log_probability` is NaN and `symbols` NA, because they are unknown.
    """
    scores, lines = _parse(path)
    where = {name: f"{path.name}:{lines[name]} {name}" for name in scores.index}
    verify_coverage(path, list(scores.index), names_by_voice(table), where)
    return scores


def parse_scores(path: Path) -> pd.DataFrame:
    """Read one score file without its stimuli, and check that it is well-formed, finite and without contradictions.

    :param path: the score file.
    """
    return _parse(path)[0]


def _parse(path: Path) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the scores by name, each once, and the first line of each name."""
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
    """Parse the content of a score file: the score by name, each once, and the first line of each name.

    :param content: bytes of the file.
    :param path: origin of the bytes, for error messages.
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
    # Only line feeds end a line: a file name may contain any other character that Python treats as a line end.
    rows = [row.removesuffix("\r") for row in text.rstrip("\r\n").split("\n")]
    if rows == [""]:
        raise EmptyScoresError(path)
    return rows


def _number(text: str) -> float | None:
    """Parse a number in the notation of numerical libraries; `1_000` and surrounding spaces are not accepted."""
    if not text or "_" in text or text != text.strip():
        return None
    try:
        return float(text)
    except ValueError:
        return None


def write_scores(path: Path, scores: pd.DataFrame) -> None:
    """Write one score file atomically, one line per row of the table.

    Numbers are written with the fewest digits that give the same double when read.

    :param path: the score file.
    :param scores: table indexed by name with `score`; see `babyslm.results.scores.table.official_order`.
    """
    write_text(path, score_lines(scores))


def score_lines(scores: pd.DataFrame) -> str:
    """Return the content of a score file."""
    pairs = zip(scores.index, scores["score"].astype(float).tolist(), strict=True)
    return "".join(f"{name} {value!r}\n" for name, value in pairs)
