import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from babyslm.evaluation.evaluate import evaluate
from babyslm.results import result as result_module
from babyslm.results.outcomes.record import ResultRecord
from babyslm.results.result import Result, load_result, make_result
from babyslm.results.scores.files import read_scores
from babyslm.results.scores.trials import make_trials
from babyslm.results.statistics.aggregate import accuracy, macro_accuracy
from babyslm.stimuli.stimulus_set import StimulusSet, StimulusTable
from babyslm.verify.documents import DocumentError, NoSuchFileError
from babyslm.verify.errors import BabySLMError
from babyslm.verify.results.records import (
    AmbiguousTableError,
    ResultChangedError,
    ResultVersionError,
    TrialsFormatError,
    UnknownAttributeError,
)

Make = Callable[..., Result]
Scored = Callable[..., pd.DataFrame]


def test_accuracies_are_asked_by_task_and_split(make: Make) -> None:
    result = make()
    trials = result.trials
    assert result.accuracy("lexical") == accuracy(trials[trials["task"] == "lexical"])
    assert result.accuracy("syntactic", macro=True) == macro_accuracy(trials[trials["task"] == "syntactic"])
    assert result.accuracy("lexical", "dev", pooling="sum") != result.accuracy("lexical")
    assert result.tables == ["lexical/dev", "syntactic/dev"]


def test_an_accuracy_of_several_tables_or_none_is_refused(make: Make) -> None:
    result = make()
    with pytest.raises(AmbiguousTableError, match="lexical/dev, syntactic/dev"):
        result.accuracy()
    with pytest.raises(AmbiguousTableError, match="lexical/test does not name one table"):
        result.accuracy("lexical", "test")


def test_where_both_splits_were_scored_the_test_is_meant(tmp_path: Path) -> None:
    from tests.evaluation.learners import LengthLearner
    from tests.tables import write_set

    for split in ("dev", "test"):
        write_set(tmp_path, split=split)
    result = evaluate(LengthLearner(), tmp_path)
    assert result.accuracy("lexical") == result.accuracy("lexical", "test")
    with pytest.raises(AmbiguousTableError):
        result.accuracy()


@pytest.mark.parametrize("name", ["phenomenon", "frequency", "length", "voice"])
def test_breakdowns_carry_counts_and_intervals_around_the_accuracy(make: Make, name: str) -> None:
    frame = make().by(name)
    assert list(frame.columns) == [
        *("task", "split", name),
        *("n", "clusters", "trials", "ties", "accuracy", "std", "low", "high"),
    ]
    known = frame[frame["clusters"] > 1]
    assert (known["low"] <= known["accuracy"]).all()
    assert (known["accuracy"] <= known["high"]).all()
    assert frame.loc[frame["clusters"] < 2, "low"].isna().all()


def test_breakdowns_add_up_to_the_whole(make: Make) -> None:
    result = make()
    for task, name in (("lexical", "length"), ("syntactic", "phenomenon")):
        frame = result.by(name, task=task)
        assert (frame["accuracy"] * frame["n"]).sum() / frame["n"].sum() == pytest.approx(result.accuracy(task))
        assert frame["trials"].sum() == (result.trials["task"] == task).sum()
        assert frame["ties"].sum() == (result.trials.loc[result.trials["task"] == task, "correct"] == 0.5).sum()


def test_an_attribute_that_no_trial_has_is_refused(make: Make) -> None:
    with pytest.raises(UnknownAttributeError, match=r"'mood'; there are phenomenon, frequency, length, voice"):
        make().by("mood")


def test_trials_can_be_annotated_and_broken_down_by_that(make: Make) -> None:
    result = make()
    met = result.trials["word"].isin(["word1", "word2", "word3"]).where(result.trials["task"] == "lexical")
    annotated = result.annotate(seen=met)
    frame = annotated.by("seen").set_index("seen")
    assert frame["n"].to_dict() == {False: 9, True: 3}
    assert {metric.attribute for metric in annotated.record.metrics} >= {"seen"}
    assert "seen" not in result.trials


def test_the_headline_holds_official_macro_and_sum(make: Make) -> None:
    frame = make().headline().set_index(["task", "measure"])
    assert list(frame.index) == [
        ("lexical", "accuracy"),
        ("lexical", "sum_accuracy"),
        ("syntactic", "accuracy"),
        ("syntactic", "macro_accuracy"),
        ("syntactic", "sum_accuracy"),
    ]
    assert frame.loc[("syntactic", "macro_accuracy"), "n"] == 3
    assert frame["low"].le(frame["accuracy"]).all()
    assert frame["high"].ge(frame["accuracy"]).all()


def test_a_saved_result_is_the_same_when_loaded(make: Make, tmp_path: Path) -> None:
    result = make(training={"hours": 4.0})
    folder = result.save(tmp_path / "result")
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == {
        *("result.json", "report.html", "trials.parquet", "scores/lexical/dev.txt", "scores/syntactic/dev.txt")
    }
    loaded = load_result(folder)
    pd.testing.assert_frame_equal(loaded.trials, result.trials)
    assert loaded.record.metrics == result.record.metrics
    assert loaded.record.model == result.record.model
    for key, scores in result.scores.items():
        pd.testing.assert_frame_equal(loaded.scores[key], scores, check_index_type=False)


def test_figures_can_be_made_again_from_the_saved_scores(make: Make, tmp_path: Path, lexical: StimulusTable) -> None:
    result = make()
    folder = result.save(tmp_path, report=False)
    scores = read_scores(folder / "scores" / "lexical" / "dev.txt", lexical)
    assert accuracy(make_trials(lexical, scores)) == result.accuracy("lexical")


def test_the_record_names_what_was_done_with_what(make: Make, tmp_path: Path) -> None:
    record = json.loads(
        (make(evaluation={"path": tmp_path, "n": np.int64(3)}).save(tmp_path) / "result.json").read_text()
    )
    assert record["schema_version"] == 2
    assert record["settings"] == {"path": str(tmp_path), "n": 3}
    assert set(record["stimuli"]["checksums"]) == {"lexical/dev", "syntactic/dev"}
    assert record["environment"]["packages"]["numpy"] == np.__version__
    assert record["seconds"] == 1.5
    assert record["interval"] == {"method": "Wilson with effective clusters", "confidence": 0.95}
    whole = [metric for metric in record["metrics"] if metric["attribute"] is None]
    assert {(metric["task"], metric["measure"]) for metric in whole} >= {("lexical", "accuracy")}


def test_a_saved_result_replaces_an_earlier_one_and_nothing_else(
    make: Make, tmp_path: Path, lexical: StimulusTable, scored: Scored
) -> None:
    (tmp_path / "card.yaml").write_text("mine")
    make().save(tmp_path)
    one = StimulusSet("one", {("lexical", "dev"): lexical})
    result = make_result({"name": "b"}, one, {("lexical", "dev"): scored(lexical)}, settings={}, seconds=0)
    result.save(tmp_path)
    assert load_result(tmp_path).tables == ["lexical/dev"]
    assert not (tmp_path / "scores" / "syntactic" / "dev.txt").exists()
    assert (tmp_path / "card.yaml").read_text() == "mine"


def test_a_save_that_fails_leaves_the_earlier_result_whole(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make(seed=1)
    first.save(tmp_path)

    def broken(value: object) -> str:
        raise RuntimeError

    monkeypatch.setattr(result_module, "to_json", broken)
    with pytest.raises(RuntimeError):
        make(seed=2).save(tmp_path)
    assert load_result(tmp_path).accuracy("lexical") == first.accuracy("lexical")
    assert not [path for path in tmp_path.rglob("*") if "partial" in path.name]


def refused(error: type[BabySLMError], folder: Path) -> str:
    with pytest.raises(error) as caught:
        load_result(folder)
    assert "\n" not in str(caught.value)
    assert str(folder) in str(caught.value)
    return str(caught.value)


def test_faulty_folders_are_named(make: Make, tmp_path: Path) -> None:
    refused(NoSuchFileError, tmp_path)
    make().save(tmp_path, report=False)
    path = tmp_path / "result.json"
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole[:300])
    assert "truncated" in refused(DocumentError, tmp_path)
    path.write_text(whole.replace('"schema_version": 2', '"schema_version": 9'))
    assert "version 9" in refused(ResultVersionError, tmp_path)
    path.write_text(whole.replace('"seconds": 1.5', '"seconds": "long"'))
    assert "seconds" in refused(DocumentError, tmp_path)
    path.write_text("[]")
    refused(DocumentError, tmp_path)


@pytest.mark.parametrize("name", ["trials.parquet", "scores/lexical/dev.txt"])
def test_a_file_that_was_changed_or_lost_is_named(make: Make, tmp_path: Path, name: str) -> None:
    make().save(tmp_path, report=False)
    with (tmp_path / name).open("ab") as file:
        file.write(b" ")
    assert Path(name).name in refused(ResultChangedError, tmp_path)
    (tmp_path / name).unlink()
    refused(ResultChangedError, tmp_path)


def test_trials_that_are_none_are_named(make: Make, tmp_path: Path) -> None:
    make().save(tmp_path, report=False)
    record = ResultRecord.model_validate_json((tmp_path / "result.json").read_text())
    (tmp_path / "result.json").write_text(record.model_copy(update={"files": {}}).model_dump_json())
    (tmp_path / "trials.parquet").write_bytes(b"nonsense")
    refused(TrialsFormatError, tmp_path)
    pd.DataFrame({"task": ["lexical"]}).to_parquet(tmp_path / "trials.parquet")
    assert "lacks the column(s) split" in refused(TrialsFormatError, tmp_path)


def test_a_reader_of_one_voice_is_saved_in_the_official_text_form(
    tmp_path: Path, syntactic: StimulusTable, scored: Scored
) -> None:
    scores = scored(syntactic)
    own = syntactic.rows.loc[syntactic.rows["voice"] == "A", "filename"]
    stimuli = StimulusSet("one", {("syntactic", "dev"): syntactic})
    one_voice = {("syntactic", "dev"): scores[scores.index.isin(own)]}
    result = make_result({"name": "reader"}, stimuli, one_voice, settings={}, seconds=0)
    result.save(tmp_path, report=False)
    written = (tmp_path / "scores" / "syntactic" / "dev.txt").read_text().splitlines()
    assert [line.split()[0] for line in written] == own.tolist()
    assert len(load_result(tmp_path).trials) == len(own) // 2


def test_a_notebook_shows_a_table_with_the_name_escaped(make: Make) -> None:
    page = make(name="<b>x</b>")._repr_html_()
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "<b>x</b>" not in page
    assert repr(make(name="plain")).startswith("<Result of plain: lexical/dev 0.")


def test_a_result_of_the_first_schema_is_read(make: Make, tmp_path: Path) -> None:
    """Results of version 0.1 recorded the draws of a bootstrap and no method of the intervals."""
    path = make().save(tmp_path / "result") / "result.json"
    record = json.loads(path.read_text())
    del record["interval"]
    record |= {"schema_version": 1, "bootstrap": {"confidence": 0.95, "draws": 2000, "seed": 0}}
    path.write_text(json.dumps(record))
    loaded = load_result(tmp_path / "result")
    assert loaded.record.interval is None
    assert loaded.accuracy("lexical") == make().accuracy("lexical")
