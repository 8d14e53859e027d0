"""An entry of a cache comes back as it was written, or not at all, whoever else writes there."""

import multiprocessing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from babyslm.caches import keep_entry, kept_entry


def test_an_entry_comes_back(tmp_path: Path) -> None:
    assert kept_entry(tmp_path / "a" / "b") is None
    for content in (b"", b"x", bytes(range(256)) * 40):
        keep_entry(tmp_path / "a" / "b", content)
        assert kept_entry(tmp_path / "a" / "b") == content
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


@given(content=st.binary(max_size=200), place=st.integers(0), bit=st.integers(0, 7), cut=st.integers(0))
@settings(max_examples=200, deadline=None)
def test_a_damaged_entry_counts_as_absent(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, place: int, bit: int, cut: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "entry"
    keep_entry(path, content)
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[place % len(whole)] ^= 1 << bit
    for damaged in (bytes(flipped), whole[: cut % len(whole)], whole + b"\0"):
        path.write_bytes(damaged)
        assert kept_entry(path) is None


def _work(folder: str, number: int) -> None:
    """Read and write the same few entries over and over; each says its own name."""
    for turn in range(300):
        name = str((turn * (number + 1)) % 7)
        found = kept_entry(Path(folder) / name)
        assert found is None or found == name.encode() * 1000
        keep_entry(Path(folder) / name, name.encode() * 1000)


def test_processes_share_a_cache(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_work, args=(str(tmp_path), number)) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert sorted(path.name for path in tmp_path.iterdir()) == list("0123456")
