"""Static plots: on every page without a script, bounded, in the colours of the page; no site is lost to them."""

import math
import re
from pathlib import Path
from typing import Any

import pytest

from babyslm.leaderboard.board.board import Board
from babyslm.leaderboard.board.gather import gather
from babyslm.leaderboard.site import build_site
from babyslm.leaderboard.site import pictures as module
from babyslm.leaderboard.site.pictures import LARGEST, MOST_CURVES, MOST_LEARNERS, Pictures, extent, ticks
from tests.leaderboard import made


def learner(number: int, **more: Any) -> dict[str, Any]:
    figures = {"mean": [0.6 + 0.001 * (number % 100), 0.5, 0.8, 1, 1, 1, 1]}
    told = {"slug": f"l{number}", "name": f"Learner {number}", "revision": "v1", "domain": "clean", "words": None}
    return told | {"hours": 1.0 + number, "figures": figures, "phenomena": {"wh question": 0.7}} | more


def track(learners: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    lines = {"mean": [{"name": "chance", "value": 0.5}, {"name": "n-gram floor", "value": 0.62}]}
    return {"learners": learners, "lines": lines, "curves": [], "gaps": []} | more


CURVE = {"model": "m", "name": "Model", "measure": "mean", "unit": "words"}
CURVE |= {"points": [["a", "v1", 1000.0, 0.55, 0.5, 0.6], ["b", "v2", 1200.0, 0.6, 0.55, 0.65]]}
GAP = {
    "kind": "text-speech",
    "family": "f",
    "first": "A",
    "second": "B",
    "measure": "mean",
    "figures": [0.1, 0.05, 0.15],
}


def test_each_plot_has_its_picture_in_the_colours_of_the_page() -> None:
    drawn = Pictures().of_track(track([learner(1), learner(2)], curves=[CURVE], gaps=[GAP]), "mean")
    assert set(drawn) == {"amounts", "heat", "gaps", "curves"}
    for svg in drawn.values():
        assert svg.startswith('<svg class="still" role="img" aria-label="')
        assert "var(--muted)" in svg
        assert "style=" not in svg, "the page forbids inline styles"
    assert drawn["amounts"].count("var(--clean)") >= 2
    assert "var(--chance)" in drawn["amounts"]


def test_nothing_is_drawn_where_there_is_nothing() -> None:
    empty = learner(1, hours=None, phenomena={})
    assert set(Pictures().of_track(track([empty]), "mean").values()) == {""}
    assert Pictures().of_learner({"curves": []}) == {"curves": ""}


def test_a_large_board_has_pictures_of_bounded_size() -> None:
    drawn = Pictures().of_track(track([learner(number) for number in range(3 * MOST_LEARNERS)]), "mean")
    assert 0 < len(drawn["amounts"]) <= LARGEST
    assert 0 < len(drawn["heat"]) <= LARGEST


def test_names_from_outside_stay_text() -> None:
    name = "</svg><script>alert(1)</script>\"'] + x"
    more = {"curves": [CURVE | {"name": name}], "gaps": [GAP | {"first": name}]}
    for plot, svg in Pictures().of_track(track([learner(1, name=name)], **more), "mean").items():
        assert "<script" not in svg
        assert plot == "amounts" or "&lt;/svg&gt;" in svg, plot


@pytest.mark.parametrize("amounts", [[1000.0], [1000.0, 1000.0], [1000.0, 1200.0], [0.3, 5000.0], [1.0, 10.0]])
def test_one_point_or_two_have_an_axis_of_round_numbers(amounts: list[float]) -> None:
    low, high = extent(amounts)
    assert low <= min(amounts)
    assert max(amounts) <= high
    assert high / low >= 10 * (1 - 1e-9)
    assert math.isclose(low * high, min(amounts) * max(amounts)), "the points are in the middle"
    assert 2 <= len(ticks(low, high)) <= 12


def test_one_failure_is_one_warning_and_the_site_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stimuli = made.make_set(tmp_path / "set")
    registry = made.make_registry(tmp_path / "leaderboard", stimuli)
    made.make_submissions(tmp_path / "leaderboard" / "submissions", stimuli, 6)
    board = gather(tmp_path / "leaderboard" / "submissions", registry)
    calls = []

    def draw(spec: dict[str, Any]) -> str:
        calls.append(spec)
        raise RuntimeError("no fonts")

    module._drawn.cache_clear()
    monkeypatch.setattr(module, "draw_svg", draw)
    page = build_site(board, tmp_path / "site").read_text(encoding="utf-8")
    assert len(calls) == 1
    warnings = [line for line in capsys.readouterr().err.splitlines() if line.startswith("warning")]
    assert warnings == ["warning: could not draw the static plots of the pages: no fonts"]
    assert '<div class="plot" id="amounts">' in page


def test_a_curve_that_learners_share_is_drawn_once_and_the_number_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    module._drawn.cache_clear()
    monkeypatch.setattr(module, "draw_svg", lambda spec: calls.append(spec) or "<svg />")
    drawing = Pictures()
    svgs = [drawing.of_learner({"curves": [CURVE]})["curves"] for _ in range(MOST_CURVES + 5)]
    module._drawn.cache_clear()
    assert len(calls) == 1
    assert sum(map(bool, svgs)) == MOST_CURVES


def test_pages_without_scripts_hold_pictures(site: Path) -> None:
    page = (site / "index.html").read_text(encoding="utf-8")
    assert "needs JavaScript" not in page
    assert len(re.findall(r'<div class="plot" id="(?:amounts|heat)">\s*<svg class="still"', page)) == 2


@pytest.fixture
def site(board: Board, tmp_path: Path) -> Path:
    return build_site(board, tmp_path / "site", sound=False).parent


@pytest.fixture
def board(tmp_path: Path) -> Board:
    stimuli = made.make_set(tmp_path / "set")
    registry = made.make_registry(tmp_path / "leaderboard", stimuli)
    made.make_submissions(tmp_path / "leaderboard" / "submissions", stimuli, 8)
    return gather(tmp_path / "leaderboard" / "submissions", registry)
