"""The pages as files: whole or not at all, the same every time, and safe whatever a card says."""

import csv
import io
import json
import re
import signal
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from babyslm.leaderboard.board.board import Board, Estimate
from babyslm.leaderboard.board.gather import gather
from babyslm.leaderboard.site import build as build_module
from babyslm.leaderboard.site import build_site
from babyslm.leaderboard.site.figures import amount, strip
from babyslm.leaderboard.site.sounds import SAFE_NAME
from babyslm.verify.results.site import NotASiteError
from tests.leaderboard import made

HOSTILE = '</script><script>window.taken=1</script><img src=x onerror="window.taken=1">'


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Board:
    folder = tmp_path_factory.mktemp("board")
    stimuli = made.make_set(folder / "set", words=8, pairs=9, sound=6)
    registry = made.make_registry(folder / "leaderboard", stimuli)
    made.make_submissions(folder / "leaderboard" / "submissions", stimuli, 6)
    return gather(folder / "leaderboard" / "submissions", registry)


@pytest.fixture(scope="module")
def site(board: Board, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_site(board, tmp_path_factory.mktemp("site") / "out").parent


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Tags(HTMLParser):
    """Collects tags with their attributes, and the text of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script" and data.strip():
            self.scripts.append(data)


def received(path: Path) -> dict[str, object]:
    """Read a data file as the browser does."""
    text = path.read_text(encoding="utf-8")
    found = re.fullmatch(r'babyslm\.receive\("[^"]+",(.*)\);\n', text, re.DOTALL)
    assert found
    value: dict[str, object] = json.loads(found[1])
    return value


def with_card(board: Board, slug: str, **changes: object) -> Board:
    """Put a text into a card past the checks of the card: the pages must not rely on them."""
    entry = board.entries[slug]
    card = entry.card.model_copy(update=changes)
    return replace(board, entries={**board.entries, slug: replace(entry, card=card)})


def test_the_same_board_gives_the_same_bytes(board: Board, site: Path, tmp_path: Path) -> None:
    build_site(board, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(site)


def test_every_link_leads_to_a_file(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) == 3 + 3 + 8  # index, compare, about; the other tracks; learners and their revisions
    for page in pages:
        for tag, attributes in Tags(page.read_text(encoding="utf-8")).tags:
            for name in ("href", "src"):
                target = (attributes.get(name) or "").split("#")[0].split("?")[0]
                if target and not target.startswith("data:"):
                    assert "://" not in target, (page, tag, target)
                    assert (page.parent / unquote(target)).is_file(), (page, tag, target)


def test_every_page_forbids_what_it_does_not_need(site: Path) -> None:
    for page in site.rglob("*.html"):
        found = Tags(page.read_text(encoding="utf-8"))
        policy = next(a["content"] for t, a in found.tags if t == "meta" and "http-equiv" in a)
        assert policy is not None
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not [a for t, a in found.tags if any(name.startswith("on") or name == "style" for name in a)]
        assert all("src" in a or a.get("type") == "application/json" for t, a in found.tags if t == "script")


def test_text_of_a_card_stays_text(board: Board, tmp_path: Path) -> None:
    slug = next(iter(board.entries))
    hostile = with_card(board, slug, name=HOSTILE, family=HOSTILE, description=HOSTILE)
    clean = build_site(board, tmp_path / "clean").parent
    dirty = build_site(hostile, tmp_path / "dirty").parent
    for name in ("index.html", "compare.html", f"learners/{slug}.html"):
        before, after = (Tags((folder / name).read_text(encoding="utf-8")) for folder in (clean, dirty))
        assert [tag for tag, _ in before.tags] == [tag for tag, _ in after.tags]
        for script in after.scripts:
            json.loads(script)
    assert received(dirty / "data" / "learners" / f"{slug}.js")["slug"] == slug


def test_only_web_addresses_become_links(board: Board, tmp_path: Path) -> None:
    slug = next(iter(board.entries))
    for address, linked in (("https://example.org/code", True), ("javascript:alert(1)", False), ("//host/x", False)):
        build_site(with_card(board, slug, url=address), tmp_path / "out")
        text = (tmp_path / "out" / "learners" / f"{slug}.html").read_text(encoding="utf-8")
        assert (address in [a.get("href") for _, a in Tags(text).tags]) is linked
        assert address in text


def test_a_spreadsheet_takes_no_text_for_a_formula(board: Board, tmp_path: Path) -> None:
    slug = next(iter(board.entries))
    build_site(with_card(board, slug, name="=HYPERLINK(1)"), tmp_path / "out")
    track = next(iter(board.tracks))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out" / "data" / f"{track}.csv").read_text(encoding="utf-8"))))
    assert next(row["name"] for row in rows if row["slug"] == slug) == "'=HYPERLINK(1)"


def test_downloads_hold_the_figures_of_the_board(board: Board, site: Path) -> None:
    whole = json.loads((site / "data" / "board.json").read_text(encoding="utf-8"))
    stored = {entry["slug"]: entry["standings"] for entry in whole["entries"]}
    for track in board.tracks:
        text = (site / "data" / f"{track}.csv").read_text(encoding="utf-8")
        rows = {row["slug"]: row for row in csv.DictReader(io.StringIO(text))}
        entered = {slug: entry for slug, entry in board.entries.items() if track in entry.standings}
        assert set(rows) == set(entered)
        for slug, entry in entered.items():
            for measure, standing in entry.standings[track].items():
                assert float(rows[slug][f"{measure}_value"]) == standing.estimate.value
                assert int(rows[slug][f"{measure}_rank"]) == standing.rank
                assert stored[slug][track][measure]["low"] == standing.estimate.low


def test_the_data_of_the_pages_repeat_the_official_accuracy(board: Board, site: Path) -> None:
    for slug, entry in board.entries.items():
        tables = received(site / "data" / "learners" / f"{slug}.js")["tables"]
        for track, task in entry.scores:
            verdicts = tables[f"{track}.{task}"]["verdicts"]  # type: ignore[index]
            rows: dict[str, list[int]] = received(site / "data" / "tables" / f"{track}.{task}.js")["rows"]  # type: ignore[assignment]
            heard: dict[int, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
            for item, voice, mark in zip(rows["item"], rows["voice"], verdicts, strict=True):
                if mark != "-":
                    heard[item][voice].append(int(mark) / 2)
            by_item = [
                sum(sum(each) / len(each) for each in voices.values()) / len(voices) for voices in heard.values()
            ]
            assert sum(by_item) / len(by_item) == pytest.approx(entry.standings[track][task].estimate.value)


def test_sounds_lie_beside_the_pages_only_if_wanted(board: Board, site: Path, tmp_path: Path) -> None:
    track = next(key for key in board.tracks if key.endswith("test.clean"))
    table = received(site / "data" / "tables" / f"{track}.lexical.js")
    rows: dict[str, list[str]] = table["rows"]  # type: ignore[assignment]
    named = {name for name, mark in zip(rows["goodName"], rows["goodSound"], strict=True) if mark == "w"}
    assert named
    assert all((site / str(table["sounds"]) / f"{name}.wav").stat().st_size > 1_000 for name in named)
    build_site(board, tmp_path / "silent", sound=False)
    assert not (tmp_path / "silent" / "sounds").exists()
    assert received(tmp_path / "silent" / "data" / "tables" / f"{track}.lexical.js")["sounds"] is None


def test_only_names_that_stay_in_their_folder_become_sounds() -> None:
    kept = ["aren't-adam", "aʊ_l_ɪ-emma", "what?-ben", "a.b"]
    assert [
        name for name in [*kept, "../x", "a/b", "a\\b", ".hidden", "", "a\0b"] if SAFE_NAME.fullmatch(name)
    ] == kept


def test_a_board_without_entries_has_pages(tmp_path: Path) -> None:
    page = build_site(Board({}, {}), tmp_path / "out")
    assert "No submissions yet" in page.read_text(encoding="utf-8")
    assert (tmp_path / "out" / "compare.html").is_file()


def test_a_folder_that_is_no_site_is_left_alone(board: Board, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("chapter 1")
    with pytest.raises(NotASiteError, match="left unchanged"):
        build_site(board, tmp_path)
    with pytest.raises(NotASiteError):
        build_site(board, tmp_path / "thesis.tex")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_failed_build_leaves_the_earlier_site(board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_site(board, tmp_path / "out")
    before = contents(tmp_path / "out")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(build_module, "learner_page", fail)
    with pytest.raises(Exception, match="No space left"):
        build_site(board, tmp_path / "out")
    assert contents(tmp_path / "out") == before
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["out"]


@pytest.mark.slow
def test_a_killed_build_leaves_the_earlier_site_and_is_swept_up(board: Board, tmp_path: Path) -> None:
    build_site(Board({}, {}), tmp_path / "out")
    before = contents(tmp_path / "out")
    script = (
        "import sys, time; from pathlib import Path; from babyslm.leaderboard.board.board import Board;"
        "from babyslm.leaderboard.site import build as b; write = b._write;"
        "b._write = lambda *a, **k: (write(*a, **k), time.sleep(60));"
        "b.build_site(Board({}, {}), Path(sys.argv[1]))"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "out")])
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob(".out.*.partial/about.html")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert contents(tmp_path / "out") == before
    assert list(tmp_path.glob(".out.*.partial"))
    build_site(board, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["out"]


def test_a_strip_puts_figures_where_they_belong() -> None:
    drawn = dict(re.findall(r'class="(\w+)" x1="([\d.]+)"', strip(Estimate(0.7, 0.6, 0.8), 0.4, 0.55)))
    assert {name: float(at) for name, at in drawn.items()} == {
        "track": 0,
        "range": 33.3,
        "chance": 16.7,
        "floor": 25.0,
        "dot": 50.0,
    }
    assert "range" not in strip(Estimate(0.7, None, None), 0.4)


def test_amounts_are_short_and_never_wrong_by_rounding_up_a_unit() -> None:
    written = {3: "3", 999.7: "999.7", 1_024: "1,024", 9_999.9: "10k", 20_000: "20k", 999_999: "1M", 3e12: "3,000G"}
    assert {value: amount(value) for value in written} == written
