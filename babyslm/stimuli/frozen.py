"""Frozen sets: registered stimulus sets whose pairs, voices and seeds never change.

    datasets/sets/KEY/set.yaml                          description, voices, seeds, checksums
    datasets/sets/KEY/{lexical,syntactic}-{dev,test}.csv.gz   the pairs, without voices
    datasets/sets/KEY/lexicon.tsv.gz                    the lexicon that the set was built from
    datasets/sets/KEY/spectra.npz                       spectrograms of sampled neural speech

The gold tables follow from pairs and voices, to the last byte. Later versions of babyslm may choose other pairs; a
frozen set keeps its own. An error found in one leads to a new set with a new number.
"""

import gzip
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from babyslm.resources import resource, resource_names
from babyslm.stimuli.official import table_bytes, typed
from babyslm.stimuli.stimulus import SPLITS, TASKS, Split, Task
from babyslm.stimuli.stimulus_set import StimulusSet, StimulusTable
from babyslm.stimuli.voiced import spoken_rows
from babyslm.stimuli.words.kept import LEXICON_NAME, KeptLexicon, read_kept_lexicon
from babyslm.verify.documents import parse_document, read_yaml
from babyslm.verify.stimuli.frozen import FrozenChangedError, UnknownFrozenSetError

__all__ = ["SET_NAME", "SPECTRA_NAME", "FrozenDescription", "FrozenSet", "frozen_keys", "load_frozen"]

SETS = "sets"
SET_NAME = "set.yaml"
SPECTRA_NAME = "spectra.npz"


class FrozenDescription(BaseModel):
    """Description of a frozen set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    key: str = Field(description="name of the set, with its number")
    name: str
    language: str = Field(description="two-letter code")
    licence: str
    sources: list[str]
    prosody: Literal["citation", "sentence"] = "citation"
    seed: int = Field(description="seed of pairs, rooms and noises")
    voices: dict[Split, dict[str, Literal["formant", "neural"]]] = Field(
        description="kind of each voice, by split and name"
    )
    conditions: list[str] = Field(
        description="acoustic conditions in which learners are compared, in addition to clean"
    )
    synthesizers: list[dict[str, Any]] = Field(description="synthesisers and their versions")
    packages: dict[str, str] = Field(description="versions of the packages that decide pairs, speech or rooms")
    built_with: dict[str, Any] = Field(default_factory=dict, description="version and settings of the generator")
    pairs: dict[str, int] = Field(description="number of pairs, by task/split")
    left_out: dict[str, int] = Field(default_factory=dict, description="pairs left out because of their sound")
    audit: dict[str, Any] = Field(default_factory=dict, description="figures of the generator")
    sha256: dict[str, str] = Field(description="checksum of each gold.csv, by task/split, and of the lexicon")
    speech: dict[str, str] = Field(description="checksum of the formant speech, by task/split/voice")


@dataclass(frozen=True)
class FrozenSet:
    """A frozen set.

    :param folder: where its files are.
    :param description: its description.
    """

    folder: Path
    description: FrozenDescription

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks of the set."""
        return tuple(task for task in TASKS if any(name.startswith(f"{task}/") for name in self.description.pairs))

    def pairs(self, task: Task, split: Split) -> pd.DataFrame:
        """Return the gold rows without a voice.

        :param task: lexical or syntactic.
        :param split: dev or test.
        """
        path = self.folder / f"{task}-{split}.csv.gz"
        text = BytesIO(gzip.decompress(path.read_bytes()))
        rows = pd.read_csv(text, dtype=str, keep_default_na=False, na_filter=False, encoding="utf-8")
        return typed(rows, task, path)

    def table(self, task: Task, split: Split) -> StimulusTable:
        """Return a gold table in all voices of its split, without sound.

        :param task: lexical or syntactic.
        :param split: dev or test.
        :raises FrozenChangedError: if it is not the table whose checksum the description gives.
        """
        table = StimulusTable(task, split, spoken_rows(self.pairs(task, split), task, self.description.voices[split]))
        if sha256(table_bytes(table)).hexdigest() != self.description.sha256[f"{task}/{split}"]:
            raise FrozenChangedError(self.folder / f"{task}-{split}.csv.gz", self.description.key)
        return table

    @cached_property
    def stimuli(self) -> StimulusSet:
        """All gold tables, without sound."""
        tables = {(task, split): self.table(task, split) for task in self.tasks for split in SPLITS}
        checksums = {name: each for name, each in self.description.sha256.items() if name != LEXICON_NAME}
        return StimulusSet(self.description.key, tables, None, None, checksums)

    @property
    def lexicon(self) -> Path:
        """The lexicon that the set was built from."""
        return self.folder / LEXICON_NAME

    @property
    def kept_lexicon(self) -> KeptLexicon:
        """The words of this lexicon, by which an audit judges."""
        return read_kept_lexicon(self.lexicon, self.description.sha256[LEXICON_NAME])

    @property
    def spectra(self) -> Path:
        """Spectrograms of sampled neural speech; missing where all voices are formant voices."""
        return self.folder / SPECTRA_NAME


def frozen_keys() -> list[str]:
    """Return the keys of all frozen sets, sorted."""
    return sorted({name.split("/")[1] for name in resource_names("datasets", f"{SETS}/*/{SET_NAME}")})


def load_frozen(key: str) -> FrozenSet:
    """Return a frozen set.

    :param key: such as `babyslm-en-1`.
    :raises UnknownFrozenSetError: if there is none of this name.
    """
    if key not in frozen_keys():
        raise UnknownFrozenSetError(key, frozen_keys())
    path = resource("datasets", f"{SETS}/{key}/{SET_NAME}")
    return FrozenSet(path.parent, parse_document(FrozenDescription, read_yaml(path), path))
