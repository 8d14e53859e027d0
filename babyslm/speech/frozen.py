"""Frozen sets: registered stimulus sets whose pairs, voices and seeds never change.

    datasets/sets/KEY/set.yaml                          description, voices, seeds, checksums
    datasets/sets/KEY/{lexical,syntactic}-{dev,test}.csv.gz   the pairs, without voices
    datasets/sets/KEY/lexicon.tsv.gz                    the lexicon that the set was built from
    datasets/sets/KEY/spectra.npz                       spectrograms of sampled neural speech

The gold tables follow from pairs and voices, to the last byte. Later versions of babyslm may choose other pairs; a
frozen set keeps its own. An error found in one leads to a new set with a new number.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from babyslm.files import atomic_file, write_text
from babyslm.resources import resource, resource_names
from babyslm.speech.record import SpeechRecord
from babyslm.speech.speak import Prosody, spoken_rows
from babyslm.speech.synthesis.speaker import VoiceKind
from babyslm.stimuli.official import table_bytes, typed
from babyslm.stimuli.stimulus import SPLITS, TASKS, Split, Task
from babyslm.stimuli.stimulus_set import COLUMNS, StimulusSet, StimulusTable
from babyslm.stimuli.words.kept import LEXICON_NAME
from babyslm.verify.documents import parse_document, read_yaml
from babyslm.verify.stimuli.frozen import FrozenChangedError, UnknownFrozenSetError

__all__ = ["FrozenDescription", "FrozenSet", "freeze", "frozen_keys", "load_frozen"]

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
    prosody: Prosody = "citation"
    seed: int = Field(description="seed of pairs, rooms and noises")
    voices: dict[Split, dict[str, VoiceKind]] = Field(description="kind of each voice, by split and name")
    conditions: list[str] = Field(description="acoustic conditions in which learners are compared, in addition to clean")
    synthesizers: list[dict[str, Any]] = Field(description="synthesisers and their versions")
    packages: dict[str, str] = Field(description="versions of the packages that decide pairs, speech or rooms")
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

    @cached_property
    def record(self) -> SpeechRecord:
        """What the speech of the set has to be."""
        return SpeechRecord.load(self.description.speech, self.folder / SPECTRA_NAME)


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


def freeze(folder: Path, description: Mapping[str, Any], pairs: Mapping[tuple[Task, Split], pd.DataFrame],
           lexicon: bytes, record: SpeechRecord) -> FrozenSet:
    """Write the files of a frozen set; `sha256` and `speech` of the description are filled in.

    :param folder: folder of the files, named by the key.
    :param description: values of `FrozenDescription`, without checksums.
    :param pairs: the gold rows of each table without a voice.
    :param lexicon: content of the lexicon's file.
    :param record: what the speech is.
    """
    import yaml

    checksums: dict[str, str] = {LEXICON_NAME: sha256(lexicon).hexdigest()}
    voices = description["voices"]
    for (task, split), rows in pairs.items():
        columns = [*COLUMNS[task], *(column for column in rows if column not in COLUMNS[task])]
        text = rows[columns].to_csv(index=False, lineterminator="\n")
        _write_bytes(folder / f"{task}-{split}.csv.gz", gzip.compress(text.encode("utf-8"), 9, mtime=0))
        table = StimulusTable(task, split, spoken_rows(rows, task, voices[split]))
        checksums[f"{task}/{split}"] = sha256(table_bytes(table)).hexdigest()
    _write_bytes(folder / LEXICON_NAME, lexicon)
    if record.spectra:
        record.save_spectra(folder / SPECTRA_NAME)
    value = {**description, "sha256": dict(sorted(checksums.items())), "speech": dict(sorted(record.checksums.items()))}
    described = parse_document(FrozenDescription, value, folder / SET_NAME)
    text = yaml.safe_dump(described.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=119)
    write_text(folder / SET_NAME, text)
    return FrozenSet(folder, described)


def _write_bytes(path: Path, content: bytes) -> None:
    with atomic_file(path) as temporary:
        temporary.write_bytes(content)
