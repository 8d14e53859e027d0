"""What was made once and is kept for later: an entry comes back as it was written, or counts as absent."""

from hashlib import sha256
from pathlib import Path

from babyslm.files import atomic_file

__all__ = ["CACHES", "keep_entry", "kept_entry"]

CACHES = {
    "babble": "voices of others talking, for acoustic conditions",
    "espeak": "links to the data of espeak-ng, beside the folder of our own voices",
    "rooms": "impulse responses of simulated rooms",
    "units": "speech units of sounds that a costly encoder has heard",
    "vega": "the plotting library, as one script for reports",
}
"""What the folders of the cache hold. Each may be deleted at any time: what is missing is made anew."""

DIGEST = sha256().digest_size


def keep_entry(path: Path, content: bytes) -> None:
    """Write an entry behind its SHA-256, whole or not at all.

    :param path: where it lies.
    :param content: what it says.
    """
    with atomic_file(path) as temporary:
        temporary.write_bytes(sha256(content).digest() + content)


def kept_entry(path: Path) -> bytes | None:
    """Return what an entry says; None where there is none, or where it is not what was written once.

    :param path: where it lies.
    """
    try:
        written = path.read_bytes()
    except OSError:
        return None
    content = written[DIGEST:]
    return content if sha256(content).digest() == written[:DIGEST] else None
