"""CHAT transcripts: utterances, speakers, ages and time marks.

`pylangacq` parses the transcript. Before that, `lines.scan` checks what the parser would skip silently, so that errors
name the line.
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

    :param line: line number in the file, from 1.
    :param code: code of the speaker, such as MOT.
    :param role: role of the speaker, such as Mother.
    :param text: plain words; may be empty.
    :param onset: seconds in the recording, or None without a time mark.
    :param offset: seconds in the recording, or None without a time mark.
    :param tiers: dependent tiers by name, without `%`.
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
    :param corpus: name of the corpus from the @ID of the target child, or "".
    :param media: name of the recording without extension, or None.
    :param age: age of the target child in days, or None.
    :param utterances: in file order.
    """

    path: Path
    corpus: str
    media: str | None
    age: float | None
    utterances: tuple[ChatUtterance, ...]


def chat_paths(source: Path) -> list[Path]:
    """Return the transcript at a path, or all transcripts in a folder, sorted by path."""
    if source.is_dir():
        paths = sorted(source.rglob("*.cha"))
        if not paths:
            raise NoTranscriptError(source)
        return paths
    if not source.is_file():
        raise NoSuchFileError(source, "give a .cha transcript or a folder of transcripts")
    return [source]


def read_chat(path: Path, *, wording: Wording = "intended") -> Transcript:
    """Read one transcript.

    :param path: a `.cha` file, UTF-8.
    :param wording: the words as intended, or as heard.
    :raises ChatFormatError: if a line is malformed; the error names the line.
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
            # The parser is written in Rust. A Rust panic arrives as a BaseException, not as an Exception.
            if not isinstance(error, ValueError) and type(error).__name__ != "PanicException":
                raise
            raise ChatFormatError(path, 1, f"cannot be parsed ({' '.join(str(error).split())[:200]})") from error
    header = chat.headers()[0]
    roles = {person.code: person.role or person.code for person in header.participants}
    target = next((person for person in header.participants if person.role == TARGET), None)
    found = chat.utterances()
    if len(found) != len(starts):
        reason = f"only {len(found)} of {len(starts)} utterances could be parsed"
        raise ChatFormatError(path, starts[-1] if starts else 1, reason)
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
