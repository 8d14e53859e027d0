"""The pages of learners and of comparisons in a real browser: items, sound, differences; what no page may do."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from babyslm.leaderboard.board.board import Board
from babyslm.leaderboard.board.gather import gather
from babyslm.leaderboard.site import build_site
from babyslm.leaderboard.site.serve import serving
from babyslm.results.outcomes.compare import compare
from babyslm.results.result import make_result
from babyslm.stimuli.stimulus_set import StimulusSet
from tests.leaderboard import made
from tests.leaderboard.browser import launched, opened

TRACK = "made-en-1.test.clean"
LONG = "A" * 120
HOSTILE = '</script><script>window.taken=1</script><img src=x onerror="window.taken=1">'
PAGES = ("index.html", "learners/made-002--v1.html", "compare.html#a=made-002--v1&b=made-001--v1", "about.html")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def stimuli(tmp_path_factory: pytest.TempPathFactory) -> StimulusSet:
    return made.make_set(tmp_path_factory.mktemp("made") / "set", words=30, pairs=45, sound=12)


@pytest.fixture(scope="module")
def board(stimuli: StimulusSet, tmp_path_factory: pytest.TempPathFactory) -> Board:
    folder = tmp_path_factory.mktemp("board")
    registry = made.make_registry(folder, stimuli)
    made.make_submissions(folder / "submissions", stimuli, 6)
    return gather(folder / "submissions", registry)


@pytest.fixture(scope="module")
def site(board: Board, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_site(board, tmp_path_factory.mktemp("site") / "out").parent


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with serving(site, port=0) as found:
        yield found


def open_items(page: Any) -> None:
    page.locator("#items").scroll_into_view_if_needed()
    page.locator("#items-table tbody tr").first.wait_for()


def test_a_learner_is_opened_from_the_board(browser: Any, address: str, board: Board) -> None:
    entry = board.entries["made-002--v1"]
    with opened(browser, address) as page:
        page.get_by_role("link", name=entry.card.name, exact=True).click()
        page.get_by_role("heading", name=entry.card.name, level=1).wait_for()
        text = page.locator("main").inner_text()
        assert f"{100 * entry.standings[TRACK]['lexical'].estimate.value:.1f} %" in text
        rows = entry.breakdowns
        rows = rows[(rows["track"] == TRACK) & (rows["attribute"] == "phenomenon")]
        table = page.locator("table.forest", has=page.locator("caption", has_text="By phenomenon")).first
        assert table.locator("tbody tr").count() == len(rows)
        assert [cell.inner_text() for cell in table.locator("tbody td b").all()] == [
            f"{100 * value:.1f}" for value in rows["accuracy"]
        ]


def test_items_are_searched_and_their_verdicts_counted(browser: Any, address: str, board: Board) -> None:
    verdicts = board.entries["made-002--v1"].scores[TRACK, "lexical"].verdicts
    pairs = board.tracks[TRACK].tables["lexical"].pairs
    with opened(browser, f"{address}learners/made-002--v1.html") as page:
        open_items(page)
        assert (
            f"{len(verdicts):,} trials, {100 * verdicts.mean() / 2:.1f} % of them right"
            in page.locator("#items-count").inner_text()
        )
        form = page.locator("#items-form")
        form.get_by_label("Verdict").select_option("0")
        assert page.locator("#items-count").inner_text().startswith(f"{(verdicts == 0).sum():,} trials")
        assert page.locator("#items-table tbody .mark:not(.wrong)").count() == 0
        form.get_by_label("Verdict").select_option("")
        word = str(pairs["word"].iloc[0])
        form.get_by_label("Search").fill(word)
        wanted = (pairs["word"] == word).sum()
        page.locator("#items-count").get_by_text(f"{wanted} trials").wait_for()
        form.get_by_label("Search").fill("")
        length = pairs["length"].iloc[0]
        form.get_by_label("Part").select_option(label=str(length))
        assert page.locator("#items-count").inner_text().startswith(f"{(pairs['length'] == length).sum()} trials")
        form.get_by_label("Table").select_option(f"{TRACK}.syntactic")
        page.locator("#items-table").get_by_text("The ").first.wait_for()
        with page.expect_download() as download:
            page.get_by_role("button", name="Selection as CSV").click()
        frame = pd.read_csv(download.value.path(), dtype=str)
        assert len(frame) == len(board.tracks[TRACK].tables["syntactic"].pairs)
        assert set(frame["good"]) == set(board.tracks[TRACK].tables["syntactic"].pairs["transcription"])


def hear(page: Any) -> float:
    """Play the first stimulus that has a sound, and return how many seconds were heard."""
    # What the element says of itself, for it stands in no document.
    page.evaluate(
        "() => { window.heard = []; const play = Audio.prototype.play; Audio.prototype.play = function () {"
        " this.addEventListener('ended', () => window.heard.push(this.duration)); return play.call(this); }; }"
    )
    button = page.locator("#items-table .play").first
    assert (button.get_attribute("aria-label") or "").startswith("Play ")
    button.click()
    deadline = time.monotonic() + 20
    while not page.evaluate("window.heard.length") and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert button.get_attribute("aria-pressed") == "false"
    return float(page.evaluate("window.heard[0]"))


def test_a_stimulus_is_heard(browser: Any, address: str) -> None:
    with opened(browser, f"{address}learners/made-002--v1.html") as page:
        open_items(page)
        assert hear(page) == pytest.approx(0.25, abs=0.01)
        assert [path for path in page.watched.got if path.endswith(".wav")]


def result_of(stimuli: StimulusSet, number: int) -> Any:
    ability = float(made.generator(number, "made ability").uniform(0, 2))
    reads = made.MODALITIES[number % 3] != "spoken"
    chosen = stimuli.select(split="test")
    scores = {
        (table.task, table.split): pd.DataFrame(
            {
                "score": made.scores_of(table, number, reads=reads, ability=ability),
                "log_probability": np.nan,
                "symbols": pd.NA,
            }
        )
        for table in chosen
    }
    return make_result({"name": str(number)}, chosen, scores, settings={}, seconds=0)  # type: ignore[arg-type]


def test_the_comparison_agrees_with_that_of_results(browser: Any, address: str, stimuli: StimulusSet) -> None:
    frame = compare([result_of(stimuli, 2), result_of(stimuli, 1)])
    wanted = frame[frame["phenomenon"] == ""].set_index("task")
    with opened(browser, f"{address}compare.html#a=made-002--v1&b=made-001--v1") as page:
        page.get_by_role("heading", name="Overall").wait_for()
        found = page.evaluate(
            """async ([track]) => {
              const a = await babyslm.load("learners/made-002--v1");
              const b = await babyslm.load("learners/made-001--v1");
              const out = {};
              for (const task of ["lexical", "syntactic"]) {
                const key = `${track}.${task}`;
                const table = await babyslm.load(`tables/${key}`);
                out[task] = babyslm.compare.differences(table, a.tables[key].verdicts, b.tables[key].verdicts).whole;
              }
              return out;
            }""",
            [TRACK],
        )
        for task, row in wanted.iterrows():
            assert found[task]["value"] == pytest.approx(row["difference"])
            assert found[task]["n"] == row["n"]
            assert found[task]["clusters"] == row["clusters"]
            assert found[task]["low"] == pytest.approx(row["low"], abs=2e-4)
            assert found[task]["high"] == pytest.approx(row["high"], abs=2e-4)
            assert f"{100 * row['difference']:+.1f}".replace("-", "−") in page.locator("#compare-out").inner_text()
        listed = page.locator("#differ-table tbody tr")
        assert listed.count() > 0
        assert set(listed.locator("td:nth-child(1)").all_inner_texts()) == {"✓ right"}
        assert "✓ right" not in listed.locator("td:nth-child(2)").all_inner_texts()
        page.get_by_role("button", name="Swap").click()
        first = f"{-100 * wanted.loc['lexical', 'difference']:+.1f}".replace("-", "−")
        page.locator("#compare-out").get_by_text(first).first.wait_for()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_a_phone(browser: Any, board: Board, tmp_path: Path, name: str) -> None:
    changed = board
    for slug in ("made-001--v1", "made-002--v1"):
        entry = changed.entries[slug]
        card = entry.card.model_copy(update={"name": LONG, "family": LONG, "authors": [LONG], "description": LONG})
        changed = replace(changed, entries={**changed.entries, slug: replace(entry, card=card)})
    build_site(changed, tmp_path / "out")
    with (
        serving(tmp_path / "out", port=0) as address,
        opened(browser, f"{address}{name}", viewport={"width": 390, "height": 844}) as page,
    ):
        page.wait_for_load_state("networkidle")
        for _ in range(6):
            page.mouse.wheel(0, 2_000)
            page.wait_for_timeout(80)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_text_stands_out_from_its_ground(browser: Any, address: str, name: str, scheme: str) -> None:
    """Contrast of at least 4.5 : 1, as WCAG 2.2 asks for text of this size (success criterion 1.4.3, level AA)."""
    with opened(browser, f"{address}{name}", color_scheme=scheme) as page:
        page.wait_for_load_state("networkidle")
        assert page.evaluate(CONTRAST) == []


CONTRAST = """() => {
  const channels = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const linear = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
    const [x, y, z] = [r, g, b].map(linear);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const found = channels(getComputedStyle(each).backgroundColor);
      if (found.length < 4 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll("body *:not(svg *):not(script):not(option):not(:disabled)")) {
    const own = [...element.childNodes].some((each) => each.nodeType === 3 && each.textContent.trim());
    if (!own || !element.checkVisibility({ visibilityProperty: true })) continue;
    const [a, b] = [light(channels(getComputedStyle(element).color)), light(ground(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) faint.push(`${element.tagName}.${element.className} ${contrast.toFixed(2)}`);
  }
  return [...new Set(faint)];
}"""


def test_text_of_a_card_does_not_run(browser: Any, board: Board, tmp_path: Path) -> None:
    entry = board.entries["made-002--v1"]
    card = entry.card.model_copy(update={"name": HOSTILE, "family": HOSTILE, "description": HOSTILE})
    build_site(replace(board, entries={**board.entries, entry.slug: replace(entry, card=card)}), tmp_path / "out")
    with serving(tmp_path / "out", port=0) as address:
        for name in PAGES:
            with opened(browser, f"{address}{name}") as page:
                page.wait_for_load_state("networkidle")
                if name != "about.html":
                    assert "<script>window.taken=1</script>" in page.locator("main").inner_text()
                page.mouse.wheel(0, 3_000)
                page.wait_for_timeout(150)
                assert page.evaluate("window.taken") is None


def test_the_pages_work_from_a_disk(browser: Any, site: Path, tmp_path: Path) -> None:
    shutil.copytree(site, tmp_path / "a folder")
    with opened(browser, (tmp_path / "a folder" / "learners" / "made-002--v1.html").as_uri()) as page:
        open_items(page)
        assert hear(page) == pytest.approx(0.25, abs=0.01)
        page.get_by_role("link", name="Compare with another learner").click()
        page.locator("#compare-form [name=b]").select_option("made-001--v1")
        page.get_by_role("heading", name="Overall").wait_for()
        page.get_by_role("link", name="Leaderboard", exact=True).click()
        page.get_by_role("button", name="Lexical").click()
        page.locator("#amounts svg[aria-label]").wait_for()


FOCUSED = """() => {
  const { activeElement } = document;
  return activeElement.closest("th[data-sort]")?.dataset.sort ?? activeElement.name ?? activeElement.tagName;
}"""


def test_a_keyboard_reaches_everything(browser: Any, address: str) -> None:
    with opened(browser, address) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        reached = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            reached.add(page.evaluate(FOCUSED))
        assert {"q", "modality", "domain", "rank", "name", "lexical", "syntactic", "mean"} <= reached
        unnamed = page.eval_on_selector_all(
            "button, input, select, a[href]",
            "all => all.filter((e) => !(e.ariaLabel || e.labels?.length || e.textContent.trim()))"
            ".map((e) => e.outerHTML)",
        )
        assert unnamed == []
