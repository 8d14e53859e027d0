"""CHAT transcripts: utterances, speakers, ages and time marks.

pylangacq parses; `chat_lines` looks before for what it would pass over in silence, so that errors can name the line.
"""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babyslm.corpora.childes.lines import days_of, scan
from babyslm.corpora.childes.words import Wording, clean_words
from babyslm.verify.corpora.chat import ChatFormatError, NoTranscriptError
from babyslm.verify.documents import NoSuchFileError

__all__ = ["ChatUtterance", "Transcript", "chat_paths", "days_of", "read_chat"]

TARGET = "Target_Child"


@dataclass(frozen=True)
class ChatUtterance:
    """One main tier.

    :param line: its line in the file, from 1.
    :param code: the speaker's code, such as MOT.
    :param role: the speaker's role, such as Mother.
    :param text: plain words; may be empty.
    :param onset: seconds, or None without a time mark.
    :param offset: seconds.
    :param tiers: dependent tiers by name without `%`.
    """

    line: int
    code: str
    role: str
    text: str
    onset: float | None
    offset: float | None
    tiers: dict[str, str]


@dataclass(frozen=True)
class Transcript:
    """One transcript.

    :param path: the file.
    :param corpus: name of the corpus, as the target child's @ID says; "" where it does not.
    :param media: name of the recording without ending, or None.
    :param age: the target child's age in days, or None.
    :param utterances: in the order of the file.
    """

    path: Path
    corpus: str
    media: str | None
    age: float | None
    utterances: tuple[ChatUtterance, ...]


def chat_paths(source: Path) -> list[Path]:
    """Return the transcripts of a file or folder, in the order of their paths."""
    if source.is_dir():
        paths = sorted(source.rglob("*.cha"))
        if not paths:
            raise NoTranscriptError(source)
        return paths
    if not source.is_file():
        raise NoSuchFileError(source, "name a .cha transcript or a folder of them")
    return [source]


def read_chat(path: Path, *, wording: Wording = "intended") -> Transcript:
    """Read one transcript.

    :param path: a `.cha` file, UTF-8.
    :param wording: the words as intended, or as heard.
    :raises ChatFormatError: naming the line that is wrong.
    """
    import pylangacq

    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ChatFormatError(path, line, f"is not UTF-8 text (byte {error.start})") from error
    starts, kept = scan(path, lines)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            chat = pylangacq.CHAT.from_strs(["\n".join(kept) + "\n"], strict=False)
        except BaseException as error:
            # The parser is written in Rust: where it gives up in panic, that is no Exception.
            if not isinstance(error, ValueError) and type(error).__name__ != "PanicException":
                raise
            raise ChatFormatError(path, 1, f"cannot be parsed ({' '.join(str(error).split())[:200]})") from error
    header = chat.headers()[0]
    roles = {person.code: person.role or person.code for person in header.participants}
    target = next((person for person in header.participants if person.role == TARGET), None)
    found = chat.utterances()
    if len(found) != len(starts):
        raise ChatFormatError(path, starts[-1] if starts else 1, f"{len(found)} of {len(starts)} utterances parse")
    utterances = tuple(_utterance(each, line, roles, wording) for each, line in zip(found, starts, strict=True))
    age = days_of(str(target.age)) if target is not None and target.age is not None else None
    return Transcript(
        path=path,
        corpus=(target.corpus if target is not None else None) or "",
        media=_media(header.media),
        age=age,
        utterances=utterances,
    )


def _media(media: Any) -> str | None:
    name = media.get("filename") if isinstance(media, dict) else getattr(media, "filename", None)
    return str(name).strip('"') if name else None


def _utterance(found: Any, line: int, roles: dict[str, str], wording: Wording) -> ChatUtterance:
    tokens = [token.word for token in found.tokens or []] if wording == "intended" else (found.audible or "").split()
    onset, offset = found.time_marks or (None, None)
    return ChatUtterance(
        line=line,
        code=found.participant,
        role=roles[found.participant],
        text=clean_words(tokens),
        onset=None if onset is None else onset / 1000,
        offset=None if offset is None else offset / 1000,
        tiers={name[1:]: text for name, text in (found.tiers or {}).items() if name.startswith("%")},
    )
