"""What a fresh process does in the tests; it imports nothing, so that the process starts at once."""

import os


def die(task: int) -> int:
    os._exit(3)


def double(task: int) -> int:
    return 2 * task


def process(task: int) -> int:
    return os.getpid()
