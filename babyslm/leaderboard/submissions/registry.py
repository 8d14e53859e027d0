"""Registry of the stimulus sets that the board accepts, by checksum, and of the project's own learners.

    leaderboard/references.yaml
    leaderboard/stimuli/KEY/set.yaml
    leaderboard/stimuli/KEY/{lexical,syntactic}/{dev,test}/gold.csv.gz

The tables of a small set are kept here, compressed, so that figures can be recomputed without its generator. Those of
a frozen set are shipped (`babyslm.stimuli.frozen`). Those of a large foreign one need not be kept; its folder is then
named when the board is computed.
"""

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from babyslm.files import atomic_file, write_text
from babyslm.leaderboard.submissions.card import Slug
from babyslm.stimuli.frozen import frozen_keys, load_frozen
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.official import GOLD_NAME, find_tables, read_gold
from babyslm.stimuli.stimulus import Split, Task
from babyslm.stimuli.stimulus_set import StimulusSet, StimulusTable
from babyslm.verify.documents import parse_document, read_yaml
from babyslm.verify.results.submission import (
    ForeignSetError,
    SetChangedError,
    SetNotAtHandError,
    SetRegisteredError,
    UnregisteredSetError,
)

__all__ = ["REFERENCES_NAME", "References", "RegisteredSet", "Registry", "load_registry", "register_set"]

STIMULI_FOLDER = "stimuli"
SET_NAME = "set.yaml"
REFERENCES_NAME = "references.yaml"

Checksum = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
TableName = Annotated[str, StringConstraints(pattern=r"^(lexical|syntactic)/(dev|test)$")]
ModelRevision = Annotated[str, StringConstraints(pattern=r"^[a-z0-9._-]+/[a-z0-9._-]+$")]


class RegisteredSet(BaseModel):
    """A stimulus set on which learners are compared."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    key: Slug = Field(description="folder name of the set, here and in a submission")
    name: str
    version: str
    language: str = Field(description="BCP 47 tag")
    licence: str
    conditions: list[Slug] = Field(description="acoustic conditions in which learners may be tested; clean first")
    sha256: dict[TableName, Checksum] = Field(min_length=1, description="checksum of each gold.csv, by task/split")
    made_by: str = Field(description="command that makes the set with its sound, without --out")


class References(BaseModel):
    """Learners trained by the project: `leaderboard/references.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    learners: list[ModelRevision] = Field(description="model/revision of every learner of the project")
    floor: list[ModelRevision] = Field(description="n-gram models among them; the best one of a track is its floor")


@dataclass
class Registry:
    """Registered sets and access to their tables.

    :param folder: the leaderboard.
    :param sets: by key.
    :param references: the project's own learners.
    :param opened: sets whose tables have been read, by key; available sets may have sound.
    """

    folder: Path
    sets: Mapping[str, RegisteredSet]
    references: References = field(default_factory=lambda: References(learners=[], floor=[]))
    opened: dict[str, StimulusSet] = field(default_factory=dict)

    def stimuli(self, key: str) -> StimulusSet:
        """Return the tables of a registered set after a check of their checksums.

        :param key: key of a registered set.
        """
        if key not in self.sets:
            raise UnregisteredSetError(key, sorted(self.sets))
        if key not in self.opened:
            self.opened[key] = self._open(self.sets[key])
        return self.opened[key]

    def key_of(self, checksums: Mapping[str, str]) -> str | None:
        """Return the key of the set that has these checksums; None if no set has all of them.

        :param checksums: checksums of one or more tables, by task/split.
        """
        wanted = checksums.items()
        return next((key for key, each in sorted(self.sets.items()) if wanted and wanted <= each.sha256.items()), None)

    def _open(self, registered: RegisteredSet) -> StimulusSet:
        place = self.folder / STIMULI_FOLDER / registered.key
        tables: dict[tuple[Task, Split], StimulusTable] = {}
        for name, checksum in registered.sha256.items():
            task, split = _parts(name)
            path = _packed(place, task, split)
            if not path.is_file() and registered.key in frozen_keys():
                tables[task, split] = _frozen_table(registered.key, task, split, checksum, path)
                continue
            if not path.is_file():
                raise SetNotAtHandError(registered.key, registered.made_by)
            if sha256(gzip.decompress(path.read_bytes())).hexdigest() != checksum:
                raise SetChangedError(path, registered.key)
            tables[task, split] = StimulusTable(task, split, read_gold(path, task), None, path)
        return StimulusSet(registered.name, tables, None, None, dict(registered.sha256))


def _parts(name: str) -> tuple[Task, Split]:
    task, split = name.split("/")
    return task, split  # type: ignore[return-value]  # the schema allows no others


def _packed(place: Path, task: Task, split: Split) -> Path:
    return place / task / split / f"{GOLD_NAME}.gz"


def _frozen_table(key: str, task: Task, split: Split, checksum: str, path: Path) -> StimulusTable:
    """Return a table of a frozen set, which is shipped without voices."""
    frozen = load_frozen(key)
    if frozen.description.sha256.get(f"{task}/{split}") != checksum:
        raise SetChangedError(path.parent.parent.parent / SET_NAME, key)
    return frozen.table(task, split)


def load_registry(folder: Path, *, at_hand: Sequence[Path] = ()) -> Registry:
    """Read the registry of a leaderboard.

    :param folder: the leaderboard.
    :param at_hand: folders of stimulus sets, needed for sound and for sets whose tables are not kept in the registry;
        each must match a registered set by its checksums.
    """
    sets = {}
    for path in sorted((folder / STIMULI_FOLDER).glob(f"*/{SET_NAME}")):
        registered = parse_document(RegisteredSet, read_yaml(path), path)
        sets[registered.key] = registered
    path = folder / REFERENCES_NAME
    known = parse_document(References, read_yaml(path), path) if path.is_file() else References(learners=[], floor=[])
    opened = {}
    for place in at_hand:
        found = load_stimuli(place)
        key = next((key for key, each in sets.items() if each.sha256 == found.checksums), None)
        if key is None:
            raise UnregisteredSetError(str(place), sorted(sets))
        opened[key] = found
    return Registry(folder, sets, known, opened)


def register_set(
    stimuli_folder: Path,
    leaderboard: Path,
    key: str,
    *,
    name: str,
    made_by: str,
    conditions: Sequence[str] = ("clean",),
    keep_tables: bool = True,
) -> RegisteredSet:
    """Add a stimulus set to the registry; a key is never reused.

    :param stimuli_folder: a set in the official layout, with its card.
    :param leaderboard: folder of the leaderboard.
    :param key: folder name of the set, with its version: `demo-en-1`.
    :param name: name of the set on the board.
    :param made_by: the command that makes it.
    :param conditions: acoustic conditions with which it was built; clean first.
    :param keep_tables: keep its tables in the registry, compressed; suitable for a small set.
    """
    import yaml

    stimuli = load_stimuli(stimuli_folder)
    official = bool(find_tables(stimuli_folder)) if stimuli_folder.is_dir() else False
    if not stimuli.checksums or (keep_tables and not official):
        raise ForeignSetError(stimuli_folder)
    place = leaderboard / STIMULI_FOLDER / key
    if (place / SET_NAME).exists():
        raise SetRegisteredError(place / SET_NAME)
    card = stimuli.card
    value = {
        "key": key,
        "name": name,
        "version": card.version if card else "1",
        "language": card.language if card else "en",
        "licence": card.licence if card else "unknown",
        "conditions": list(conditions),
        "sha256": dict(sorted(stimuli.checksums.items())),
        "made_by": made_by,
    }
    registered = parse_document(RegisteredSet, value, place / SET_NAME)
    for table in stimuli if keep_tables else ():
        assert table.source is not None
        with atomic_file(_packed(place, table.task, table.split)) as path:
            path.write_bytes(gzip.compress(table.source.read_bytes(), 9, mtime=0))
    text = yaml.safe_dump(registered.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=119)
    write_text(place / SET_NAME, text)
    return registered
