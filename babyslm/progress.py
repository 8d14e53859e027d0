"""Progress bars on a terminal (none in a pipe), notices, and side effects whose failure is a warning."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager, suppress
from typing import Protocol, TypeVar

from babyslm.verify.errors import visible

__all__ = ["Bar", "bar", "notice", "reason_of", "side_effect", "track"]

T = TypeVar("T")

DISTRIBUTIONS = {"vl_convert": "vl-convert-python"}
"""Packages whose distribution name differs from their import name."""

LONGEST = 500
"""Largest number of characters of a reason."""


class Bar(Protocol):
    """Interface of a progress bar for a running task."""

    def advance(self, steps: float = 1) -> None:
        """Advance by a number of steps."""

    def describe(self, text: str) -> None:
        """Replace the label of the bar."""


class _Silent:
    def advance(self, steps: float = 1) -> None: ...

    def describe(self, text: str) -> None: ...


class _Rich:
    """A bar of rich. Nothing depends on it: after its first failure it stays away, and the work continues."""

    def __init__(self, description: str, total: float | None) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self.progress: Progress | None = Progress(*columns, console=Console(stderr=True), transient=True)
        self.task = self.progress.add_task(description, total=total)
        self.progress.start()

    def advance(self, steps: float = 1) -> None:
        if self.progress is not None and not _shown(self.progress.advance, self.task, steps):
            self.close()

    def describe(self, text: str) -> None:
        if self.progress is not None and not _shown(self.progress.update, self.task, description=text):
            self.close()

    def close(self) -> None:
        ended, self.progress = self.progress, None
        if ended is not None:
            with suppress(Exception):
                ended.stop()


def _shown(call: Callable[..., object], *arguments: object, **options: object) -> bool:
    """Call what changes the bar; return whether that succeeded."""
    failed = True
    with side_effect("draw the progress bar"):
        call(*arguments, **options)
        failed = False
    return not failed


@contextmanager
def bar(description: str, total: float | None) -> Iterator[Bar]:
    """Show a progress bar on standard error while the block runs, if standard error is a terminal.

    If the bar cannot be drawn, one warning line is printed and the block still runs.

    :param description: label of the bar.
    :param total: number of steps, or None if unknown.
    """
    drawn: _Rich | None = None
    if _terminal():
        with side_effect("draw the progress bar"):
            drawn = _Rich(description, total)
    try:
        yield drawn or _Silent()
    finally:
        if drawn is not None:
            drawn.close()


def _terminal() -> bool:
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):  # none, or closed
        return False


def track(items: Iterable[T], description: str, total: int | None = None) -> Iterator[T]:
    """Yield the items and advance a progress bar after each."""
    size = total if total is not None else (len(items) if isinstance(items, Sized) else None)
    with bar(description, size) as progress:
        for item in items:
            yield item
            progress.advance()


def notice(text: str) -> None:
    """Print one line on standard error; without a standard error nothing is printed."""
    with suppress(OSError, ValueError):
        print(text, file=sys.stderr)  # noqa: T201  # the only output besides results


@contextmanager
def side_effect(what: str) -> Iterator[None]:
    """Run a block on which no result depends, such as drawing; a failure prints one warning line and is ignored.

    :param what: what the block does, as it follows "could not": `write loss.svg`.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001  # whatever fails here must not cost the result
        notice(f"warning: could not {what}: {reason_of(error)}")
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a failure inside a Rust library, such as vl-convert
            raise
        notice(f"warning: could not {what}: {reason_of(error)}")


def reason_of(error: BaseException) -> str:
    """Return the reason of a failure on one line; for a missing package, how to install it.

    :param error: the exception.
    """
    if isinstance(error, ModuleNotFoundError) and error.name:
        package = error.name.partition(".")[0]
        package = DISTRIBUTIONS.get(package, package)
        return f"the package {package} is not installed; install it with: pip install {package}"
    lines = str(error).strip().splitlines()
    return visible(lines[0] if lines else type(error).__name__, LONGEST)
