"""What a worker does in the tests."""

import os
import signal
from pathlib import Path

from babyslm.verify.results.evaluation import NoPlaceError


def die(task: int) -> int:
    os._exit(3)


def double(task: int) -> int:
    return 2 * task


def process(task: int) -> int:
    return os.getpid()


def own(start: int) -> list[int]:
    """What a worker keeps: its own process and a number."""
    return [os.getpid(), start]


def add(state: list[int], number: int) -> tuple[int, int]:
    return state[1] + number, state[0]


def die_once(marker: str, number: int) -> int:
    """Kill the worker at the third task, the first time that it comes up."""
    path = Path(marker)
    if number == 3 and not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * 10


def die_always(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def refuse(number: int) -> int:
    raise NoPlaceError if number == 2 else ZeroDivisionError
