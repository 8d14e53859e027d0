"""Training lines of a text learner, read from a prepared corpus, a table of utterances or a text file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import pandas as pd

from babyslm.corpora.childes.prepare import clean_gloss
from babyslm.corpora.corpus import TABLE_NAME, load_corpus
from babyslm.corpora.parquet import read_parquet
from babyslm.files import sha256_file
from babyslm.models.symbols.vocabulary import SymbolKind
from babyslm.seeds import generator
from babyslm.stimuli.phones.pronunciation import phonemize
from babyslm.stimuli.stimulus import phone_words
from babyslm.verify.corpora.tables import CorpusFormatError
from babyslm.verify.documents import NoSuchFileError
from babyslm.verify.learners.recipes import (
    LineFormatError,
    NoSentencesError,
    NoTrainingColumnError,
    TooFewSentencesError,
)

__all__ = ["Grain", "Lines", "held_out", "read_lines"]

Grain = Literal["utterances", "words"]
"""Grain of the sequences: whole utterances or isolated words."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class Lines:
    """The training sequences of a corpus.

    :param lines: phone strings, sentences or unit numbers, one sequence each.
    :param source: the file they were read from.
    :param sha256: checksum of that file.
    """

    lines: list[str]
    source: Path
    sha256: str


def read_lines(corpus: Path, kind: SymbolKind, *, language: str = "en", grain: Grain = "utterances") -> Lines:
    """Read a corpus as the sequences that a vocabulary of the given kind needs.

    Accepted inputs: a folder with `utterances.parquet`, as written by `babyslm prepare`; a parquet or CSV table with a
    column `phones`, `text` or `gloss` (CHILDES glosses are cleaned); a text file with one sentence per line; a
    `.phones` file with one phone string per line; a `.units` file with the unit numbers of one utterance per line.
    Sentences are phonemised if the vocabulary consists of phones.

    :param corpus: folder or file.
    :param kind: kind of the vocabulary.
    :param language: language for phonemisation.
    :param grain: whole utterances or isolated words.
    """
    phonemic = kind == "phones"
    if corpus.is_dir():
        source = corpus / TABLE_NAME
        lines = _from_folder(corpus, phonemic=phonemic, language=language)
    elif not corpus.is_file():
        raise NoSuchFileError(corpus, "name a prepared corpus, a table of utterances or a text file")
    elif corpus.suffix in (".parquet", ".csv"):
        source = corpus
        lines = _from_table(_read_table(corpus), corpus, phonemic=phonemic, language=language)
    else:
        source = corpus
        lines = _from_text(corpus, kind)
        if phonemic and corpus.suffix != ".phones":
            lines = _to_phones(lines, language)
    if grain == "words":
        lines = [word for line in lines for word in _words(line, phonemic=phonemic)]
    lines = [line for line in lines if line.strip()]
    if not lines:
        raise NoSentencesError(source)
    return Lines(lines, source, sha256_file(source))


def _words(line: str, *, phonemic: bool) -> list[str]:
    return [" ".join(word) for word in phone_words(line.split())] if phonemic else line.split()


def _from_folder(folder: Path, *, phonemic: bool, language: str) -> list[str]:
    path = folder / TABLE_NAME
    if path.is_file() and "gloss" in (table := _read_table(path)):
        return _from_table(table, path, phonemic=phonemic, language=language)
    return _from_table(load_corpus(folder).utterances, path, phonemic=phonemic, language=language)


def _read_table(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return read_parquet(path, ("phones", "text", "gloss"))
    try:
        return pd.read_csv(path, dtype=str, na_filter=False)
    except (OSError, ValueError) as error:
        raise CorpusFormatError(path, " ".join(str(error).split())[:200]) from error


def _from_table(table: pd.DataFrame, path: Path, *, phonemic: bool, language: str) -> list[str]:
    if phonemic and "phones" in table and table["phones"].notna().any():
        return [str(line) for line in table["phones"].dropna()]
    if "text" in table and table["text"].notna().any():
        lines = [str(line) for line in table["text"].dropna()]
    elif "gloss" in table:
        lines = [clean_gloss(str(line)) for line in table["gloss"].dropna()]
    else:
        raise NoTrainingColumnError(
            path, ("phones", "text", "gloss") if phonemic else ("text", "gloss"), table.columns
        )
    return _to_phones(lines, language) if phonemic else lines


def _to_phones(lines: list[str], language: str) -> list[str]:
    return phonemize([line for line in lines if line.strip()], language)


def _from_text(path: Path, kind: SymbolKind) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise CorpusFormatError(path, f"is not UTF-8 text (byte {error.start})") from error
    if kind == "units":
        for number, line in enumerate(lines, start=1):
            if not all(unit.isdecimal() for unit in line.split()):
                raise LineFormatError(path, number, line, "a line of unit numbers separated by spaces")
    return lines


def held_out(items: list[Item], share: float, *, seed: int, source: Path) -> tuple[list[Item], list[Item]]:
    """Split sequences into training and held-out sequences.

    :param items: all sequences.
    :param share: proportion to hold out; 0 holds out none.
    :param seed: seed of the split.
    :param source: the corpus, named in the error if it is too small.
    """
    if share == 0:
        return items, []
    count = round(share * len(items))
    if not 1 <= count < len(items):
        raise TooFewSentencesError(source, len(items), share)
    chosen = set(generator(seed, "held out").permutation(len(items))[:count].tolist())
    return (
        [item for i, item in enumerate(items) if i not in chosen],
        [item for i, item in enumerate(items) if i in chosen],
    )
