"""CHILDES transcripts as childes-db style tables: cleaned, chosen by speaker and age, in the form of a corpus."""

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from babyslm.corpora.corpus import Corpus, save_corpus
from babyslm.files import sha256_file
from babyslm.stimuli.phones import phonemize
from babyslm.verify.corpora import CorpusColumnsError, CorpusFormatError, EmptySelectionError
from babyslm.verify.documents import NoSuchFileError

__all__ = ["NOT_SPEECH_ROLES", "clean_gloss", "prepare_childes", "read_childes_table"]

NOT_SPEECH_ROLES = ("Media", "Environment", "Non_Human")
"""Roles that are no person speaking."""

CHILD_ROLES = ("Target_Child", "Child")

TABLE_COLUMNS = ("gloss", "speaker_role", "transcript_id", "target_child_age")
DAYS_A_MONTH = 30.4375

UNINTELLIGIBLE = {"xxx", "yyy", "www", "xx", "yy"}
"""CHAT's codes for what was not understood, coded phonetically, or left untranscribed."""


def clean_gloss(gloss: str) -> str:
    """Turn a gloss of childes-db into plain words.

    Compounds are joined (`bed+room`), phrases parted (`thank_you`), codes for unintelligible speech dropped.

    >>> clean_gloss("xxx look at the bed+room thank_you")
    'look at the bedroom thank you'
    """
    words = [word for word in gloss.split() if word.lower() not in UNINTELLIGIBLE and not word.startswith("&")]
    text = " ".join(words).replace("+", "").replace("_", " ")
    return re.sub(r"[^\w' -]", "", text).strip()


def read_childes_table(path: Path) -> pd.DataFrame:
    """Read a childes-db style table (parquet or CSV), one utterance a row.

    :param path: columns `gloss, speaker_role, transcript_id, target_child_age` (days) at least.
    """
    if not path.is_file():
        raise NoSuchFileError(path, "name a parquet or CSV table of utterances in the form of childes-db")
    try:
        rows = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, low_memory=False)
    except (OSError, ValueError) as error:
        raise CorpusFormatError(path, str(error).splitlines()[0]) from error
    missing = [column for column in TABLE_COLUMNS if column not in rows]
    if missing:
        raise CorpusColumnsError(path, missing, list(rows.columns))
    return rows.reset_index(drop=True)


def prepare_childes(
    source: Path,
    out: Path,
    *,
    language: str = "en",
    roles: Sequence[str] | None = None,
    ages: tuple[float, float] | None = None,
    with_children: bool = False,
) -> Corpus:
    """Prepare a CHILDES table as a corpus of text and phones.

    :param source: childes-db style table.
    :param out: corpus folder to write.
    :param language: language of the phones; default en.
    :param roles: speaker roles to keep; default everyone but children and what is no person.
    :param ages: youngest and oldest age of the target child in months; default all, unknown ages included.
    :param with_children: keep children's speech as well; default no, the learner hears the adults.
    """
    rows = read_childes_table(source)
    known = sorted(rows["speaker_role"].dropna().unique())
    if roles:
        rows = rows[rows["speaker_role"].isin(list(roles))]
    else:
        dropped = [*NOT_SPEECH_ROLES, *(() if with_children else CHILD_ROLES)]
        rows = rows[~rows["speaker_role"].isin(dropped)]
    if ages:
        months = rows["target_child_age"] / DAYS_A_MONTH
        rows = rows[(months >= ages[0]) & (months < ages[1])]
    text = rows["gloss"].fillna("").astype(str).map(clean_gloss)
    rows, text = rows[text != ""], text[text != ""]
    if rows.empty:
        raise EmptySelectionError(f"{source}: the choice of roles {list(roles or [])} and ages {ages}", known)
    order = [column for column in ("transcript_id", "utterance_order") if column in rows]
    corpus = rows["corpus"].astype(str) + "/" if "corpus" in rows else ""
    table = pd.DataFrame(
        {
            "speaker": rows["speaker_role"].astype(str),
            "role": rows["speaker_role"].astype(str),
            "age": rows["target_child_age"],
            "text": text,
            "phones": phonemize(text.tolist(), language),
            "source": corpus + rows["transcript_id"].astype(str),
        },
    ).loc[rows.sort_values(order, kind="stable").index]
    return save_corpus(
        table,
        out,
        name=source.stem,
        language=language,
        licence="as stated by the source; CHILDES transcripts: terms of TalkBank",
        sources=[f"{source.name} (sha256 {sha256_file(source)})"],
        settings={"roles": list(roles or []), "ages": list(ages or []), "with_children": with_children},
    )
