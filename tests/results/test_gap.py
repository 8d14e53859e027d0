"""The gap between text and speech."""

from collections.abc import Callable
from pathlib import Path

import pytest

from babyslm.results.outcomes.compare import compare
from babyslm.results.pages.comparison import comparison_page
from babyslm.results.pages.gap import text_speech_gaps
from babyslm.results.result import Result

Make = Callable[..., Result]


def test_the_gap_is_the_paired_difference_of_reader_and_hearer(make: Make) -> None:
    reader = make("reader", seed=1, lift=4.0, modality="phonemic")
    hearer = make("hearer", seed=2, lift=1.0)
    wild = make("hearer", seed=3, lift=0.0, evaluation={"condition": "home"})
    gaps = text_speech_gaps([hearer, wild, reader])
    table = compare([reader, hearer])
    wanted = table[table["phenomenon"] == ""].set_index("task")
    assert gaps["task"].tolist() == ["lexical", "syntactic"]
    for row in gaps.to_dict("records"):
        same = wanted.loc[row["task"]]
        assert (row["gap"], row["low"], row["high"]) == (same["difference"], same["low"], same["high"])
        assert row["gap"] == pytest.approx(row["text_accuracy"] - row["speech_accuracy"])
        assert row["gap"] > 0
        assert row["text"].startswith("reader")
        assert row["speech"].startswith("hearer")


def test_without_readers_or_hearers_there_is_no_gap(make: Make) -> None:
    assert text_speech_gaps([make("a"), make("b", seed=1)]).empty
    assert text_speech_gaps([make("a", modality="phonemic"), make("b", seed=1, modality="orthographic")]).empty


def test_a_comparison_shows_the_gap(make: Make, tmp_path: Path) -> None:
    page = comparison_page([make("reader", modality="orthographic"), make("hearer", seed=1)], title="t")
    assert "Text–speech gap" in page
    assert "gap (points)" in page
    assert "Text–speech gap" not in comparison_page([make("a"), make("b", seed=1)], title="t")
