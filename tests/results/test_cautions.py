"""Scores that cannot be log-probabilities are taken, and reported."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from babyslm.evaluation.evaluate import evaluate
from babyslm.results.result import Result, load_result
from babyslm.results.scores.files import write_scores
from babyslm.stimuli.load import load_stimuli
from tests.tables import write_set


def folder_of_scores(tmp_path: Path, value: Callable[[float], float]) -> Path:
    """A folder of scores in which the right form is always the more probable one, each changed by a function."""
    stimuli = load_stimuli(str(write_set(tmp_path / "set")))
    for table in stimuli:
        good = set(table.rows.loc[table.rows["correct"] == 1, "filename"])
        names = sorted(stimulus.name for stimulus in table.stimuli)
        right = [
            value(-1.0 - 0.01 * place if name in good else -9.0 - 0.01 * place) for place, name in enumerate(names)
        ]
        scores = pd.DataFrame({"score": right}, index=names)
        write_scores(tmp_path / "scores" / table.task / f"{table.split}.txt", scores)
    return tmp_path / "scores"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (lambda score: score, []),
        (lambda score: -score, ["all scores are positive; higher must mean more probable"]),
        (lambda _: -2.5, ["all scores are -2.5; every pair is a tie"]),
        (lambda _: 2.5, ["all scores are 2.5; every pair is a tie"]),
    ],
)
def test_scores_that_cannot_be_log_probabilities(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], value: Callable[[float], float], told: list[str]
) -> None:
    scores = folder_of_scores(tmp_path, value)
    capsys.readouterr()
    result = evaluate(f"scores:{scores}", str(tmp_path / "set"), out=str(tmp_path / "out"))
    said = capsys.readouterr().err
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    stored = load_result(tmp_path / "out").record.cautions
    assert stored == result.record.cautions
    for line in told:
        assert any(each.startswith(f"lexical/dev: {line}") for each in stored)
        assert f"lexical/dev: {line}" in said
        assert f"lexical/dev: {line}" in page
    if not told:
        assert result.record.cautions == []
        assert "Caution" not in page


@pytest.mark.parametrize(("lift", "expected"), [(-3.0, True), (0.0, False), (3.0, False)])
def test_words_significantly_below_chance(make: Callable[..., Result], lift: float, expected: bool) -> None:
    found = [line for line in make(lift=lift).record.cautions if "significantly below chance" in line]
    assert len(found) == expected
    assert all(line.startswith("lexical/dev: accuracy on words") for line in found)


def test_a_record_without_cautions_is_read_and_its_report_has_them(
    tmp_path: Path, make: Callable[..., Result]
) -> None:
    """Results of earlier versions lack the field; their scores are stored, so the report can tell all the same."""
    make(lift=-3.0).save(tmp_path / "out", report=False)
    path = tmp_path / "out" / "result.json"
    value = json.loads(path.read_text(encoding="utf-8"))
    assert value.pop("cautions")
    path.write_text(json.dumps(value), encoding="utf-8")
    result = load_result(tmp_path / "out")
    assert result.record.cautions == []
    assert "Caution: lexical/dev: accuracy on words is significantly below chance" in result.to_html()
