"""`babyslm leaderboard serve`: the pages on a local server, rebuilt when a submission changes."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from babyslm.leaderboard.board.board import Board
from babyslm.leaderboard.site.build import build_site
from babyslm.progress import notice
from babyslm.verify.errors import BabySLMError
from babyslm.verify.results.site import PortTakenError, WatchingNeedsExtraError, verify_not_watched

__all__ = ["HOST", "PORT", "serve", "serving"]

HOST = "127.0.0.1"
PORT = 8000


def serve(
    make_board: Callable[[], Board],
    watched: Sequence[Path],
    out: Path,
    *,
    host: str = HOST,
    port: int = PORT,
    sound: bool = True,
    stop: threading.Event | None = None,
) -> None:
    """Build the site, serve it, and rebuild it after every change of a watched file, until interrupted.

    If a change cannot be built, a notice is shown and the pages stay unchanged.

    :param make_board: computes the board from the current files.
    :param watched: folders and files; absent ones are ignored.
    :param out: folder of the site.
    :param host: address to listen on; default only this machine.
    :param port: port; 0 chooses a free one.
    :param sound: include the sound of the stimuli.
    :param stop: event that ends the server; without it Ctrl-C does.
    """
    try:
        from watchfiles import watch
    except ImportError as error:
        raise WatchingNeedsExtraError from error
    verify_not_watched(out, watched)
    there = [path for path in watched if path.exists()]
    build_site(make_board(), out, sound=sound)
    with serving(out, host=host, port=port) as address:
        notice(f"{address} shows the leaderboard; press Ctrl-C to stop")
        for _ in watch(*there, stop_event=stop, raise_interrupt=False):
            try:
                build_site(make_board(), out, sound=sound)
            except BabySLMError as error:
                notice(f"not rebuilt: {error}")
            else:
                notice("rebuilt")


@contextmanager
def serving(folder: Path, *, host: str = HOST, port: int = PORT) -> Iterator[str]:
    """Serve a folder in the background inside the block, and yield its address.

    :param folder: the site; it may be replaced during this time.
    :param host: address to listen on.
    :param port: port; 0 chooses a free one.
    """
    try:
        server = ThreadingHTTPServer((host, port), partial(_Handler, directory=str(folder.absolute())))
    except (OSError, OverflowError) as error:
        raise PortTakenError(host, port, str(error)) from error
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(SimpleHTTPRequestHandler):
    """Serves files only: no directory listings, no log, no caching in the browser."""

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        super().end_headers()

    def list_directory(self, path: object) -> None:  # noqa: ARG002  # the base class passes it
        """Refuse to list a folder."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is the base class's
        """Suppress the log."""
