"""Preparation of CHILDES transcripts and childes-db tables as a corpus, selected by speaker role and age."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from babyslm.corpora.childes.chat import Transcript, chat_paths, read_chat
from babyslm.corpora.childes.table import clean_gloss, read_childes_table, utterances_of_table
from babyslm.corpora.childes.words import Wording
from babyslm.corpora.corpus import Corpus, save_corpus
from babyslm.corpora.parts import Parts, write_parts
from babyslm.corpora.recorded.transcript_sound import Sound, with_sound
from babyslm.corpora.tiers import phones_of
from babyslm.files import sha256_file, sha256_text
from babyslm.verify.corpora.tables import EmptySelectionError, NoTimesError

__all__ = [
    "CHILD_ROLES",
    "DAYS_A_MONTH",
    "LICENCE",
    "NOT_SPEECH_ROLES",
    "Speakers",
    "clean_gloss",
    "prepare_childes",
    "read_childes_table",
]

NOT_SPEECH_ROLES = ("Media", "Environment", "Non_Human")
"""Roles that do not denote a speaking person."""
CHILD_ROLES = ("Target_Child", "Child")
DAYS_A_MONTH = 30.4375
LICENCE = "as stated by the source; CHILDES transcripts: terms of TalkBank"
TABLES = (".parquet", ".csv")


@dataclass(frozen=True)
class Speakers:
    """Selection of speakers and ages.

    :param roles: speaker roles to keep; () for all except children and non-persons.
    :param ages: lower (inclusive) and upper (exclusive) age of the target child in months; None for all, unknown ages
        included.
    :param with_children: keep the speech of children as well; by default the learner hears adults only.
    """

    roles: tuple[str, ...] = ()
    ages: tuple[float, float] | None = None
    with_children: bool = False

    def choose(self, rows: pd.DataFrame, source: Path) -> pd.DataFrame:
        """Return the selected rows; rows without text are dropped.

        :param rows: with `role`, `age` (days) and `text`.
        :param source: the source, for the error message.
        :raises EmptySelectionError: if no row is left.
        """
        known = sorted(rows["role"].dropna().unique())
        if self.roles:
            rows = rows[rows["role"].isin(self.roles)]
        else:
            dropped = [*NOT_SPEECH_ROLES, *(() if self.with_children else CHILD_ROLES)]
            rows = rows[~rows["role"].isin(dropped)]
        if self.ages:
            months = rows["age"] / DAYS_A_MONTH
            rows = rows[(months >= self.ages[0]) & (months < self.ages[1])]
        rows = rows[rows["text"] != ""]
        if rows.empty:
            raise EmptySelectionError(
                f"{source}: the selection of roles {list(self.roles)} and ages {self.ages}", known
            )
        return rows


def prepare_childes(
    source: Path,
    out: Path,
    *,
    language: str = "en",
    roles: Sequence[str] | None = None,
    ages: tuple[float, float] | None = None,
    with_children: bool = False,
    wording: Wording = "intended",
    tier: Literal["mod", "pho"] | None = None,
    sound: Sound | None = None,
    parts: Parts | None = None,
) -> Corpus:
    """Prepare CHILDES as a corpus of text and phones, with audio clips where recordings are given.

    :param source: a `.cha` transcript, a folder of them, or a childes-db style table (parquet, CSV).
    :param out: corpus folder to write.
    :param language: language of the phones; default en.
    :param roles: speaker roles to keep; default all except children and non-persons.
    :param ages: lower (inclusive) and upper (exclusive) age of the target child in months; default all, unknown ages
        included.
    :param with_children: keep the speech of children as well; default no, the learner hears adults only.
    :param wording: for transcripts, the words as intended or as heard; default intended.
    :param tier: take phones from this phonemic tier where an utterance has it; default from the spelling only.
    :param sound: recordings; default text only. With recordings, only utterances with a time mark are kept.
    :param parts: splits and budgets written below the corpus; default none.
    :raises EmptySelectionError: if no utterance is selected.
    :raises NoTimesError: if recordings are given for a table, which has no time marks.
    """
    speakers = Speakers(tuple(roles or ()), ages, with_children)
    if source.suffix in TABLES:
        if sound is not None:
            raise NoTimesError(source)
        table, named = utterances_of_table(source), [f"{source.name} (sha256 {sha256_file(source)})"]
    else:
        transcripts = [read_chat(path, wording=wording) for path in chat_paths(source)]
        table, named = rows_of(transcripts, source), [_digest(transcripts, source)]
    chosen = speakers.choose(table, source)
    chosen = phones_of(chosen, language, tier=tier, source=source)
    silent = int(chosen["phones"].isna().sum())
    if sound is not None:
        chosen = with_sound(chosen, sound, out)
    asked: dict[str, object] = {"roles": list(roles or []), "ages": list(ages or []), "with_children": with_children}
    asked |= {"without_phones": silent}
    if source.suffix not in TABLES:
        asked |= {"wording": wording, "tier": tier}
    if sound is not None:
        told = asdict(sound) | {"media": sound.media.name, "rttm": sound.rttm.name if sound.rttm else None}
        asked |= {"sound": told | {"labels": list(sound.labels)}}
    if parts is not None:
        asked |= {"parts": parts.record()}
    corpus = save_corpus(
        chosen,
        out,
        name=source.stem,
        language=language,
        licence=LICENCE,
        sources=named,
        speech="none" if sound is None else "in-the-wild",
        settings=asked,
    )
    if parts is not None:
        write_parts(corpus, parts)
    return corpus


def rows_of(transcripts: Sequence[Transcript], source: Path) -> pd.DataFrame:
    """Return the utterances of transcripts as rows; `source` is the path relative to the folder, without extension.

    :param transcripts: the transcripts.
    :param source: the file or folder from which they were read.
    """
    root = source if source.is_dir() else source.parent
    rows: list[dict[str, object]] = []
    for transcript in transcripts:
        place = transcript.path.relative_to(root).with_suffix("").as_posix()
        family = f"{place.rpartition('/')[0]}/" if "/" in place else ""
        common = {"age": transcript.age, "source": place, "path": transcript.path, "media": transcript.media}
        rows += [
            common
            | {
                "speaker": family + said.code,
                "role": said.role,
                "text": said.text,
                "onset": said.onset,
                "offset": said.offset,
                "tiers": said.tiers,
            }
            for said in transcript.utterances
        ]
    return pd.DataFrame(
        rows, columns=["speaker", "role", "age", "text", "source", "onset", "offset", "tiers", "path", "media"]
    )


def _digest(transcripts: Sequence[Transcript], source: Path) -> str:
    lines = "".join(f"{sha256_file(each.path)}  {each.path.name}\n" for each in transcripts)
    return f"{source.name}: {len(transcripts)} transcript(s) (sha256 of their checksums {sha256_text(lines)})"
