"""Lexicon of child-directed words: all their forms, phones and frequencies.

A lexicon is read from the shipped lists (`datasets/lexicons/child-LANG.tsv`, written for this project), from a list in
the same format, from a list of word counts, or from a corpus. Frequencies may be added from a corpus.
"""

from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import pandas as pd

from babyslm.files import sha256_file
from babyslm.resources import resource, resource_names
from babyslm.stimuli.phones.pronunciation import phonemize, pronounce
from babyslm.stimuli.words.counts import CORPUS_TABLE, count_words
from babyslm.verify.stimuli.lexicon import AGE_BANDS, LexiconFormatError, UnknownAgeBandError, verify_lexicon

__all__ = [
    "BASE",
    "ENTRY_COLUMNS",
    "LEMMA_COLUMNS",
    "Lexicon",
    "load_lexicon",
    "read_lemmas",
    "shipped_languages",
    "taboo_phones",
]

LEMMA_COLUMNS = ("word", "category", "age_band", "animacy", "gender", "frame", "forms")
ENTRY_COLUMNS = (
    "word",
    "lemma",
    "category",
    "form",
    "age_band",
    "animacy",
    "gender",
    "frame",
    "phones",
    "frequency",
    "homophones",
)
BASE = "base"
"""Name of the citation form of a lemma: singular, infinitive, masculine singular."""


CLOSED_CLASSES = ("determiner", "pronoun", "preposition", "auxiliary", "conjunction", "question", "number")
"""Categories of function words."""


@dataclass(frozen=True)
class Lexicon:
    """All surface forms of a list of words.

    :param language: two-letter code.
    :param entries: one row per surface form of a lemma, columns `ENTRY_COLUMNS`. `frequency` is that of the spelling,
        missing without a corpus; `homophones` identifies the group of words with the same phones by its representative
        in `words`.
    :param source: file from which it was read.
    :param digest: SHA-256 of that file.
    :param left_out: words of a corpus or a count list without phones -> the reason.
    """

    language: str
    entries: pd.DataFrame = field(repr=False)
    source: Path
    digest: str = field(repr=False)
    left_out: dict[str, str] = field(repr=False, default_factory=dict)

    def __len__(self) -> int:
        return len(self.entries)

    def words(self) -> pd.DataFrame:
        """Return one row per distinct phone string, sorted by phones.

        Columns: `phones`; `word`, the representative spelling (the most frequent, then the earliest acquired, then the
        alphabetically first); `spellings`, a tuple of all; `frequency`, summed over spellings; `length` in phones;
        `category` and `age_band` of the representative.
        """
        ordered = _by_preference(self.entries).drop_duplicates(["phones", "word"])
        groups = ordered.groupby("phones", sort=True)
        table = groups.first()[["word", "category", "age_band"]]
        table["frequency"] = groups["frequency"].sum(min_count=1)
        table["spellings"] = groups["word"].agg(tuple)
        table = table.reset_index()
        table["length"] = table["phones"].str.split().str.len()
        return table[["phones", "word", "spellings", "frequency", "length", "category", "age_band"]]

    def up_to(self, age_band: str) -> "Lexicon":
        """Return the lexicon of a younger child: the words up to this age band, and all function words.

        Determiners, pronouns and other function words are kept at any age, since every sentence needs them.

        :param age_band: age band such as `18-24` (months).
        :raises UnknownAgeBandError: if there is no such band.
        """
        if age_band not in AGE_BANDS:
            raise UnknownAgeBandError(age_band)
        young = self.entries["age_band"].isin(AGE_BANDS[: AGE_BANDS.index(age_band) + 1])
        if not young.any():
            raise LexiconFormatError(self.source, f"has no age bands, so words up to {age_band} are unknown")
        kept = self.entries[young | self.entries["category"].isin(CLOSED_CLASSES)]
        return replace(self, entries=_group_homophones(kept.reset_index(drop=True)))

    def forms(self, lemma: str, category: str) -> dict[str, str]:
        """Return the forms of a lemma by name, including `base`; empty if the lemma is unknown.

        :param lemma: the lemma.
        :param category: its category.
        """
        rows = self.entries[(self.entries["lemma"] == lemma) & (self.entries["category"] == category)]
        return dict(zip(rows["form"], rows["word"], strict=True))


def shipped_languages() -> list[str]:
    """Return the codes of the languages with a shipped lexicon, sorted."""
    names = resource_names("datasets", "lexicons/child-*.tsv")
    return sorted(name.removeprefix("lexicons/child-").removesuffix(".tsv") for name in names)


def load_lexicon(
    path: Path | None = None,
    *,
    language: str,
    corpus: Path | None = None,
    dictionary: Path | None = None,
    minimum_count: int = 1,
) -> Lexicon:
    """Load a lexicon.

    :param path: a list in the shipped format, a list `word<TAB>count`, or a corpus (parquet, or a folder with
        `utterances.parquet`); default: the shipped list of the language.
    :param language: two-letter code of a phone set.
    :param corpus: corpus in which frequencies are counted, in any format that `counts.count_words` reads.
    :param dictionary: a pronunciation dictionary in CMUdict's text format, preferred to espeak-ng.
    :param minimum_count: smallest count of the words of a count list or corpus.
    :raises LexiconFormatError: if the file cannot be parsed, or contains no usable word.
    """
    path = path or resource("datasets", f"lexicons/child-{language}.tsv")
    left_out: dict[str, str] = {}
    if _is_lemma_list(path):
        entries = _surface_forms(read_lemmas(path))
        entries["phones"] = phonemize(list(entries["word"]), language, dictionary=dictionary)
        entries["frequency"] = pd.array([pd.NA] * len(entries), dtype="Int64")
    else:
        counted = count_words(path, language)
        counted = counted[counted["frequency"] >= minimum_count]
        phones, faults = pronounce(counted["word"], language, dictionary=dictionary)
        left_out = {word: str(fault) for word, fault in faults.items()}
        entries = counted[counted["word"].isin(phones.keys())].reset_index(drop=True)
        entries = entries.assign(lemma=entries["word"], form=BASE, animacy="", gender="", frame="")
        entries["phones"] = entries["word"].map(phones)
    if corpus is not None:
        heard = count_words(corpus, language).set_index("word")["frequency"]
        counts = entries["word"].str.lower().map(heard).fillna(0)
        entries["frequency"] = counts.astype("Int64")
    if entries.empty:
        raise LexiconFormatError(path, "contains no usable word")
    source = path if path.is_file() else path / CORPUS_TABLE
    return Lexicon(language, _group_homophones(entries), path, sha256_file(source), left_out)


def read_lemmas(path: Path) -> pd.DataFrame:
    """Read and check a list of lemmas in the shipped format; columns `LEMMA_COLUMNS`, all text.

    :param path: the tab-separated file.
    """
    try:
        lemmas = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False, quoting=3, encoding="utf-8")
    except (UnicodeDecodeError, ValueError) as error:
        raise LexiconFormatError(path, f"cannot be read as tab-separated UTF-8 ({error})") from error
    verify_lexicon(lemmas, LEMMA_COLUMNS, path)
    return lemmas


@cache
def taboo_phones(language: str) -> frozenset[str]:
    """Return the phone strings excluded from all stimuli, from `datasets/lexicons/taboo-LANG.txt`.

    :param language: two-letter code.
    """
    path = resource("datasets", f"lexicons/taboo-{language}.txt")
    words = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    return frozenset(phonemize([word for word in words if word and not word.startswith("#")], language))


def _is_lemma_list(path: Path) -> bool:
    if not path.is_file() or path.suffix == ".parquet":
        return False
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return "forms" in file.readline().rstrip("\n").split("\t")


def _surface_forms(lemmas: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for lemma in lemmas.to_dict("records"):
        shared = {name: lemma[name] for name in ("category", "age_band", "animacy", "gender", "frame")}
        pairs = [pair.split("=", 1) for pair in str(lemma["forms"]).split(";") if pair]
        rows += [
            {"word": word, "lemma": lemma["word"], "form": form, **shared}
            for form, word in [(BASE, lemma["word"]), *pairs]
        ]
    return pd.DataFrame(rows)


def _by_preference(entries: pd.DataFrame) -> pd.DataFrame:
    """Sort the entries so that the representative of each phone string comes first, whatever the input order."""
    bands = {band: position for position, band in enumerate(AGE_BANDS)}
    keys = pd.DataFrame(
        {
            "rarity": -entries["frequency"].fillna(0).astype("int64"),
            "band": entries["age_band"].map(bands).fillna(len(bands)).astype(int),
            "derived": (entries["form"] != BASE).astype(int),
            "word": entries["word"],
            "lemma": entries["lemma"],
            "category": entries["category"],
        }
    )
    return entries.loc[keys.sort_values(list(keys.columns), kind="stable").index]


def _group_homophones(entries: pd.DataFrame) -> pd.DataFrame:
    first = _by_preference(entries).drop_duplicates("phones").set_index("phones")["word"]
    entries = entries.assign(homophones=entries["phones"].map(first))
    return entries.sort_values(["category", "lemma", "form", "word"], ignore_index=True)[list(ENTRY_COLUMNS)]
