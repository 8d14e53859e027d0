"""Creation of a submission from a result or external scores, with the checks of the leaderboard."""

import gzip
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from babyslm.files import atomic_folder, to_json
from babyslm.leaderboard.board.board import Entry
from babyslm.leaderboard.board.gather import gather
from babyslm.leaderboard.submissions.card import CARD_NAME, Card
from babyslm.leaderboard.submissions.registry import Registry
from babyslm.leaderboard.submissions.submission import CLEAN, packed_score_path, read_card
from babyslm.results.outcomes.record import RECORD_NAME, ResultRecord, read_record
from babyslm.results.result import load_result, make_result
from babyslm.results.scores.files import read_scores, score_lines, score_path, score_values
from babyslm.stimuli.stimulus import SPLITS, TASKS, Split, Task
from babyslm.verify.documents import NoSuchFileError
from babyslm.verify.results.submission import (
    CardDiffersError,
    ChangedScoresError,
    RefusedSubmissionError,
    UnregisteredSetError,
    WhichSetError,
)

__all__ = ["SUBMISSIONS_FOLDER", "Submitted", "changed_values", "submit"]

SUBMISSIONS_FOLDER = "submissions"

Scores = Mapping[tuple[Task, Split], pd.DataFrame]


@dataclass(frozen=True)
class Submitted:
    """A submission that passes the checks.

    :param folder: its folder.
    :param entry: its figures, recomputed from the scores, as if it were alone on the board.
    """

    folder: Path
    entry: Entry

    def as_dict(self) -> dict[str, Any]:
        """Return the figures for `--json`."""
        figures = {
            track: {measure: standing.estimate.value for measure, standing in by_measure.items()}
            for track, by_measure in self.entry.standings.items()
        }
        flags = [flag.text for flag in self.entry.flags]
        return {"folder": str(self.folder), "id": self.entry.card.id, "accuracy": figures, "flags": flags}

    def as_text(self) -> str:
        """Return the figures as text, with the next step."""
        lines = [f"{self.folder}"]
        for track, by_measure in self.entry.standings.items():
            parts = [f"{measure} {standing.estimate.value:.1%}" for measure, standing in by_measure.items()]
            lines.append(f"  {track}: {', '.join(parts)}")
        lines += [f"  please check: {flag.text}" for flag in self.entry.flags]
        return "\n".join([*lines, "commit this folder and open a pull request"])


@dataclass(frozen=True)
class _Scored:
    """Scores to be submitted: one run."""

    set_key: str
    condition: str
    record: ResultRecord
    scores: Scores


def submit(
    source: Path,
    card: Path,
    to: Path,
    registry: Registry,
    *,
    set_key: str | None = None,
    condition: str | None = None,
) -> Submitted:
    """Add a result to the submissions of a leaderboard.

    An existing revision is extended by a new set, condition or split; its card and its scores cannot be changed.

    :param source: a result folder, or a folder of scores in the official form, `{task}/{split}.txt`.
    :param card: the completed card.
    :param to: the leaderboard.
    :param registry: the registered sets.
    :param set_key: set of the scores; needed for a folder of scores if several sets are registered.
    :param condition: acoustic condition of a folder of scores; default clean.
    """
    filled = read_card(card)
    if (source / RECORD_NAME).is_file():
        scored = _of_result(source, registry)
    else:
        scored = _of_scores(source, registry, set_key, condition or CLEAN, filled)
    final = to / SUBMISSIONS_FOLDER / filled.model / filled.revision
    with TemporaryDirectory() as temporary:
        root = Path(temporary)
        place = root / filled.model / filled.revision
        place.mkdir(parents=True)
        if final.is_dir():
            shutil.copytree(final, place, symlinks=True, dirs_exist_ok=True)
            _same_card(final / CARD_NAME, filled)
        else:
            (place / CARD_NAME).write_bytes(card.read_bytes())
        _write_run(place / scored.set_key / scored.condition, scored, final)
        board = gather(root, registry)
        if board.refused:
            raise RefusedSubmissionError(board.refused[0].reason)
        with atomic_folder(final) as new:
            shutil.copytree(place, new, dirs_exist_ok=True)
    return Submitted(final, board.entries[filled.slug])


def _same_card(path: Path, card: Card) -> None:
    other = read_card(path)
    differing = [name for name in Card.model_fields if getattr(other, name) != getattr(card, name)]
    if differing:
        raise CardDiffersError(path, card.id, differing)


def _of_result(folder: Path, registry: Registry) -> _Scored:
    result = load_result(folder)
    record = result.record
    key = registry.key_of(record.stimuli.checksums)
    if key is None:
        raise UnregisteredSetError(f"{folder / RECORD_NAME}: {record.stimuli.name}", sorted(registry.sets))
    return _Scored(key, str(record.settings.get("condition", CLEAN)), record, result.scores)


def _of_scores(folder: Path, registry: Registry, set_key: str | None, condition: str, card: Card) -> _Scored:
    if set_key is None and len(registry.sets) != 1:
        raise WhichSetError(sorted(registry.sets))
    key = set_key or next(iter(registry.sets))
    stimuli = registry.stimuli(key)
    paths = {(task, split): score_path(folder, task, split) for task in TASKS for split in SPLITS}
    there = {each: path for each, path in paths.items() if path.is_file()}
    if not there:
        raise NoSuchFileError(
            score_path(folder, "lexical", "dev"),
            "name a result folder, or a folder of scores {lexical,syntactic}/{dev,test}.txt",
        )
    scores = {each: read_scores(path, stimuli[each]) for each, path in there.items()}
    model = {"name": card.name, "family": "scores", "modality": card.modality, "settings": {}}
    settings = {"pooling": "as given", "condition": condition}
    result = make_result(model, stimuli.only(there), scores, settings=settings, seconds=0.0)
    return _Scored(key, condition, result.record, scores)


def _write_run(folder: Path, scored: _Scored, final: Path) -> None:
    """Write one run; existing tables are kept, and must be equal if they are submitted again."""
    record = scored.record
    for (task, split), table in sorted(scored.scores.items()):
        path = packed_score_path(folder, task, split)
        once = table.loc[~table.index.duplicated()]
        if path.is_file():
            differing = changed_values(_values(path), once["score"].astype(float).to_dict())
            if differing:
                raise ChangedScoresError(final / path.relative_to(folder.parent.parent), differing)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(score_lines(once.sort_index()).encode("utf-8"), 9, mtime=0))
    if (folder / RECORD_NAME).is_file():
        record = _joined(read_record(folder / RECORD_NAME), record)
    whole = [metric for metric in record.metrics if metric.attribute is None]
    record = record.model_copy(update={"metrics": whole, "files": {}})
    (folder / RECORD_NAME).write_text(to_json(record.model_dump(mode="json")), encoding="utf-8", newline="\n")


def _joined(old: ResultRecord, new: ResultRecord) -> ResultRecord:
    """Add the tables of an earlier record to those of a new one."""
    checksums = old.stimuli.checksums | new.stimuli.checksums
    fresh = {(metric.task, metric.split) for metric in new.metrics}
    kept = [metric for metric in old.metrics if (metric.task, metric.split) not in fresh]
    stimuli = new.stimuli.model_copy(update={"checksums": dict(sorted(checksums.items()))})
    return new.model_copy(update={"stimuli": stimuli, "metrics": [*kept, *new.metrics]})


def _values(path: Path) -> dict[str, float]:
    """Read compressed scores that passed the checks before."""
    return score_values(gzip.decompress(path.read_bytes()), path)[0]


def changed_values(old: Mapping[str, float], new: Mapping[str, float]) -> Sequence[str]:
    """List the stimuli whose score was changed, removed or added, with both values.

    :param old: by stimulus.
    :param new: by stimulus.
    """
    names = sorted(set(old) | set(new))
    return [
        f"{name} {old.get(name, 'none')} -> {new.get(name, 'none')}"
        for name in names
        if old.get(name) != new.get(name)
    ]
