"""Preparation of Providence: transcripts with recordings, or the clips published with the benchmark."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from babyslm.corpora.childes.prepare import LICENCE, prepare_childes
from babyslm.corpora.corpus import Corpus, save_corpus
from babyslm.corpora.parts import Parts, write_parts
from babyslm.corpora.recorded.recordings import AUDIO, find_recordings, link_recordings, seconds_of
from babyslm.corpora.recorded.transcript_sound import Sound
from babyslm.verify.corpora.tables import ClipNameError, EmptySelectionError

__all__ = ["LEAST_SECONDS", "prepare_providence"]

LEAST_SECONDS = 0.5
"""Shortest clip in the training sets of the reference, in seconds."""

CLIP = re.compile(r"(?P<recording>.+)_(?P<date>\d+)_(?P<role>[A-Z0-9]+)_(?P<onset>\d+)_(?P<offset>\d+)$")


def prepare_providence(
    source: Path,
    out: Path,
    *,
    language: str = "en",
    roles: Sequence[str] | None = None,
    ages: tuple[float, float] | None = None,
    tier: Literal["mod", "pho"] | None = None,
    sound: Sound | None = None,
    parts: Parts | None = None,
) -> Corpus:
    """Prepare Providence.

    A folder with `.cha` files is read like CHILDES. A folder without `.cha` files is read as the published clips,
    named `CHILD_ROLE/RECORDING_DATE_ROLE_ONSET_OFFSET.wav`. These have neither words nor ages. They are sorted by
    child, date and onset, the temporal order of the reference's budgets.

    :param source: transcripts, or clips.
    :param out: corpus folder to write.
    :param language: language of the phones; default en.
    :param roles: for transcripts roles such as Mother, for clips codes such as MOT; default all adults.
    :param ages: lower (inclusive) and upper (exclusive) age in months; transcripts only.
    :param tier: phonemic tier from which phones are taken where an utterance has it; transcripts only.
    :param sound: recordings of the transcripts.
    :param parts: splits and budgets written below the corpus; default none.
    """
    if source.suffix or any(source.rglob("*.cha")):
        return prepare_childes(
            source, out, language=language, roles=roles, ages=ages, tier=tier, sound=sound, parts=parts
        )
    clips = find_recordings(source)
    rows = pd.DataFrame([_clip(path, source) for path in clips])
    known = sorted(rows["role"].unique())
    rows = rows[rows["role"].isin(list(roles))] if roles else rows[rows["role"] != "CHI"]
    rows = rows[rows["offset"] >= (sound.least if sound else LEAST_SECONDS)]
    if rows.empty:
        raise EmptySelectionError(f"{source}: the selection of roles {list(roles or [])}", known)
    rows = rows.sort_values(["child", "date", "begin", "audio"], kind="stable")
    out.mkdir(parents=True, exist_ok=True)
    link_recordings(source, out)
    corpus = save_corpus(
        rows,
        out,
        name=source.name,
        language=language,
        licence=LICENCE,
        sources=[f"{source.name}: {len(clips)} clip(s)"],
        speech="in-the-wild",
        settings={"roles": list(roles or [])} | ({"parts": parts.record()} if parts else {}),
    )
    if parts is not None:
        write_parts(corpus, parts)
    return corpus


def _clip(path: Path, source: Path) -> dict[str, object]:
    found = CLIP.match(path.stem)
    child, _, role = path.parent.name.rpartition("_")
    if not found or not child or role != found["role"]:
        raise ClipNameError(path)
    return {
        "audio": f"{AUDIO}/{path.relative_to(source).as_posix()}",
        "onset": 0.0,
        "offset": seconds_of(path, strict=True),
        "speaker": path.parent.name,
        "role": role,
        "source": f"{child}/{found['recording']}_{found['date']}",
        "child": child,
        "date": found["date"],
        "begin": int(found["onset"]),
    }
