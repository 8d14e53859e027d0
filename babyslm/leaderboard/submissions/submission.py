"""Submission on disk: `MODEL/REVISION/card.yaml` and, below, a folder for each set and condition.

MODEL/REVISION/card.yaml
MODEL/REVISION/SET/CONDITION/result.json
MODEL/REVISION/SET/CONDITION/scores/{lexical,syntactic}/{dev,test}.txt.gz
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babyslm.leaderboard.submissions.card import CARD_NAME, FOLDER_NAME, Card
from babyslm.leaderboard.submissions.registry import RegisteredSet
from babyslm.results.outcomes.record import RECORD_NAME, SCHEMA_VERSIONS, ResultRecord
from babyslm.stimuli.stimulus import SPLITS, TASKS, Split, Task
from babyslm.verify.documents import NoSuchFileError, parse_document
from babyslm.verify.results.records import ResultVersionError
from babyslm.verify.results.submission import (
    CardPlaceError,
    EmptySubmissionError,
    ReaderConditionError,
    RecordMismatchError,
    UnknownConditionError,
    UnregisteredSetError,
    UnsafeFolderError,
)
from babyslm.verify.untrusted import UnexpectedFileError, plain_entries, read_untrusted_json, read_untrusted_yaml

__all__ = [
    "CLEAN",
    "SCORES_FOLDER",
    "Run",
    "Submission",
    "packed_score_path",
    "read_card",
    "read_submission",
    "submission_folders",
]

SCORES_FOLDER = "scores"
PACKED = ".txt.gz"
CLEAN = "clean"
ROOT_FILES = {"README.md", ".gitkeep"}
"""Other files that are allowed among the submissions."""

LONGEST_NAME = 64


@dataclass(frozen=True)
class Run:
    """The scores of one learner on one registered set in one condition.

    :param set_key: key of the registered set.
    :param condition: acoustic condition; clean for a text learner.
    :param folder: folder with `result.json` and the scores.
    :param record: settings and software of the evaluation; its figures are not trusted.
    :param files: compressed score file by (task, split).
    """

    set_key: str
    condition: str
    folder: Path
    record: ResultRecord
    files: Mapping[tuple[Task, Split], Path]


@dataclass(frozen=True)
class Submission:
    """One revision of one learner.

    :param folder: `MODEL/REVISION`.
    :param card: description by its authors.
    :param runs: at least one.
    """

    folder: Path
    card: Card
    runs: tuple[Run, ...]


def packed_score_path(folder: Path, task: Task, split: Split) -> Path:
    """Return the path of the compressed scores of one table in the folder of a run."""
    return folder / SCORES_FOLDER / task / f"{split}{PACKED}"


def submission_folders(root: Path) -> tuple[list[Path], list[Path]]:
    """List the folders `MODEL/REVISION`, and model folders whose names or content are not allowed.

    :param root: the submissions.
    """
    if not root.is_dir():
        raise NoSuchFileError(root, "name the folder of submissions")
    good: list[Path] = []
    bad: list[Path] = []
    for model in sorted(path for path in root.iterdir() if path.name not in ROOT_FILES):
        if model.is_symlink() or not model.is_dir() or not _named_well(model.name):
            bad.append(model)
        elif revisions := sorted(model.iterdir()):
            good += revisions
        else:
            bad.append(model)
    return good, bad


def read_submission(folder: Path, sets: Mapping[str, RegisteredSet]) -> Submission:
    """Read one submission, without its scores, and check structure, names, card and records.

    :param folder: `MODEL/REVISION`.
    :param sets: the registered sets by key.
    """
    for path in (folder.parent, folder):
        if path.is_symlink() or not path.is_dir() or not _named_well(path.name):
            raise UnsafeFolderError(path.parent, [path.name])
    files, names = plain_entries(folder)
    _only(folder, files, {CARD_NAME}, CARD_NAME)
    card = read_card(folder / CARD_NAME)
    if card.id != f"{folder.parent.name}/{folder.name}":
        raise CardPlaceError(folder / CARD_NAME, card.id)
    runs = [run for name in _checked(folder, names) for run in _runs(folder / name, card, sets)]
    if not runs:
        raise EmptySubmissionError(folder)
    return Submission(folder, card, tuple(runs))


def read_card(path: Path) -> Card:
    """Read and check an untrusted card."""
    return parse_document(Card, read_untrusted_yaml(path), path)


def _runs(place: Path, card: Card, sets: Mapping[str, RegisteredSet]) -> list[Run]:
    registered = sets.get(place.name)
    if registered is None:
        raise UnregisteredSetError(str(place), sorted(sets))
    files, conditions = plain_entries(place)
    _only(place, files, set(), "folders of conditions")
    runs = []
    for condition in conditions:
        if condition not in registered.conditions:
            raise UnknownConditionError(place, condition, registered.conditions)
        if card.modality != "spoken" and condition != CLEAN:
            raise ReaderConditionError(place, card.modality)
        runs.append(_run(place / condition, registered))
    return runs


def _run(folder: Path, registered: RegisteredSet) -> Run:
    files, folders = plain_entries(folder)
    _only(folder, files, {RECORD_NAME}, RECORD_NAME)
    _only(folder, folders, {SCORES_FOLDER}, SCORES_FOLDER)
    record = _record(folder / RECORD_NAME)
    scores: dict[tuple[Task, Split], Path] = {}
    if folders:
        loose, tasks = plain_entries(folder / SCORES_FOLDER)
        _only(folder / SCORES_FOLDER, loose, set(), "folders of tasks")
        _only(folder / SCORES_FOLDER, tasks, set(TASKS), " and ".join(TASKS))
        allowed = {f"{split}{PACKED}": split for split in SPLITS}
        for task in (task for task in TASKS if task in tasks):
            place = folder / SCORES_FOLDER / task
            files, deeper = plain_entries(place)
            _only(place, [*files, *deeper], set(allowed) - set(deeper), " and ".join(allowed))
            scores |= {(task, allowed[name]): place / name for name in files}
    if not scores:
        raise EmptySubmissionError(folder)
    _of_this_set(folder / RECORD_NAME, record, scores, registered)
    return Run(registered.key, folder.name, folder, record, scores)


def _record(path: Path) -> ResultRecord:
    value: Any = read_untrusted_json(path)
    found = value.get("schema_version") if isinstance(value, dict) else None
    if isinstance(value, dict) and found not in SCHEMA_VERSIONS:
        raise ResultVersionError(path, found, SCHEMA_VERSIONS)
    return parse_document(ResultRecord, value, path)


def _of_this_set(
    path: Path, record: ResultRecord, scores: Mapping[tuple[Task, Split], Path], registered: RegisteredSet
) -> None:
    names = [f"{task}/{split}" for task, split in scores]
    unknown = [name for name in names if name not in registered.sha256]
    if unknown:
        raise UnregisteredSetError(f"{path.parent}: {', '.join(unknown)}", sorted(registered.sha256))
    other = [name for name in names if record.stimuli.checksums.get(name) != registered.sha256[name]]
    if other:
        raise RecordMismatchError(path, other)


def _only(folder: Path, names: list[str], allowed: set[str], what: str) -> None:
    extra = [name for name in names if name not in allowed]
    if extra:
        raise UnexpectedFileError(folder, extra, what)


def _checked(folder: Path, names: list[str]) -> list[str]:
    unsafe = [name for name in names if not _named_well(name)]
    if unsafe:
        raise UnsafeFolderError(folder, unsafe)
    return names


def _named_well(name: str) -> bool:
    return len(name) <= LONGEST_NAME and re.fullmatch(FOLDER_NAME.strip("^$"), name) is not None
