"""Registered sets: by checksum, from the registry itself or from a folder at hand."""

import gzip
from pathlib import Path

import pytest

from babyslm.leaderboard.board.gather import gather
from babyslm.leaderboard.submissions.registry import load_registry, register_set
from babyslm.resources import resource_folder
from babyslm.stimuli.stimulus_set import StimulusSet
from babyslm.verify.documents import DocumentError
from babyslm.verify.results.submission import (
    ForeignSetError,
    SetChangedError,
    SetNotAtHandError,
    SetRegisteredError,
    UnregisteredSetError,
)
from tests.leaderboard import made


def register(stimuli: StimulusSet, board: Path, **options: object) -> None:
    assert stimuli.folder is not None
    register_set(stimuli.folder, board, made.SET, name="made", made_by="made.py", **options)  # type: ignore[arg-type]


def test_tables_are_kept_packed_and_read_back(tmp_path: Path, stimuli: StimulusSet) -> None:
    register(stimuli, tmp_path)
    registry = load_registry(tmp_path)
    found = registry.stimuli(made.SET)
    assert found.checksums == stimuli.checksums
    for table in stimuli:
        kept = found[table.task, table.split]
        assert kept.rows.equals(table.rows)
        assert kept.folder is None
    made.make_submission(tmp_path / "submissions", stimuli, 0)
    assert list(gather(tmp_path / "submissions", registry).entries) == ["made-000--v1"]


def test_a_set_is_registered_once(tmp_path: Path, stimuli: StimulusSet) -> None:
    register(stimuli, tmp_path)
    with pytest.raises(SetRegisteredError, match="new version"):
        register(stimuli, tmp_path)
    assert stimuli.folder is not None
    with pytest.raises(DocumentError, match="key"):
        register_set(stimuli.folder, tmp_path, "Not/a key", name="x", made_by="x")


def test_a_table_that_changed_is_not_used(tmp_path: Path, stimuli: StimulusSet) -> None:
    register(stimuli, tmp_path)
    path = tmp_path / "stimuli" / made.SET / "lexical" / "dev" / "gold.csv.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"anna", b"bert", 1)))
    with pytest.raises(SetChangedError, match="gold.csv.gz"):
        load_registry(tmp_path).stimuli(made.SET)


def test_a_set_without_tables_is_taken_from_the_folder_that_has_its_checksums(
    tmp_path: Path, stimuli: StimulusSet
) -> None:
    register(stimuli, tmp_path, keep_tables=False)
    other = made.make_set(tmp_path / "other", words=3, pairs=3)
    assert other.folder is not None
    assert stimuli.folder is not None
    with pytest.raises(SetNotAtHandError, match=r"--stimuli, or run: made\.py"):
        load_registry(tmp_path).stimuli(made.SET)
    with pytest.raises(UnregisteredSetError, match=r"other: is not a registered stimulus set"):
        load_registry(tmp_path, at_hand=[other.folder])
    found = load_registry(tmp_path, at_hand=[stimuli.folder]).stimuli(made.SET)
    assert found.folder == stimuli.folder
    made.make_submission(tmp_path / "submissions", stimuli, 0)
    with pytest.raises(SetNotAtHandError):
        gather(tmp_path / "submissions", load_registry(tmp_path))


def test_a_foreign_set_is_registered_by_checksum_alone(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.txt"
    pairs.write_text("the dogs runs\nthe dog runs\na cat see\na cat sees\n")
    with pytest.raises(ForeignSetError, match="--no-keep-tables"):
        register_set(pairs, tmp_path, "pairs-1", name="pairs", made_by="by hand")
    register_set(pairs, tmp_path, "pairs-1", name="pairs", made_by="by hand", keep_tables=False)
    assert len(load_registry(tmp_path, at_hand=[pairs]).stimuli("pairs-1")["syntactic", "test"]) == 4


def test_sets_are_found_by_checksum(tmp_path: Path, stimuli: StimulusSet) -> None:
    register(stimuli, tmp_path)
    registry = load_registry(tmp_path)
    assert registry.key_of({"lexical/dev": stimuli.checksums["lexical/dev"]}) == made.SET
    assert registry.key_of({"lexical/dev": "0" * 64}) is None
    assert registry.key_of({}) is None
    with pytest.raises(UnregisteredSetError, match=made.SET):
        registry.stimuli("other")


def test_a_folder_at_hand_gives_its_sound(tmp_path: Path) -> None:
    spoken = made.make_set(tmp_path / "spoken", words=4, pairs=6, sound=2)
    registry = made.make_registry(tmp_path / "board", spoken)
    made.make_submission(tmp_path / "submissions", spoken, 2)
    made.make_submission(tmp_path / "submissions", spoken, 2, condition="home")
    tracks = gather(tmp_path / "submissions", registry).tracks
    clean = tracks[f"{made.SET}.test.clean"].tables["lexical"]
    path = clean.stimuli.audio_path(clean.stimuli.stimuli[0].name)
    assert clean.has_sound
    assert path is not None
    assert path.is_file()
    assert not tracks[f"{made.SET}.test.home"].tables["lexical"].has_sound, "the set has no sound of a home"


def test_every_shipped_submission_passes() -> None:
    folder = resource_folder("leaderboard")
    registry = load_registry(folder)
    board = gather(folder / "submissions", registry)
    assert not board.refused
    assert {entry.card.id for entry in board.entries.values()} >= set(registry.references.learners)
    assert set(registry.references.floor) <= set(registry.references.learners)
    assert not [flag for entry in board.entries.values() for flag in entry.flags]
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert size < 3_000_000
