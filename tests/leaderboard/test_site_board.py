"""The board in a real browser: sort, filter, rank, choose, plots, colours, width."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from babyslm.leaderboard.board.board import Board
from babyslm.leaderboard.board.gather import gather
from babyslm.leaderboard.site import build_site
from babyslm.leaderboard.site.serve import serving
from tests.leaderboard import made
from tests.leaderboard.browser import launched, opened

TRACK = "made-en-1.test.clean"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Board:
    folder = tmp_path_factory.mktemp("board")
    stimuli = made.make_set(folder / "set", words=12, pairs=15)
    registry = made.make_registry(folder / "leaderboard", stimuli)
    submissions = folder / "leaderboard" / "submissions"
    made.make_submissions(submissions, stimuli, 9)
    for step in (1, 2, 3):
        training = {"data": "none: made", "domain": "clean", "hours": 10.0, "tokens": 10.0**step}
        made.make_submission(
            submissions, stimuli, 23, model="made-grown", revision=f"step{step}", training=training, ability=0.6 * step
        )
    return gather(submissions, registry)


@pytest.fixture(scope="module")
def address(board: Board, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = build_site(board, tmp_path_factory.mktemp("site") / "out").parent
    with serving(folder, port=0) as found:
        yield found


def shown(page: Any) -> list[str]:
    """Slugs of the rows in sight, in their order."""
    slugs: list[str] = page.eval_on_selector_all(
        "#board tbody tr", "rows => rows.filter((row) => row.offsetParent).map((row) => row.dataset.slug)"
    )
    return slugs


def values(board: Board, slugs: list[str], measure: Any) -> list[float]:
    found = (board.entries[slug].standings[TRACK].get(measure) for slug in slugs)
    return [standing.estimate.value for standing in found if standing]


def test_the_table_sorts_by_click_and_by_key(browser: Any, address: str, board: Board) -> None:
    with opened(browser, address) as page:
        assert len(shown(page)) == len(board.entries)
        assert values(board, shown(page), "mean") == sorted(values(board, shown(page), "mean"), reverse=True)
        page.get_by_role("button", name="Lexical").click()
        head = page.locator('#board th[data-sort="lexical"]')
        assert head.get_attribute("aria-sort") == "descending"
        assert page.locator("#board th[aria-sort]").count() == 1
        assert values(board, shown(page), "lexical") == sorted(values(board, shown(page), "lexical"), reverse=True)
        page.get_by_role("button", name="Lexical").press("Enter")
        assert head.get_attribute("aria-sort") == "ascending"
        assert values(board, shown(page), "lexical") == sorted(values(board, shown(page), "lexical"))
        page.get_by_role("button", name="Hours heard").press("Space")
        hours = [board.entries[slug].card.training.hours for slug in shown(page)]
        known = [value for value in hours if value is not None]
        assert known == sorted(known, reverse=True)
        assert hours[len(known) :] == [None] * (len(hours) - len(known))


def test_ranks_follow_the_measure_and_ties_are_joined(browser: Any, address: str, board: Board) -> None:
    with opened(browser, address) as page:
        page.get_by_role("button", name="Syntactic").click()
        assert "Ranked by syntactic" in page.locator("#board caption").inner_text()
        groups = []
        for slug in shown(page):
            row = page.locator(f'#board tr[data-slug="{slug}"]')
            standing = board.entries[slug].standings[TRACK].get("syntactic")
            assert row.locator(".place").inner_text() == (str(standing.rank) if standing else "–")
            if standing and standing.best_rank != standing.worst_rank:
                assert row.locator(".rank small").inner_text() == f"{standing.best_rank}–{standing.worst_rank}"
            groups.append((standing.group if standing else None, row.get_attribute("class") or ""))
        for place, (group, name) in enumerate(groups):
            neighbours = {groups[other][0] for other in (place - 1, place + 1) if 0 <= other < len(groups)}
            assert ("tied" in name.split()) == (group is not None and group in neighbours)
        page.get_by_role("button", name="Learner").click()
        assert page.locator("#board tr.tied").count() == 0


def test_filters_narrow_the_table_and_stay_in_the_address(browser: Any, address: str, board: Board) -> None:
    with opened(browser, address) as page:
        page.get_by_label("Input").select_option(label="hears speech")
        spoken = {slug for slug, entry in board.entries.items() if entry.card.modality == "spoken"}
        assert set(shown(page)) == spoken
        page.get_by_label("Trained on").select_option(label="clean speech")
        clean = {slug for slug in spoken if board.entries[slug].card.training.domain == "clean"}
        assert set(shown(page)) == clean
        assert page.locator("#count").inner_text() == f"{len(clean)} of {len(board.entries)} learners"
        page.reload()
        assert set(shown(page)) == clean
        page.get_by_label("Hours heard, from").fill("1000000")
        assert page.get_by_text("No learner fits these filters.").is_visible()
        page.get_by_role("button", name="Show all").click()
        page.get_by_text(f"{len(board.entries)} learners", exact=True).wait_for()
        page.get_by_role("searchbox").fill("learner 5")
        assert shown(page) == ["made-005--v1"]
        page.get_by_role("searchbox").press("Enter")
        assert shown(page) == ["made-005--v1"]


def test_a_long_table_shows_its_first_rows_until_asked_for_all(browser: Any, board: Board, tmp_path: Path) -> None:
    first = board.entries["made-001--v1"]
    copies = {}
    for number in range(201):
        card = first.card.model_copy(update={"model": f"copy-{number:03d}", "name": f"Copy {number:03d}"})
        copies[card.slug] = replace(first, card=card)
    many = replace(board, entries={**board.entries, **copies})
    build_site(many, tmp_path / "out")
    with serving(tmp_path / "out", port=0) as address, opened(browser, address) as page:
        assert len(shown(page)) == 200
        page.get_by_role("button", name="Learner").click()
        assert shown(page)[:201] == sorted(copies)[:200]
        page.get_by_role("button", name="Learner").click()
        assert page.locator("#board tbody tr").first.get_attribute("data-slug") == "made-grown--step3"
        page.get_by_role("searchbox").fill("copy 19")
        assert shown(page) == sorted((slug for slug in copies if "19" in slug), reverse=True)
        assert page.locator("#more").is_hidden()
        page.get_by_role("searchbox").fill("")
        page.get_by_role("button", name="Show all").click()
        assert len(shown(page)) == len(many.entries)


def test_two_chosen_learners_are_compared(browser: Any, address: str) -> None:
    with opened(browser, address) as page:
        for number in (1, 2, 5):
            page.get_by_label(f"Compare Made learner {number} · v1").check()
        assert page.locator("#board input:checked").count() == 2
        page.locator("#tray").get_by_role("link", name="Compare").click()
        page.get_by_role("heading", name="Overall").wait_for()
        assert "First: Made learner 2 · v1. Second: Made learner 5 · v1." in page.locator("main").inner_text()


def test_every_plot_is_drawn(browser: Any, address: str, board: Board) -> None:
    with opened(browser, address) as page:
        for name in ("amounts", "heat", "gaps", "curves"):
            page.locator(f"#{name}").scroll_into_view_if_needed()
            page.locator(f"#{name} svg[aria-label]").wait_for()
        assert page.locator("#curves svg").get_attribute("aria-label") == "Accuracy of 1 learner over training"
        page.locator("#amounts-form").get_by_label("Amount").select_option("words")
        page.locator("#amounts").get_by_text("words read or heard").wait_for()
        page.get_by_role("searchbox").fill("nothing of this name")
        page.locator("#heat").get_by_text("No data for this selection").wait_for()
        page.get_by_role("searchbox").fill("")
        page.locator("#heat svg[aria-label]").wait_for()
        page.locator("#heat").locator("xpath=..").get_by_text("Table of values").click()
        rows = page.locator("#heat").locator("xpath=..").locator("tbody tr")
        rows.first.wait_for()
        entered = [entry for entry in board.entries.values() if "syntactic" in entry.standings.get(TRACK, {})]
        assert rows.count() == 3 * len(entered)


def test_dark_and_light_follow_the_system_and_the_reader(browser: Any, address: str) -> None:
    with opened(browser, address, color_scheme="dark") as page:
        assert luminance(page) < 0.1
        button = page.get_by_role("button", name="Colours")
        button.click()
        assert luminance(page) > 0.8
        page.reload()
        assert luminance(page) > 0.8
        page.get_by_role("button", name="Colours").click()
        assert luminance(page) < 0.1
        page.locator("#heat").scroll_into_view_if_needed()
        page.locator("#heat svg[aria-label]").wait_for()


def luminance(page: Any) -> float:
    """How light the page's ground is, between 0 and 1."""
    text = page.evaluate("getComputedStyle(document.body).backgroundColor")
    channels = [int(part) for part in text.removeprefix("rgb(").removesuffix(")").split(",")]
    return sum(channels) / (3 * 255)


def test_a_board_of_one_and_an_empty_one(browser: Any, board: Board, tmp_path: Path) -> None:
    stimuli = made.make_set(tmp_path / "set", words=4, pairs=6)
    registry = made.make_registry(tmp_path / "leaderboard", stimuli)
    made.make_submission(tmp_path / "leaderboard" / "submissions", stimuli, 0)
    build_site(gather(tmp_path / "leaderboard" / "submissions", registry), tmp_path / "one")
    build_site(Board({}, {}), tmp_path / "none")
    with serving(tmp_path, port=0) as address:
        with opened(browser, f"{address}one/index.html") as page:
            assert "1 learner" in page.locator("#count").inner_text()
            page.get_by_text("Only one learner has been submitted so far").wait_for()
            page.get_by_role("link", name="Compare").first.click()
            page.get_by_text("A comparison needs two learners").wait_for()
        with opened(browser, f"{address}none/index.html") as page:
            assert page.get_by_role("heading", name="No submissions yet").is_visible()
            page.get_by_role("link", name="How to submit").click()
            page.get_by_role("heading", name="Submission").wait_for()
