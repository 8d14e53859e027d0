"""Stimulus sets: tables in the official layout, pairs joined by id, and the card."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from babyslm.stimuli.card import StimulusCard
from babyslm.stimuli.material import lexical_material
from babyslm.stimuli.stimulus import Split, Stimulus, Task
from babyslm.verify.stimuli.sets import MissingConditionError, MissingTableError, verify_table

__all__ = ["COLUMNS", "CONDITIONS", "StimulusSet", "StimulusTable"]

COLUMNS: dict[Task, tuple[str, ...]] = {
    "lexical": ("id", "filename", "voice", "frequency", "word", "phones", "length", "correct"),
    "syntactic": ("id", "filename", "voice", "type", "subtype", "correct", "transcription"),
}
"""The official columns, in the official order; extra columns come after them."""

AUDIO_SUFFIXES = (".wav", ".flac")

CONDITIONS = "conditions"
"""Folder next to the clean sound of a table, with one subfolder per acoustic condition."""


@dataclass(frozen=True)
class StimulusTable:
    """The stimuli of one task and split.

    Each row is one (pair, voice, member), as in the official gold table. The order of rows has no meaning.

    :param task: lexical or syntactic.
    :param split: dev or test.
    :param rows: official columns and extra ones; every value a string except `correct` (0 or 1), `frequency` and
        `length` (nullable integers).
    :param folder: folder of the sound files; None for a set without sound.
    :param source: file from which the rows were read, for error messages.
    """

    task: Task
    split: Split
    rows: pd.DataFrame
    folder: Path | None = None
    source: Path | None = None

    def __post_init__(self) -> None:
        verify_table(self.rows, COLUMNS[self.task], self.source or Path(f"{self.task}/{self.split}"))

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def stimuli(self) -> tuple[Stimulus, ...]:
        """The distinct stimuli, sorted by name."""
        text = "word" if self.task == "lexical" else "transcription"
        distinct = self.rows.drop_duplicates("filename").sort_values("filename")
        phones = distinct["phones"] if "phones" in distinct else pd.Series("", index=distinct.index)
        return tuple(
            Stimulus(
                name=name,
                text=spelling or None,
                phones=tuple(sounds.split()) or None,
                audio=self.audio_path(name),
                voice=voice or None,
            )
            for name, spelling, sounds, voice in zip(
                distinct["filename"], distinct[text], phones, distinct["voice"], strict=True
            )
        )

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """One row per (pair, voice), joined and sorted by id.

        Columns `id, voice, good, bad` (the last two are stimulus names), then the good row's other columns,
        `bad_phones` or `bad_transcription`, and `cluster`: the lexical material that several pairs share (word or
        template words), on which intervals are clustered.
        """
        content = "phones" if self.task == "lexical" else "transcription"
        good = self.rows[self.rows["correct"] == 1].drop(columns="correct").rename(columns={"filename": "good"})
        bad = self.rows[self.rows["correct"] == 0][["id", "voice", "filename", content]]
        bad = bad.rename(columns={"filename": "bad", content: f"bad_{content}"})
        joined = good.merge(bad, on=["id", "voice"], validate="one_to_one")
        joined = joined.sort_values(["id", "voice"], ignore_index=True)
        if "cluster" not in joined:
            joined["cluster"] = lexical_material(joined, self.task)
        first = ["id", "voice", "good", "bad"]
        return joined[first + [column for column in joined.columns if column not in first]]

    @property
    def voices(self) -> tuple[str, ...]:
        """The voices of the table, sorted."""
        return tuple(sorted(self.rows["voice"].unique()))

    def under(self, condition: str) -> "StimulusTable":
        """Return the table with the sound of an acoustic condition; `clean` is the table itself.

        :param condition: name of a condition for which the set has sound.
        :raises MissingConditionError: if there is no sound in this condition.
        """
        if condition == "clean":
            return self
        place = self.folder / CONDITIONS / condition if self.folder else None
        if place is None or not place.is_dir():
            beside = self.folder / CONDITIONS if self.folder else None
            have = sorted(path.name for path in beside.iterdir()) if beside and beside.is_dir() else []
            raise MissingConditionError(f"{self.task}/{self.split}", condition, ["clean", *have])
        return replace(self, folder=place)

    def audio_path(self, name: str) -> Path | None:
        """Return the expected path of a stimulus's sound file, or None for a set without sound."""
        if self.folder is None:
            return None
        return next(
            (path for suffix in AUDIO_SUFFIXES if (path := self.folder / f"{name}{suffix}").is_file()),
            self.folder / f"{name}.wav",
        )


@dataclass(frozen=True)
class StimulusSet:
    """A stimulus set: its tables by (task, split), and its card if present.

    :param name: name of the set.
    :param tables: at least one table.
    :param card: name, version, language, licence, sources, checksums; None for foreign sets.
    :param folder: folder from which it was read.
    """

    name: str
    tables: dict[tuple[Task, Split], StimulusTable]
    card: StimulusCard | None = None
    folder: Path | None = None
    checksums: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, key: tuple[Task, Split]) -> StimulusTable:
        try:
            return self.tables[key]
        except KeyError:
            have = [f"{task}/{split}" for task, split in self.tables]
            raise MissingTableError(self.name, f"{key[0]}/{key[1]}", have) from None

    def __iter__(self) -> Iterator[StimulusTable]:
        return iter(self.tables[key] for key in sorted(self.tables))

    def __len__(self) -> int:
        return len(self.tables)

    def select(self, task: Task | None = None, split: Split | None = None) -> "StimulusSet":
        """Return the set restricted to a task, a split or both; an empty result raises a `MissingTableError`."""
        kept = {
            key: table
            for key, table in self.tables.items()
            if (task is None or key[0] == task) and (split is None or key[1] == split)
        }
        if not kept:
            have = [f"{a}/{b}" for a, b in self.tables]
            raise MissingTableError(self.name, f"{task or 'any task'}/{split or 'any split'}", have)
        return self.only(kept)

    def under(self, condition: str) -> "StimulusSet":
        """Return the set with the sound of an acoustic condition."""
        tables = {key: table.under(condition) for key, table in self.tables.items()}
        return replace(self, tables=tables)

    def only(self, keys: Iterable[tuple[Task, Split]]) -> "StimulusSet":
        """Return the set restricted to these tables."""
        tables = {key: self.tables[key] for key in keys}
        return StimulusSet(self.name, tables, self.card, self.folder, self.checksums)
