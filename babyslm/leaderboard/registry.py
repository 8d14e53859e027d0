"""The stimulus sets that the board accepts, by checksum, and the learners that the project vouches for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from babyslm.leaderboard.card import FOLDER_NAME
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.official import find_tables, load_official
from babyslm.stimuli.stimulus_set import StimulusSet
from babyslm.verify.documents import parse_document, read_yaml
from babyslm.verify.submission import SetChangedError, SetNotAtHandError, UnregisteredSetError

__all__ = ["REFERENCES_NAME", "References", "RegisteredSet", "Registry", "load_registry"]

STIMULI_FOLDER = "stimuli"
REFERENCES_NAME = "references.yaml"

Slug = Annotated[str, StringConstraints(pattern=FOLDER_NAME, max_length=64)]
Checksum = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
TableName = Annotated[str, StringConstraints(pattern=r"^(lexical|syntactic)/(dev|test)$")]


class RegisteredSet(BaseModel):
    """A stimulus set that learners are compared on: `leaderboard/stimuli/KEY.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    key: Slug = Field(description="folder name of the set in a submission")
    name: str
    version: str
    language: str
    conditions: list[Slug] = Field(description="acoustic conditions in which learners may be heard; clean first")
    sha256: dict[TableName, Checksum] = Field(min_length=1, description="checksum of each gold.csv, by task/split")
    build: dict[str, Any] | None = Field(None, description="arguments of `babyslm build-stimuli` that make it again")
    notes: list[str] = []


class References(BaseModel):
    """The learners that the project trained itself: `leaderboard/references.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    learners: list[str] = Field(description="model/revision of every learner of the project")
    floor: list[str] = Field(description="those of them that are n-gram models: the best of a track is its floor")


@dataclass
class Registry:
    """Registered sets, and how to come by their tables.

    :param sets: by key.
    :param references: the project's own learners.
    :param at_hand: folders of stimulus sets; each is taken for the set whose checksums it has.
    :param rebuild: makes the folder of a set that is not at hand; None: it is an error.
    """

    sets: Mapping[str, RegisteredSet]
    references: References = field(default_factory=lambda: References(learners=[], floor=[]))
    at_hand: Sequence[Path] = ()
    rebuild: Callable[[RegisteredSet], Path] | None = None
    _opened: dict[str, StimulusSet] = field(default_factory=dict)

    def stimuli(self, key: str) -> StimulusSet:
        """Return the tables of a registered set, once their checksums are sure.

        :param key: of a registered set.
        """
        if key not in self.sets:
            raise UnregisteredSetError(key, sorted(self.sets))
        if key not in self._opened:
            self._opened[key] = self._open(self.sets[key])
        return self._opened[key]

    def key_of(self, checksums: Mapping[str, str]) -> str | None:
        """Return the key of the set that has these checksums, by task/split; None where no set has all of them.

        :param checksums: of one table or more.
        """
        wanted = checksums.items()
        return next((key for key, each in sorted(self.sets.items()) if wanted and wanted <= each.sha256.items()), None)

    def _open(self, registered: RegisteredSet) -> StimulusSet:
        for folder in self.at_hand:
            if not find_tables(folder):
                load_stimuli(folder)  # names what is wrong with the folder
            elif (found := load_official(folder)).checksums == registered.sha256:
                return found
        if self.rebuild is None or registered.build is None:
            raise SetNotAtHandError(registered.key, [str(folder) for folder in self.at_hand])
        folder = self.rebuild(registered)
        found = load_official(folder)
        changed = sorted(name for name, value in registered.sha256.items() if found.checksums.get(name) != value)
        if changed:
            raise SetChangedError(folder, registered.key, changed)
        return found


def load_registry(
    folder: Path,
    *,
    at_hand: Sequence[Path] = (),
    rebuild: Callable[[RegisteredSet], Path] | None = None,
) -> Registry:
    """Read the registry of a leaderboard.

    :param folder: the leaderboard, with `stimuli/KEY.yaml` and `references.yaml`.
    :param at_hand: folders of stimulus sets that need not be built again.
    :param rebuild: makes the folder of a set that is not at hand.
    """
    sets = {}
    for path in sorted((folder / STIMULI_FOLDER).glob("*.yaml")):
        registered = parse_document(RegisteredSet, read_yaml(path), path)
        sets[registered.key] = registered
    path = folder / REFERENCES_NAME
    known = parse_document(References, read_yaml(path), path) if path.is_file() else References(learners=[], floor=[])
    return Registry(sets, known, tuple(at_hand), rebuild)
