import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyslm.models.protocol import ScoreBatch
from babyslm.results.folders import compare_folders
from babyslm.results.outcomes.compare import compare, holm
from babyslm.results.outcomes.labels import labels
from babyslm.results.result import Result, make_result
from babyslm.results.scores.table import score_table
from babyslm.results.statistics.aggregate import accuracy
from babyslm.stimuli.stimulus_set import StimulusSet, StimulusTable
from babyslm.verify.results.records import DifferentStimuliError, FewResultsError, NoSharedPairsError

Make = Callable[..., Result]
MakeTable = Callable[..., StimulusTable]


def result_of(
    table: StimulusTable, name: str, seed: int, lift: float, voices: tuple[str, ...] | None = None
) -> Result:
    random = np.random.default_rng(seed)
    names = [stimulus.name for stimulus in table.stimuli if voices is None or stimulus.voice in voices]
    good = set(table.rows.loc[table.rows["correct"] == 1, "filename"])
    means = random.normal(size=len(names)) + [lift * (each in good) for each in names]
    key = (table.task, table.split)
    scores = {key: score_table(names, ScoreBatch(means, np.ones(len(names), dtype=np.int64)))}
    return make_result({"name": name}, StimulusSet("set", {key: table}), scores, settings={}, seconds=0)


def test_differences_are_those_of_the_accuracies_with_an_interval_around(make: Make) -> None:
    first, second = make("strong", lift=4.0), make("weak", seed=1, lift=0.0)
    frame = compare([first, second])
    whole = frame[frame["phenomenon"] == ""].set_index("task")
    for task in ("lexical", "syntactic"):
        row = whole.loc[task]
        assert row["first_accuracy"] == pytest.approx(first.accuracy(task))
        assert row["second_accuracy"] == pytest.approx(second.accuracy(task))
        assert row["difference"] == pytest.approx(first.accuracy(task) - second.accuracy(task))
        assert row["low"] <= row["difference"] <= row["high"]
    assert set(frame.loc[frame["task"] == "syntactic", "phenomenon"]) == {"", *first.by("phenomenon")["phenomenon"]}
    assert whole.loc["lexical", "p"] < 0.05
    assert (frame["p_holm"] >= frame["p"]).all()
    assert set(frame["first"]) == {"strong"}


def test_a_result_does_not_differ_from_itself(make: Make) -> None:
    result = make()
    frame = result.compare(result).table
    assert frame["difference"].eq(0).all()
    assert frame["p_holm"].eq(1).all()
    assert set(frame["first"]) == {"learner #1"}
    assert set(frame["second"]) == {"learner #2"}


def test_the_other_way_round_gives_the_opposite(make: Make) -> None:
    first, second = make("a", lift=3.0), make("b", seed=1)
    there, back = compare([first, second]), compare([second, first])
    np.testing.assert_allclose(there["difference"], -back["difference"])
    np.testing.assert_allclose(there["low"], -back["high"], atol=1e-12)
    np.testing.assert_allclose(there["p"], back["p"])


def test_a_reader_and_a_listener_are_compared_pair_by_pair(make_table: MakeTable) -> None:
    table = make_table("lexical", 30, ("A", "B", "C"))
    reader, listener = result_of(table, "reader", 1, 3.0, ("A",)), result_of(table, "listener", 2, 0.2)
    row = compare([reader, listener]).iloc[0]
    assert row["first_accuracy"] == pytest.approx(reader.accuracy())
    assert row["second_accuracy"] == pytest.approx(listener.accuracy())
    assert row["n"] == 30
    assert row["low"] > 0


def test_only_shared_pairs_count(make_table: MakeTable) -> None:
    table = make_table("lexical", 20, ("A", "B"))
    fewer = StimulusTable("lexical", "dev", table.rows[table.rows["id"].astype(int) < 100])
    first, second = result_of(table, "all", 1, 1.0), result_of(fewer, "half", 2, 1.0)
    row = compare([first, second]).iloc[0]
    assert row["n"] == 10
    assert row["first_accuracy"] == pytest.approx(accuracy(first.trials[first.trials["id"].astype(int) < 100]))


def test_pairing_makes_the_interval_narrower_than_that_of_unpaired_learners(make_table: MakeTable) -> None:
    table = make_table("lexical", 60, ("A",))
    first = result_of(table, "first", 1, 0.5)
    scores = first.scores["lexical", "dev"].copy()
    random = np.random.default_rng(3)
    scores["score"] += random.normal(0, 0.05, len(scores))
    key = ("lexical", "dev")
    twin = make_result({"name": "twin"}, StimulusSet("set", {key: table}), {key: scores}, settings={}, seconds=0)
    stranger = result_of(table, "stranger", 9, 0.5)
    paired, unpaired = (compare([first, other]).iloc[0] for other in (twin, stranger))
    assert paired["high"] - paired["low"] < 0.7 * (unpaired["high"] - unpaired["low"])


def test_every_two_of_three_are_compared(make: Make) -> None:
    frame = compare([make("a"), make("b", seed=1), make("c", seed=2)])
    whole = frame[(frame["phenomenon"] == "") & (frame["task"] == "lexical")]
    assert list(zip(whole["first"], whole["second"], strict=True)) == [("a", "b"), ("a", "c"), ("b", "c")]


def test_different_stimuli_under_one_id_are_refused(make_table: MakeTable) -> None:
    table = make_table("lexical", 8, ("A",))
    rows = table.rows.assign(
        phones=table.rows["phones"] + " ə", filename=table.rows["filename"] + "ə", word=table.rows["word"]
    )
    other = StimulusTable("lexical", "dev", rows)
    with pytest.raises(DifferentStimuliError, match="a and b .* id 0, id 1"):
        compare([result_of(table, "a", 1, 0), result_of(other, "b", 2, 0)])


def test_results_without_a_shared_pair_are_refused(make_table: MakeTable) -> None:
    lexical, syntactic = make_table("lexical", 8, ("A",)), make_table("syntactic", 8, ("A",))
    with pytest.raises(NoSharedPairsError, match="a and b have no pair in common"):
        compare([result_of(lexical, "a", 1, 0), result_of(syntactic, "b", 2, 0)])


def test_one_result_is_too_few(make: Make) -> None:
    with pytest.raises(FewResultsError, match="here 1"):
        compare([make()])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_the_step_down_definition(p_values: list[float]) -> None:
    ours = holm(np.array(p_values))
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        assert ours[index] == pytest.approx(highest)


def test_labels_say_what_tells_results_apart(make: Make) -> None:
    speech, text = make("lstm"), make("lstm", modality="phonemic")
    assert labels([speech, text, make("ngram")]) == ["lstm · spoken", "lstm · phonemic", "ngram"]
    clean, wild = make("u", training={"condition": "clean"}), make("u", training={"condition": "wild"})
    assert labels([clean, wild]) == ["u · clean training", "u · wild training"]
    steps = [make("m", settings={"revision": revision}) for revision in ("step1", "step2")]
    assert labels(steps) == ["m · step1", "m · step2"]
    assert labels([speech, speech]) == ["lstm #1", "lstm #2"]


def test_pandas_tables_of_a_comparison_are_flat(make: Make) -> None:
    frame = compare([make("a"), make("b", seed=3)])
    assert isinstance(frame.index, pd.RangeIndex)
    assert frame.drop(columns=["low", "high"]).notna().all().all()
    assert (frame["low"].isna() == (frame["clusters"] < 2)).all()
    assert frame.loc[frame["clusters"] < 2, "p"].eq(1).all()


def test_all_can_be_compared_with_one_reference(make: Make) -> None:
    results = [make("a"), make("b", seed=1), make("c", seed=2)]
    frame = compare(results, reference=1)
    assert set(zip(frame["first"], frame["second"], strict=True)) == {("a", "b"), ("c", "b")}


def test_folders_are_compared_as_the_command_line_does(make: Make, tmp_path: Path) -> None:
    folders = [make(name, seed=seed).save(tmp_path / name, report=False) for seed, name in enumerate("ab")]
    table = compare_folders(folders, tmp_path / "page.html")
    assert json.loads(json.dumps(table.to_dict("records"), allow_nan=False))[0]["first"] == "a"
    assert "a − b" in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert len(compare_folders(folders)) == len(table)
