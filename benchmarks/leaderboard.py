"""Time to compute a board of a thousand synthetic submissions, and response time of its table in a browser.

    python -m benchmarks.leaderboard [--json] [--submissions 1000] [--browser /usr/bin/chromium]

Submissions are made on a small synthetic stimulus set (not timed), then read, ranked and written as pages. In the
browser, the time from a click or a typed letter to the next drawn frame is measured.
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from babyslm.leaderboard.board.gather import gather
from babyslm.leaderboard.site import build_site
from benchmarks.machine import describe
from tests.leaderboard.made import make_registry, make_set, make_submissions

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

TIMED = """async ([selector, text]) => {
  const element = document.querySelector(selector);
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  await frame();
  const start = performance.now();
  if (text === null) element.click();
  else {
    element.value = text;
    element.dispatchEvent(new Event("input", { bubbles: true }));
  }
  await frame();
  return performance.now() - start;
}"""
"""The task after a frame starts once that frame has been styled, laid out and painted."""

SORTS = ("lexical", "syntactic", "mean", "name", "hours")
SEARCHES = ("m", "made learner 1", "made family 12", "nothing of this name", "")


def build(count: int, folder: Path) -> dict[str, Any]:
    """Make submissions, and time their evaluation and the pages."""
    stimuli = make_set(folder / "set", sound=10)
    registry = make_registry(folder / "board", stimuli)
    make_submissions(folder / "board" / "submissions", stimuli, count)
    start, cpu_start = time.perf_counter(), time.process_time()
    board = gather(folder / "board" / "submissions", registry)
    gathered, cpu_gathered = time.perf_counter(), time.process_time()
    build_site(board, folder / "site")
    built, cpu_built = time.perf_counter(), time.process_time()
    files = [path for path in (folder / "site").rglob("*") if path.is_file()]
    return {
        "submissions": len(board.entries),
        "refused": len(board.refused),
        "gather_s": gathered - start,
        "pages_s": built - gathered,
        "total_s": built - start,
        # On a machine with other load, only processor time is comparable.
        "gather_cpu_s": cpu_gathered - cpu_start,
        "pages_cpu_s": cpu_built - cpu_gathered,
        "total_cpu_s": cpu_built - cpu_start,
        "files": len(files),
        "megabytes": sum(path.stat().st_size for path in files) / 1e6,
    }


def respond(page_file: Path, browser: str) -> dict[str, Any]:
    """Open the board in a browser, and time sorting and filtering."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=browser, args=ARGUMENTS)
        page = launched.new_page(viewport={"width": 1280, "height": 900})
        start = time.perf_counter()
        page.goto(page_file.as_uri(), wait_until="load")
        loaded = time.perf_counter() - start
        page.wait_for_timeout(1_000)
        sorts = [
            page.evaluate(TIMED, [f'#board th[data-sort="{name}"] button', None]) for name in SORTS for _ in range(2)
        ]
        searches = [page.evaluate(TIMED, ['#filters [name="q"]', text]) for text in SEARCHES for _ in range(2)]
        rows = page.evaluate("babyslm.data().learners.length")
        launched.close()
    return {
        "rows": rows,
        "load_ms": 1_000 * loaded,
        "sort_median_ms": statistics.median(sorts),
        "sort_most_ms": max(sorts),
        "filter_median_ms": statistics.median(searches),
        "filter_most_ms": max(searches),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=1_000)
    parser.add_argument(
        "--browser", default="/usr/bin/chromium", help="browser; if it is not found, only building is timed"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        result = {"machine": describe(), "build": build(options.submissions, place)}
        if Path(options.browser).is_file():
            result["browser"] = respond(place / "site" / "index.html", options.browser)
    if options.json:
        print(json.dumps(result, indent=2))
        return
    for part, figures in result.items():
        for name, value in figures.items():
            print(f"{part:8} {name:18} {value:,.1f}" if isinstance(value, float) else f"{part:8} {name:18} {value}")


if __name__ == "__main__":
    main()
