"""The board against results of the same scores, and what learners tell together."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from babyslm.leaderboard.board.board import Board
from babyslm.leaderboard.board.gather import gather, item_scores
from babyslm.leaderboard.submissions.registry import Registry
from babyslm.models.protocol import ScoreBatch
from babyslm.results.result import Result, make_result
from babyslm.results.scores.table import score_table
from babyslm.stimuli.stimulus_set import StimulusSet, StimulusTable
from tests.leaderboard import made

DRAWS = 100


def board_of(submissions: Path, registry: Registry) -> Board:
    return gather(submissions, registry)


def result_of(stimuli: StimulusSet, number: int, ability: float) -> Result:
    def table_of(table: StimulusTable) -> pd.DataFrame:
        scores = made.scores_of(table, number, reads=number % 3 != 2, ability=ability)
        return score_table(list(scores), ScoreBatch(np.array(list(scores.values())), None))

    tables = {(table.task, table.split): table_of(table) for table in stimuli}
    return make_result({"name": "x"}, stimuli, tables, settings={}, seconds=0)


def test_figures_are_those_of_the_result(submissions: Path, registry: Registry, stimuli: StimulusSet) -> None:
    for number in (0, 2):
        made.make_submission(submissions, stimuli, number, ability=0.8)
    board = board_of(submissions, registry)
    assert not board.refused
    for number in (0, 2):
        result = result_of(stimuli, number, 0.8)
        entry = board.entries[f"made-00{number}--v1"]
        for row in result.headline().query("measure == 'accuracy'").to_dict("records"):
            standing = entry.standings[f"{made.SET}.{row['split']}.clean"][row["task"]]
            assert standing.estimate.value == pytest.approx(row["accuracy"], abs=1e-12)
            assert (standing.estimate.low, standing.estimate.high) == pytest.approx((row["low"], row["high"]))
            assert (standing.n, standing.clusters, standing.ties) == (row["n"], row["clusters"], row["ties"])
        both = entry.standings[f"{made.SET}.test.clean"]
        assert both["mean"].estimate.value == pytest.approx(
            (both["lexical"].estimate.value + both["syntactic"].estimate.value) / 2
        )
        expected = result.by("phenomenon", split="test")
        found = entry.breakdowns.query(f"track == '{made.SET}.test.clean' and attribute == 'phenomenon'")
        assert found["value"].tolist() == expected["phenomenon"].tolist()
        np.testing.assert_allclose(found["accuracy"], expected["accuracy"])
        np.testing.assert_allclose(found["low"], expected["low"])


def test_verdicts_and_scores_of_single_items(submissions: Path, registry: Registry, stimuli: StimulusSet) -> None:
    made.make_submission(submissions, stimuli, 2, ability=0.8)
    board = board_of(submissions, registry)
    track = board.tracks[f"{made.SET}.test.clean"]
    scores = board.entries["made-002--v1"].scores[track.key, "syntactic"]
    table = track.tables["syntactic"]
    frame = item_scores(scores, table)
    given = made.scores_of(stimuli["syntactic", "test"], 2, reads=False, ability=0.8)
    assert frame["good_score"].tolist() == [given[name] for name in table.pairs["good"]]
    expected = np.sign(frame["good_score"] - frame["bad_score"]) + 1
    assert scores.verdicts.tolist() == expected.tolist()
    assert table.pairs["item"].tolist() == table.pairs["id"].tolist()
    lexical = track.tables["lexical"].pairs
    assert lexical["item"].tolist() == lexical["phones"].tolist(), "words are told apart by phones"


def test_a_reader_may_be_scored_in_one_voice(submissions: Path, registry: Registry, stimuli: StimulusSet) -> None:
    whole = made.make_submission(submissions, stimuli, 0, ability=0.8)
    one = made.make_submission(submissions, stimuli, 0, model="one-voice", ability=0.8)
    for table in stimuli:
        scores = made.scores_of(table, 0, reads=True, ability=0.8)
        chosen = {s.name: scores[s.name] for s in table.stimuli if s.voice == table.voices[0]}
        made.write_scores(one / made.SET / "clean" / "scores" / table.task / f"{table.split}.txt.gz", chosen)
    board = board_of(submissions, registry)
    assert not board.refused
    both = [board.entries[f"{folder.parent.name}--v1"] for folder in (whole, one)]
    for track in board.tracks:
        standings = [each.standings[track]["mean"] for each in both]
        assert standings[0].estimate == standings[1].estimate
        assert standings[0].rank == standings[1].rank == 1
    verdicts = both[1].scores[f"{made.SET}.test.clean", "lexical"].verdicts
    assert (verdicts == -1).mean() == pytest.approx(2 / 3)


def test_gaps_floor_and_curves(submissions: Path, registry: Registry, stimuli: StimulusSet) -> None:
    reads = {"data": "x", "domain": "none", "words": 5.0}
    made.make_submission(submissions, stimuli, 0, family="one", ability=4.0, training=reads)
    for hours, revision in ((1.0, "early"), (10.0, "late")):
        training = {"data": "x", "domain": "clean", "hours": hours}
        made.make_submission(
            submissions, stimuli, 2, family="one", revision=revision, training=training, ability=0.05 * hours
        )
    wild = {"data": "x", "domain": "in-the-wild", "hours": 10.0}
    made.make_submission(submissions, stimuli, 5, family="one", training=wild, ability=0.0)
    made.make_submission(submissions, stimuli, 8, family="another", ability=1.0)
    board = board_of(submissions, registry)
    track = f"{made.SET}.test.clean"
    found = {(gap.kind, gap.measure): gap for gap in board.gaps if gap.track == track}
    text = found["text-speech", "mean"]
    assert (text.first, text.second) == ("made-000--v1", "made-002--late"), "clean speech, most hours"
    values = [board.entries[slug].standings[track]["mean"].estimate.value for slug in (text.first, text.second)]
    assert text.difference.value == pytest.approx(values[0] - values[1])
    assert text.difference.low is not None
    assert 0 < text.difference.low < text.difference.value < (text.difference.high or 0)
    assert text.p < 0.05
    clean = found["clean-wild", "lexical"]
    assert (clean.first, clean.second) == ("made-002--late", "made-005--v1")
    assert all(gap.family == "one" for gap in board.gaps)
    curve = next(each for each in board.curves if (each.track, each.measure) == (track, "mean"))
    assert (curve.model, curve.unit) == ("made-002", "hours")
    assert [point.revision for point in curve.points] == ["early", "late"]
    chance, floor = board.tracks[track].lines["mean"]
    assert (chance.value, floor.name, floor.slug) == (0.5, "n-gram floor", "made-000--v1")
    assert board.entries["made-000--v1"].reference
    assert not board.entries["made-002--late"].reference


def test_a_track_is_a_set_split_and_condition(submissions: Path, registry: Registry, stimuli: StimulusSet) -> None:
    made.make_submission(submissions, stimuli, 2)
    made.make_submission(submissions, stimuli, 2, condition="home", only="lexical")
    made.make_submission(submissions, stimuli, 6)
    board = board_of(submissions, registry)
    assert list(board.tracks) == [f"{made.SET}.{split}.{c}" for split in ("dev", "test") for c in ("clean", "home")]
    assert list(board.tracks[f"{made.SET}.dev.home"].tables) == ["lexical"]
    assert "mean" not in board.entries["made-006--v1"].standings[f"{made.SET}.dev.clean"]
    assert "mean" not in board.tracks[f"{made.SET}.dev.home"].lines


def test_order_of_submissions_changes_no_figure(
    tmp_path: Path, submissions: Path, registry: Registry, stimuli: StimulusSet
) -> None:
    for number in (0, 1, 2):
        made.make_submission(submissions, stimuli, number)
    board = board_of(submissions, registry)
    made.make_submission(submissions, stimuli, 3)
    more = board_of(submissions, registry)
    for slug, entry in board.entries.items():
        for track, by_measure in entry.standings.items():
            for measure, standing in by_measure.items():
                assert more.entries[slug].standings[track][measure].estimate == standing.estimate
        pd.testing.assert_frame_equal(more.entries[slug].breakdowns, entry.breakdowns)


def test_an_empty_board(submissions: Path, registry: Registry) -> None:
    board = board_of(submissions, registry)
    assert (dict(board.tracks), dict(board.entries), board.gaps, board.refused) == ({}, {}, (), ())
