"""Kill a Ray worker of this process without warning, once something has happened."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil

PATIENCE = 240.0
"""Seconds that are waited for what should happen."""


def workers() -> list[psutil.Process]:
    """Return the processes of the actors that were started from here."""
    found = []
    for each in psutil.Process().children(recursive=True):
        try:
            if each.name().startswith("ray::_Worker") or (each.cmdline() or [""])[0].startswith("ray::_Worker"):
                found.append(each)
        except psutil.Error:  # gone meanwhile
            continue
    return found


@contextmanager
def killed_when(*happened: Callable[[], bool]) -> Iterator[list[int]]:
    """Kill one worker after another, each as soon as its condition holds, while the block runs.

    :returns: the processes that were killed; as many as there are conditions when the block ends.
    """
    killed: list[int] = []
    stop = threading.Event()

    def watch() -> None:
        for condition in happened:
            end = time.monotonic() + PATIENCE
            while time.monotonic() < end and not stop.is_set():
                there = workers() if condition() else []
                if there:
                    os.kill(there[0].pid, signal.SIGKILL)
                    killed.append(there[0].pid)
                    break
                stop.wait(0.01)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield killed
    finally:
        stop.set()
        thread.join()
