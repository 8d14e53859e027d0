"""Serving: the pages of the submissions as they are, built again when one changes."""

import http.client
import socket
import threading
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from babyslm.leaderboard.board.board import Board
from babyslm.leaderboard.board.gather import gather
from babyslm.leaderboard.site.serve import serve, serving
from babyslm.verify.results.site import PortTakenError, SiteIsWatchedError
from tests.leaderboard import made

pytest.importorskip("watchfiles", reason="watchfiles is not installed: pip install 'babyslm[site]'")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def page_with(address: str, text: str) -> str:
    """Wait until the front page holds a text."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            page = urlopen(address, timeout=5).read().decode("utf-8")
        except OSError:
            page = ""
        if text in page:
            return str(page)
        time.sleep(0.1)
    raise AssertionError(f"{address} never showed {text!r}")


def test_a_new_submission_appears_and_a_broken_one_does_no_harm(tmp_path: Path) -> None:
    stimuli = made.make_set(tmp_path / "set", words=4, pairs=6)
    registry = made.make_registry(tmp_path / "leaderboard", stimuli)
    submissions = tmp_path / "leaderboard" / "submissions"
    made.make_submission(submissions, stimuli, 1)
    port, stop = free_port(), threading.Event()
    thread = threading.Thread(
        target=serve,
        args=(lambda: gather(submissions, registry), [submissions], tmp_path / "site"),
        kwargs={"port": port, "stop": stop},
    )
    thread.start()
    try:
        address = f"http://127.0.0.1:{port}/"
        assert "Made learner 2" not in page_with(address, "Made learner 1")
        time.sleep(0.5)  # the watch begins after the first page is there
        made.make_submission(submissions, stimuli, 2)
        page_with(address, "Made learner 2")
        (submissions / "made-001" / "v1" / "card.yaml").write_text("name: [", encoding="utf-8")
        page_with(address, "1 learner")
        assert "is not valid YAML" in page_with(f"{address}about.html", "refused and not shown")
    finally:
        stop.set()
        thread.join(timeout=30)
    assert not thread.is_alive()


def test_the_site_may_not_lie_in_what_is_watched(tmp_path: Path) -> None:
    with pytest.raises(SiteIsWatchedError, match="every build would start another"):
        serve(lambda: Board({}, {}), [tmp_path], tmp_path / "submissions" / "site", port=0)
    assert list(tmp_path.iterdir()) == []


def test_only_files_of_the_site_are_served(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "page.html").write_text("here")
    (tmp_path / "secret.txt").write_text("there")
    with serving(tmp_path / "site", port=0) as address:
        with urlopen(f"{address}page.html", timeout=5) as answer:
            assert answer.read() == b"here"
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
        with pytest.raises(HTTPError, match="404"):
            urlopen(address, timeout=5)  # a folder is not listed
        connection = http.client.HTTPConnection("127.0.0.1", int(address.split(":")[2].strip("/")), timeout=5)
        connection.request("GET", "/../secret.txt")
        assert connection.getresponse().status == 404
        connection.close()


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with (
        serving(tmp_path, port=0) as address,
        pytest.raises(PortTakenError, match="choose another --port"),
        serving(tmp_path, port=int(address.split(":")[2].strip("/"))),
    ):
        pass
