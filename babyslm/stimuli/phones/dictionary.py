"""Pronunciation dictionaries in CMUdict's text format, mapped to a phone set."""

import re
from functools import lru_cache
from pathlib import Path

from babyslm.stimuli.phones.phone_set import PhoneSet
from babyslm.verify.stimuli.lexicon import DictionaryError, UnknownPhoneError

__all__ = ["read_dictionary", "read_pronunciations"]

VARIANT = re.compile(r"\(\d+\)$")
COMMENT = ";;;"


def read_dictionary(path: Path, phone_set: PhoneSet) -> dict[str, str]:
    """Read lines `WORD PHONE PHONE ...`; return the first pronunciation of each lower-case word, in phones of the set.

    :param path: the dictionary, in UTF-8, or in Latin-1 as in old releases of CMUdict.
    :param phone_set: a phone set with an ARPAbet table.
    :raises DictionaryError: if the file cannot be read or mapped.
    """
    if not phone_set.arpabet:
        raise DictionaryError(
            path, 0, f"the phone set of {phone_set.language} has no ARPAbet table, so a dictionary cannot be used"
        )
    try:
        modified = path.stat().st_mtime_ns
    except OSError as error:
        raise DictionaryError(path, 0, f"cannot be read ({error.strerror})") from error
    return _read(path, phone_set, modified)


@lru_cache(maxsize=8)
def _read(path: Path, phone_set: PhoneSet, modified: int) -> dict[str, str]:
    del modified  # part of the cache key: an edited dictionary is read again
    entries: dict[str, str] = {}
    for word, phones in read_pronunciations(path, phone_set):
        entries.setdefault(word, phones)
    return entries


def read_pronunciations(path: Path, phone_set: PhoneSet) -> list[tuple[str, str]]:
    """Read every pronunciation of every word, in the order of the file.

    :param path: the dictionary; UTF-8, or Latin-1 as old releases of CMUdict are.
    :param phone_set: a phone set with an ARPAbet table.
    """
    entries = []
    for number, line in enumerate(_lines(path), start=1):
        if line.startswith(COMMENT) or not line.strip():
            continue
        word, *symbols = line.partition("#")[0].split() or [""]
        if not symbols:
            raise DictionaryError(path, number, "contains a word without phones; expected WORD PHONE PHONE ...")
        word = VARIANT.sub("", word).lower()
        if word[:1].isalnum():
            try:
                entries.append((word, phone_set.fold_arpabet(symbols, word)))
            except UnknownPhoneError as error:
                raise DictionaryError(path, number, str(error)) from error
    if not entries:
        raise DictionaryError(path, 0, "contains no word; expected lines of WORD PHONE PHONE ...")
    return entries


def _lines(path: Path) -> list[str]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DictionaryError(path, 0, f"cannot be read ({error.strerror})") from error
    try:
        return content.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        return content.decode("latin-1").splitlines()
