"""A real browser for the tests of the pages, watched: what it logs, and what it asks of other hosts."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

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

CHROMIUM = os.environ.get("BABYSLM_CHROMIUM") or shutil.which("chromium")


@contextmanager
def launched() -> Iterator[Any]:
    """Start the browser with a fresh profile; skip, with a notice, where there is none."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install 'babyslm[dev]'")
    if CHROMIUM is None:
        pytest.skip("no chromium: install Debian's package chromium, or name one in BABYSLM_CHROMIUM")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Watched:
    """What happened in the pages of one test.

    :param said: console messages worse than a note, and uncaught errors.
    :param asked: addresses outside the site.
    :param got: status by path of what the site gave.
    """

    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    got: dict[str, int] = field(default_factory=dict)


@contextmanager
def opened(browser: Any, address: str, **options: Any) -> Iterator[Any]:
    """Open a page, and hold after the test that it logged no error and asked no other host.

    :param browser: from `launched`.
    :param address: first page.
    :param options: of the browser's context, such as `viewport` or `color_scheme`.
    """
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
    page = context.new_page()
    page.set_default_timeout(20_000)
    watched = Watched()
    host = urlsplit(address).netloc
    page.on("console", lambda m: watched.said.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: watched.said.append(str(error)))
    page.on("request", lambda r: _ask(watched, r.url, host))
    page.on("response", lambda r: watched.got.update({urlsplit(r.url).path: r.status}))
    page.goto(address)
    page.watched = watched
    yield page
    context.close()
    assert watched.said == []
    assert watched.asked == []
    assert [path for path, status in watched.got.items() if status >= 400] == []


def _ask(watched: Watched, address: str, host: str) -> None:
    parts = urlsplit(address)
    if parts.scheme not in ("data", "blob") and parts.netloc != host:
        watched.asked.append(address)
