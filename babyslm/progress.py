"""Progress bars on a terminal; no output in a pipe."""

import sys
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import Protocol, TypeVar

__all__ = ["Bar", "bar", "notice", "track"]

T = TypeVar("T")


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
    def __init__(self, progress: object, task: object) -> None:
        self.progress, self.task = progress, task

    def advance(self, steps: float = 1) -> None:
        self.progress.advance(self.task, steps)  # type: ignore[attr-defined]

    def describe(self, text: str) -> None:
        self.progress.update(self.task, description=text)  # type: ignore[attr-defined]


@contextmanager
def bar(description: str, total: float | None) -> Iterator[Bar]:
    """Show a progress bar on standard error while the block runs, if standard error is a terminal.

    :param description: label of the bar.
    :param total: number of steps, or None if unknown.
    """
    if not sys.stderr.isatty():
        yield _Silent()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield _Rich(progress, progress.add_task(description, total=total))


def track(items: Iterable[T], description: str, total: int | None = None) -> Iterator[T]:
    """Yield the items and advance a progress bar after each."""
    size = total if total is not None else (len(items) if isinstance(items, Sized) else None)
    with bar(description, size) as progress:
        for item in items:
            yield item
            progress.advance()


def notice(text: str) -> None:
    """Print one line for the user on standard error."""
    print(text, file=sys.stderr)  # noqa: T201  # the only output besides results
