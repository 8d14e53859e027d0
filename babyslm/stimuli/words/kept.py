"""The lexicon that a set was built from, kept in the set's folder: an audit judges by it, wherever the set is."""

import gzip
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from babyslm.files import atomic_file, sha256_file
from babyslm.stimuli.card import StimulusCard
from babyslm.verify.stimuli.sets import LexiconChangedError

__all__ = ["LEXICON_NAME", "KeptLexicon", "keep_lexicon", "kept_lexicon", "read_kept_lexicon"]

LEXICON_NAME = "lexicon.tsv.gz"
COLUMNS = ("phones", "word", "frequency", "age_band")


@dataclass(frozen=True)
class KeptLexicon:
    """Words with what n-grams and neighbourhoods need of them.

    :param table: `phones`, `word`, `frequency` (empty where nobody counted) and `age_band`.
    """

    table: pd.DataFrame = field(repr=False)

    def words(self) -> pd.DataFrame:
        """Return the distinct phone strings, as `Lexicon.words` does."""
        return self.table


def keep_lexicon(words: pd.DataFrame, folder: Path) -> dict[str, str]:
    """Write the words of a lexicon beside the tables of a set, as tab-separated text, compressed.

    :param words: as `Lexicon.words` gives them.
    :param folder: the root of the set.
    :returns: the checksum of the file by its name, for the card.
    """
    path = folder / LEXICON_NAME
    text = (
        words.reindex(columns=list(COLUMNS)).sort_values("phones").to_csv(sep="\t", index=False, lineterminator="\n")
    )
    with atomic_file(path) as temporary:
        # Without name and time in its header, the file depends on its content alone.
        temporary.write_bytes(gzip.compress(text.encode("utf-8"), mtime=0))
    return {LEXICON_NAME: sha256_file(path)}


def kept_lexicon(card: StimulusCard | None, folder: Path | None) -> KeptLexicon | None:
    """Read the lexicon that a set keeps; None for a set that keeps none.

    :param card: the set's card, which holds the checksum; without a card nothing is read.
    :param folder: the root of the set.
    """
    checksum = card.sha256.get(LEXICON_NAME) if card is not None else None
    if folder is None or checksum is None:
        return None
    return read_kept_lexicon(folder / LEXICON_NAME, checksum)


def read_kept_lexicon(path: Path, checksum: str) -> KeptLexicon:
    """Read the lexicon that a set keeps.

    :param path: the file.
    :param checksum: its SHA-256.
    :raises LexiconChangedError: if the file is another one.
    """
    if not path.is_file() or sha256_file(path) != checksum:
        raise LexiconChangedError(path)
    table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False, compression="gzip", quoting=3)
    frequency = pd.to_numeric(table["frequency"].where(table["frequency"] != "")).astype("Int64")
    return KeptLexicon(table.assign(frequency=frequency))
