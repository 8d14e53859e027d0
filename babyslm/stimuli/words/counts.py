"""Word frequencies, counted in a corpus table or text, or read from a word list."""

from collections import Counter
from functools import lru_cache
from pathlib import Path

import pandas as pd

from babyslm.stimuli.phones.phone_set import load_phone_set
from babyslm.stimuli.phones.pronunciation import tokenize
from babyslm.verify.parquet import read_table
from babyslm.verify.stimuli.lexicon import AGE_BANDS, LexiconColumnsError, LexiconFormatError, LexiconRowError

__all__ = ["CORPUS_TABLE", "count_words", "read_corpus_table", "words_of"]

DAYS_IN_MONTH = 30.4375
CORPUS_TABLE = "utterances.parquet"
DIGITS = 12
"""Largest number of digits of a count."""

TEXT_COLUMNS = ("text", "gloss")
AGE_COLUMNS = ("age", "target_child_age")
ROLE_COLUMNS = ("role", "speaker_role")
NOT_PEOPLE = {"media", "environment"}
UNINTELLIGIBLE = {"xxx", "yyy", "www", "xx", "yy"}
CODES = ("&", "[", "+", "0", "<", ">", "%", "*")
"""First characters of CHAT codes (events, fillers, omissions), which are not words."""

CATEGORIES = {
    "n": "noun",
    "n:prop": "name",
    "v": "verb",
    "part": "verb",
    "cop": "auxiliary",
    "aux": "auxiliary",
    "mod": "auxiliary",
    "adj": "adjective",
    "adv": "adverb",
    "adv:int": "question",
    "neg": "adverb",
    "post": "adverb",
    "pro": "pronoun",
    "pro:int": "question",
    "det": "determiner",
    "det:num": "number",
    "qn": "determiner",
    "prep": "preposition",
    "inf": "preposition",
    "conj": "conjunction",
    "coord": "conjunction",
    "comp": "conjunction",
    "co": "interjection",
    "on": "interjection",
}
"""Parts of speech of the MOR tagger -> categories; a finer tag that is not listed counts as its head."""


def words_of(text: str, language: str) -> list[str]:
    """Return the words of an utterance in lower case, without codes, unintelligible speech, numerals and lone letters.

    Elided words (French `l'`, `qu'`), as defined in the phone set of the language, are removed: `l'eau` counts as
    `eau`.

    :param text: plain text, or a main tier in CHAT format.
    :param language: two-letter code.
    """
    return [word for token in text.split() for word in _words_of_token(token, language)]


@lru_cache(maxsize=100_000)
def _words_of_token(token: str, language: str) -> tuple[str, ...]:
    if token.startswith(CODES):
        return ()
    phone_set = load_phone_set(language)
    found = []
    for word in tokenize(token):
        bare = phone_set.elided.sub("", word) if phone_set.elided else word
        letters = len(bare.strip("'"))
        known = letters > 1 or bare in phone_set.one_letter_words
        if known and bare not in UNINTELLIGIBLE and not any(sign.isdigit() for sign in bare):
            found.append(bare)
    return tuple(found)


def count_words(path: Path, language: str) -> pd.DataFrame:
    """Count the words of a corpus, or read a list of counts; columns `word, frequency, category, age_band`.

    `category` is the most frequent part of speech, if the corpus has a tag for each token. `age_band` is that of the
    age at which the word first occurs, if ages are given (in days). Otherwise they are empty. Utterances of media and
    of the environment are excluded.

    :param path: a parquet table with a column `text` or `gloss`, a folder with such an `utterances.parquet`, a list
        `word<TAB>count` with or without a header, or running text without tabs.
    :param language: two-letter code.
    """
    if path.is_dir():
        path = path / CORPUS_TABLE
    if not path.is_file():
        raise LexiconFormatError(path, "no such file; expected a corpus (parquet), a text, or a list word<TAB>count")
    counts = _from_corpus(path, language) if path.suffix == ".parquet" else _from_list(path, language)
    if counts.empty:
        raise LexiconFormatError(path, "contains no word; check file and language")
    return counts.sort_values("word", ignore_index=True)


def _from_list(path: Path, language: str) -> pd.DataFrame:
    counts: Counter[str] = Counter()
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise LexiconFormatError(path, f"is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    if not any("\t" in line or line.rstrip()[-1:].isdigit() for line in lines):
        for line in lines:
            counts.update(words_of(line, language))
        return _table(counts, {}, {})
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        word, _, count = line.partition("\t")
        if number == 1 and not count.strip().isdecimal():
            continue  # a header
        if not count.strip().isdecimal() or len(count.strip()) > DIGITS:
            allowed = f"a whole number of at most {DIGITS} digits after one tab"
            raise LexiconRowError(path, number, "count", count[:40], allowed)
        for each in words_of(word, language):
            counts[each] += int(count)
    return _table(counts, {}, {})


def read_corpus_table(path: Path) -> pd.DataFrame:
    """Read the parquet table of a corpus, in the format of this project or of childes-db.

    :param path: the table.
    :raises LexiconFormatError: if it cannot be read.
    :raises LexiconColumnsError: if it has neither a column `text` nor a column `gloss`.
    """
    used = (*TEXT_COLUMNS, *AGE_COLUMNS, *ROLE_COLUMNS, "part_of_speech")

    def refuse(file: Path, reason: str) -> LexiconFormatError:
        return LexiconFormatError(file, f"cannot be read as parquet ({reason})")

    table = read_table(path, refuse, used=used)
    if not any(name in table for name in TEXT_COLUMNS):
        raise LexiconColumnsError(path, ["text"], table.columns)
    return table


def _from_corpus(path: Path, language: str) -> pd.DataFrame:
    corpus = read_corpus_table(path)
    text = next(name for name in TEXT_COLUMNS if name in corpus)
    role = next((name for name in ROLE_COLUMNS if name in corpus), None)
    if role is not None:
        corpus = corpus[~corpus[role].astype(str).str.lower().isin(NOT_PEOPLE)]
    corpus = corpus[corpus[text].notna()]
    age = next((name for name in AGE_COLUMNS if name in corpus), None)
    unknown = float("nan")
    known = pd.to_numeric(corpus[age], errors="coerce") if age is not None else pd.Series(unknown, index=corpus.index)
    ages = known.to_numpy(dtype="float64", na_value=unknown)  # a prepared corpus marks unknown ages as missing
    tags = corpus["part_of_speech"] if "part_of_speech" in corpus else pd.Series(None, index=corpus.index)
    counts: Counter[str] = Counter()
    first: dict[str, float] = {}
    kinds: dict[str, Counter[str]] = {}
    for line, days, tagged in zip(corpus[text], ages, tags, strict=True):
        tokens = str(line).split()
        labels = tagged.split() if isinstance(tagged, str) else []
        aligned = len(labels) == len(tokens)
        for position, token in enumerate(tokens):
            words = _words_of_token(token, language)
            counts.update(words)
            for word in words:
                if days < first.get(word, float("inf")):
                    first[word] = days
                if aligned and len(words) == 1:
                    kinds.setdefault(word, Counter())[_category(labels[position])] += 1
    return _table(counts, kinds, first)


def _category(tag: str) -> str:
    return CATEGORIES.get(tag) or CATEGORIES.get(tag.partition(":")[0], "")


def _table(counts: Counter[str], kinds: dict[str, Counter[str]], first: dict[str, float]) -> pd.DataFrame:
    rows = [
        {
            "word": word,
            "frequency": count,
            "category": min(kinds[word], key=lambda kind: (-kinds[word][kind], kind)) if word in kinds else "",
            "age_band": _band(first[word]) if word in first else "",
        }
        for word, count in counts.items()
    ]
    return pd.DataFrame(rows, columns=["word", "frequency", "category", "age_band"]).astype({"frequency": "Int64"})


def _band(days: float) -> str:
    """Return the band of an age; ages outside all bands belong to the first or the last."""
    months = days / DAYS_IN_MONTH
    upper = [int(band.split("-")[1]) for band in AGE_BANDS]
    return next((band for band, end in zip(AGE_BANDS, upper, strict=True) if months < end), AGE_BANDS[-1])
