"""Preparation of Providence: transcripts with recordings, or the clips published with the benchmark."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from babyslm.corpora.accounting import STRICT, Account, Leniency
from babyslm.corpora.batches import Batch, write_batches
from babyslm.corpora.childes.prepare import LICENCE, prepare_childes
from babyslm.corpora.corpus import Corpus
from babyslm.corpora.parts import Parts, write_parts
from babyslm.corpora.recorded.recordings import (
    RECORDINGS,
    Recorded,
    link_recordings,
    place_sound,
    read_recordings,
    settings_of_sound,
)
from babyslm.corpora.recorded.transcript_sound import Sound
from babyslm.verify.corpora.tables import EmptySelectionError

__all__ = ["LEAST_SECONDS", "prepare_providence"]

LEAST_SECONDS = 0.5
"""Shortest clip in the training sets of the reference, in seconds."""

CLIP = re.compile(r"(?P<recording>.+)_(?P<date>\d+)_(?P<role>[A-Z0-9]+)_(?P<onset>\d+)_(?P<offset>\d+)$")


def prepare_providence(
    source: Path,
    out: Path,
    *,
    language: str | Sequence[str] = "en",
    roles: Sequence[str] | None = None,
    ages: tuple[float, float] | None = None,
    tier: Literal["mod", "pho"] | None = None,
    sound: Sound | None = None,
    parts: Parts | None = None,
    leniency: Leniency = STRICT,
) -> Corpus:
    """Prepare Providence.

    A folder with `.cha` files is read like CHILDES. A folder without `.cha` files is read as the published clips,
    named `CHILD_ROLE/RECORDING_DATE_ROLE_ONSET_OFFSET.wav`. These have neither words nor ages. They are sorted by
    child, date and onset, the temporal order of the reference's budgets.

    :param source: transcripts, or clips.
    :param out: corpus folder to write.
    :param language: language, or for transcripts languages, of utterances and phones; default en.
    :param roles: for transcripts roles such as Mother, for clips codes such as MOT; default all adults.
    :param ages: lower (inclusive) and upper (exclusive) age in months; transcripts only.
    :param tier: phonemic tier from which phones are taken where an utterance has it; transcripts only.
    :param sound: recordings of the transcripts.
    :param parts: splits and budgets written below the corpus; default none.
    :param leniency: what is done with faulty items; default an error that lists them.
    """
    if source.suffix or any(source.rglob("*.cha")):
        return prepare_childes(
            source,
            out,
            language=language,
            roles=roles,
            ages=ages,
            tier=tier,
            sound=sound,
            parts=parts,
            leniency=leniency,
        )
    account = Account(leniency)
    recordings = read_recordings(source, account)
    rows = _chosen(recordings, tuple(roles or ()), sound.least if sound else LEAST_SECONDS, account)

    def make(part: Account) -> pd.DataFrame:
        if part.failing:
            return rows.iloc[:0]
        placed = place_sound(rows, out, part, RECORDINGS, clips=False)
        part.keep(RECORDINGS, len(placed))
        return placed

    def check() -> None:
        if rows.empty:
            known = sorted(account.noted("codes"))
            raise EmptySelectionError(f"{source}: the selection of roles {list(roles or [])}", known)
        if rows["as_learned"].any():
            link_recordings(source, out)

    def card() -> Mapping[str, object]:
        settings: dict[str, object] = {"roles": list(roles or [])} | settings_of_sound(account, clips=False)
        return {
            "name": source.name,
            "language": language if isinstance(language, str) else language[0],
            "licence": LICENCE,
            "sources": [f"{source.name}: {len(recordings)} clip(s)"],
            "speech": "in-the-wild",
            "settings": settings | ({"parts": parts.record()} if parts else {}),
        }

    identity = " ".join(recording.identity for recording in recordings) + f" {roles} {sound}"
    corpus = write_batches([Batch(identity, make)], out, account, what="clips", check=check, card=card)
    if parts is not None:
        write_parts(corpus, parts)
    return corpus


def _chosen(recordings: Sequence[Recorded], roles: Sequence[str], least: float, account: Account) -> pd.DataFrame:
    """Return the clips that are kept, by child, date and onset."""
    rows = []
    for recording in recordings:
        row = _clip(recording)
        if row is None:
            reason = "is not named CHILD_ROLE/RECORDING_DATE_ROLE_ONSET_OFFSET.wav (milliseconds)"
            account.fault(RECORDINGS, "other name", recording.path, None, reason)
            continue
        account.note("codes", str(row["role"]))
        if (row["role"] not in roles) if roles else (row["role"] == "CHI"):
            account.leave(RECORDINGS, "role not chosen")
        elif recording.header.seconds < least:
            account.leave(RECORDINGS, f"shorter than {least:g} s")
        else:
            rows.append(recording.columns() | row)
    if not rows:
        return pd.DataFrame(columns=["recording", "place", "name", "as_learned", "onset", "offset"])
    order = ["child", "date", "begin", "place"]
    return pd.DataFrame(rows).sort_values(order, kind="stable", ignore_index=True)


def _clip(recording: Recorded) -> dict[str, object] | None:
    """Return what the name of a clip says, or None for another name."""
    found = CLIP.match(recording.path.stem)
    child, _, role = recording.path.parent.name.rpartition("_")
    if not found or not child or role != found["role"]:
        return None
    return {
        "onset": 0.0,
        "offset": recording.header.seconds,
        "speaker": recording.path.parent.name,
        "role": role,
        "source": f"{child}/{found['recording']}_{found['date']}",
        "child": child,
        "date": found["date"],
        "begin": int(found["onset"]),
    }
