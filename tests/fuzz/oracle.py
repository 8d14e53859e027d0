"""What a reader may do with any bytes: give a value, or a named error in one line that tells the file."""

import time
from pathlib import Path

from babyslm.verify.errors import BabySLMError
from tests.fuzz.targets import Target

LONGEST = 20_000
"""Characters of a message that people can still be shown."""


class Broken(AssertionError):
    """A reader did something that it must not do."""


def hold(target: Target, content: bytes, folder: Path) -> BabySLMError | None:
    """Let a reader read, and return the error that it names, or None where it takes the bytes.

    :param target: the reader.
    :param content: what it reads.
    :param folder: where the file is written.
    :raises Broken: for an error of another kind, for one that is not one line or does not name its file, and for a
        reader that takes too long. A crash of the interpreter is seen from outside.
    """
    path = folder / target.file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    begun = time.process_time()
    named = None
    try:
        target.read(path)
    except BabySLMError as error:
        named = error
    except BaseException as error:  # a panic of a library that is not written in Python is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raise Broken(f"{type(error).__name__} came out: {error!s:.300}") from error
    if (took := time.process_time() - begun) > target.seconds:
        raise Broken(f"took {took:.1f} s of processor time")
    if named is not None:
        message = str(named)
        if not message.isprintable():
            raise Broken(f"the message is not one line of visible characters: {message!r:.300}")
        if path.name not in message:
            raise Broken(f"the message does not name the file: {message:.300}")
        if len(message) > LONGEST:
            raise Broken(f"the message has {len(message)} characters")
    return named
