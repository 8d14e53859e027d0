"""Preparation of CHILDES transcripts and childes-db tables as a corpus, selected by speaker role and age."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import pandas as pd

from babyslm.corpora.accounting import STRICT, Account, Leniency
from babyslm.corpora.batches import Batch, write_batches
from babyslm.corpora.childes.chat import chat_paths, scan_chat
from babyslm.corpora.childes.lines import TRANSCRIPTS, UTTERANCES
from babyslm.corpora.childes.rows import rows_of
from babyslm.corpora.childes.speakers import CHILD_ROLES, DAYS_A_MONTH, NOT_SPEECH_ROLES, ROLES, Speakers
from babyslm.corpora.childes.table import clean_gloss, read_childes_table, utterances_of_table
from babyslm.corpora.childes.words import Wording
from babyslm.corpora.corpus import COLUMNS, LANGUAGE, Corpus
from babyslm.corpora.parts import Parts, write_parts
from babyslm.corpora.recorded.recordings import settings_of_sound
from babyslm.corpora.recorded.transcript_sound import Recordings, Sound
from babyslm.corpora.tiers import phones_of
from babyslm.files import sha256_file, sha256_text
from babyslm.progress import notice
from babyslm.verify.corpora.chat import PhonemicTierError
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

LICENCE = "as stated by the source; CHILDES transcripts: terms of TalkBank"
TABLES = (".parquet", ".csv")
SEVERAL = "mul"
"""The language of a corpus in several languages (ISO 639-2)."""
TIERS, PHONES, CHOSEN = "tiers", "phones", "chosen"
"""Topics of the account: tiers of chosen utterances, those without phones, those chosen before sound is looked for."""
TOGETHER, TOGETHER_WITH_SOUND = 2_000_000, 100_000
"""Bytes of transcripts in a batch; fewer where clips are cut, which take longer than their words."""


def prepare_childes(
    source: Path,
    out: Path,
    *,
    language: str | Sequence[str] = "en",
    roles: Sequence[str] | None = None,
    ages: tuple[float, float] | None = None,
    with_children: bool = False,
    wording: Wording = "intended",
    tier: Literal["mod", "pho"] | None = None,
    sound: Sound | None = None,
    parts: Parts | None = None,
    leniency: Leniency = STRICT,
) -> Corpus:
    """Prepare CHILDES as a corpus of text and phones, with audio clips where recordings are given.

    Utterances in a language that is not asked for are left out; several languages give a corpus with a column
    `language`.

    :param source: a `.cha` transcript, a folder of them, or a childes-db style table (parquet, CSV).
    :param out: corpus folder to write.
    :param language: language, or languages, of utterances and phones; default en.
    :param roles: speaker roles to keep; default all except children and non-persons.
    :param ages: lower (inclusive) and upper (exclusive) age of the target child in months; default all, unknown ages
        included.
    :param with_children: keep the speech of children as well; default no, the learner hears adults only.
    :param wording: for transcripts, the words as intended or as heard; default intended.
    :param tier: take phones from this phonemic tier where an utterance has it; default from the spelling only.
    :param sound: recordings; default text only. With recordings, only utterances with a time mark are kept.
    :param parts: splits and budgets written below the corpus; default none.
    :param leniency: what is done with faulty transcripts and utterances; default an error that lists them.
    """
    if source.suffix in TABLES and sound is not None:
        raise NoTimesError(source)
    languages = (language,) if isinstance(language, str) else tuple(language)
    account = Account(leniency)
    choice = _Choice(
        source=source,
        out=out,
        languages=languages,
        speakers=Speakers(tuple(roles or ()), ages, with_children),
        wording=wording,
        tier=tier,
        recordings=Recordings.read(sound, account) if sound is not None else None,
    )
    paths = [source] if source.suffix in TABLES else chat_paths(source)
    sums = {path: sha256_file(path) for path in paths} if source.suffix not in TABLES or source.is_file() else {}
    groups = _groups(paths, TOGETHER if sound is None else TOGETHER_WITH_SOUND)
    batches = [Batch(choice.identity(group, sums), partial(choice.make, group)) for group in groups]

    def card() -> Mapping[str, object]:
        settings: dict[str, object] = {"roles": list(roles or []), "ages": list(ages or [])}
        settings |= {"with_children": with_children, "without_phones": account.noted(PHONES)["none"]}
        if source.suffix not in TABLES:
            settings |= {"wording": wording, "tier": tier}
        if len(languages) > 1:
            settings |= {"languages": list(languages)}
        if sound is not None:
            told = asdict(sound) | {"media": sound.media.name, "rttm": sound.rttm.name if sound.rttm else None}
            settings |= {"sound": told | {"labels": list(sound.labels)} | settings_of_sound(account, clips=True)}
        return {
            "name": source.stem,
            "language": languages[0] if len(languages) == 1 else SEVERAL,
            "licence": LICENCE,
            "sources": [_digest(source, sums)],
            "speech": "none" if sound is None else "in-the-wild",
            "settings": settings | ({"parts": parts.record()} if parts else {}),
        }

    columns = COLUMNS | ({LANGUAGE: "string"} if len(languages) > 1 else {})
    check = partial(choice.check, account)
    corpus = write_batches(batches, out, account, what="transcripts", check=check, card=card, columns=columns)
    if other := account[UTTERANCES].left_out["another language"]:
        notice(f"{other} of {account[UTTERANCES].read} utterances are in another language and left out (see --lang)")
    if parts is not None:
        write_parts(corpus, parts)
    return corpus


@dataclass(frozen=True)
class _Choice:
    """What is made of transcripts; see `prepare_childes`."""

    source: Path
    out: Path
    languages: tuple[str, ...]
    speakers: Speakers
    wording: Wording
    tier: str | None
    recordings: Recordings | None

    def identity(self, paths: Sequence[Path], sums: Mapping[Path, str]) -> str:
        """Return all that decides what is made of some transcripts."""
        own = [f"{path.relative_to(self._root).as_posix()} {sums.get(path)}" for path in paths]
        heard = self.recordings.identity if self.recordings else ""
        return f"{self.languages} {self.speakers} {self.wording} {self.tier} {heard} {own}"

    @property
    def _root(self) -> Path:
        return self.source if self.source.is_dir() else self.source.parent

    def make(self, paths: Sequence[Path], account: Account) -> pd.DataFrame:
        """Return the utterances of some transcripts, or of a table."""
        if self.source.suffix in TABLES:
            rows = utterances_of_table(self.source, self.languages, account)
        else:
            found = [scan_chat(path, account, wording=self.wording) for path in paths]
            rows = rows_of([each for each in found if each is not None], self._root, self.languages, account)
        if account.failing:
            return pd.DataFrame()
        chosen = self.speakers.choose(rows, account)
        account.note(CHOSEN, UTTERANCES, len(chosen))
        for name, count in (
            pd.Series([name for tiers in chosen.get("tiers", ()) for name in tiers]).value_counts().items()
        ):
            account.note(TIERS, str(name), int(count))
        chosen = phones_of(chosen, self.languages[0], tier=self.tier)
        account.note(PHONES, "none", int(chosen["phones"].isna().sum()))
        if self.recordings is not None:
            chosen = self.recordings.cut(chosen, self.out, account)
        else:
            account.keep(UTTERANCES, len(chosen))
        if self.source.suffix not in TABLES:
            kept = chosen["source"].nunique()
            account.keep(TRANSCRIPTS, kept)
            account.leave(TRANSCRIPTS, "no utterance kept", account.open(TRANSCRIPTS))
        return chosen

    def check(self, account: Account) -> None:
        """Refuse a choice that leaves nothing, and a tier that no utterance has."""
        chosen = account.noted(CHOSEN)[UTTERANCES]
        if not chosen:
            told = f"{self.source}: the selection of roles {list(self.speakers.roles)} and ages {self.speakers.ages}"
            raise EmptySelectionError(told, sorted(account.noted(ROLES)))
        tiers = account.noted(TIERS)
        if self.tier is not None and self.tier not in tiers:
            raise PhonemicTierError(self.source, self.tier, sorted(tiers))
        if self.recordings is not None:
            self.recordings.settle(account, found=account[UTTERANCES].kept > 0)


def _groups(paths: Sequence[Path], most: int) -> list[list[Path]]:
    """Return the transcripts in groups of at most so many bytes, in order."""
    groups: list[list[Path]] = []
    size = 0
    for path in paths:
        own = path.stat().st_size if path.is_file() else 0
        if not groups or size + own > most:
            groups.append([])
            size = 0
        groups[-1].append(path)
        size += own
    return groups


def _digest(source: Path, sums: Mapping[Path, str]) -> str:
    if source.suffix in TABLES:
        return f"{source.name} (sha256 {sums[source]})"
    lines = "".join(f"{digest}  {path.name}\n" for path, digest in sums.items())
    return f"{source.name}: {len(sums)} transcript(s) (sha256 of their checksums {sha256_text(lines)})"
