"""CHAT transcripts: utterances, speakers, ages, languages and time marks.

`pylangacq` parses the transcript. Before that, `scan` checks what the parser would skip silently, so that faults are
listed by line.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babyslm.corpora.accounting import Account
from babyslm.corpora.childes.lines import ADVICE, TRANSCRIPTS, UTTERANCES, Block, Scanned, days_of, scan
from babyslm.corpora.childes.words import Piece, Wording, pieces_of
from babyslm.verify.corpora.chat import NoTranscriptError
from babyslm.verify.documents import NoSuchFileError

__all__ = ["ChatUtterance", "Transcript", "chat_paths", "days_of", "read_chat", "scan_chat"]

TARGET = "Target_Child"


@dataclass(frozen=True)
class ChatUtterance:
    """One main tier.

    :param line: line number in the file, from 1.
    :param code: code of the speaker, such as MOT.
    :param role: role of the speaker, such as Mother.
    :param pieces: its plain words, in pieces of one language each; may be empty.
    :param language: three-letter code of the language that it is marked with (`[- fra]`), or None.
    :param onset: seconds in the recording, or None without a time mark.
    :param offset: seconds in the recording, or None without a time mark.
    :param tiers: dependent tiers by name, without `%`.
    """

    line: int
    code: str
    role: str
    pieces: tuple[Piece, ...]
    language: str | None
    onset: float | None
    offset: float | None
    tiers: dict[str, str]

    @property
    def text(self) -> str:
        """Its plain words."""
        return " ".join(words for words, _ in self.pieces)


@dataclass(frozen=True)
class Transcript:
    """One transcript.

    :param path: the file.
    :param corpus: name of the corpus from the @ID of the target child, or "".
    :param media: name of the recording without extension, or None.
    :param age: age of the target child in days, or None.
    :param languages: three-letter codes of @Languages, in order; () where it says none.
    :param utterances: those without a fault, in the order of the file.
    """

    path: Path
    corpus: str
    media: str | None
    age: float | None
    languages: tuple[str, ...]
    utterances: tuple[ChatUtterance, ...]


def chat_paths(source: Path) -> list[Path]:
    """Return the transcript at a path, or all transcripts in a folder, sorted by path."""
    if source.is_dir():
        paths = sorted(path for path in source.rglob("*.cha") if path.is_file())
        if not paths:
            raise NoTranscriptError(source)
        return paths
    if not source.is_file():
        raise NoSuchFileError(source, "give a .cha transcript or a folder of transcripts")
    return [source]


def read_chat(path: Path, *, wording: Wording = "intended") -> Transcript:
    """Read one transcript strictly.

    :param path: a `.cha` file, UTF-8.
    :param wording: the words as intended, or as heard.
    :raises FaultsError: listing the faulty lines.
    """
    account = Account()
    transcript = scan_chat(path, account, wording=wording)
    account.verify()
    assert transcript is not None
    return transcript


def scan_chat(path: Path, account: Account, *, wording: Wording = "intended") -> Transcript | None:
    """Read one transcript and report its items and faults.

    :param path: a `.cha` file, UTF-8.
    :param account: learns what is read and what is faulty; what is kept is up to the caller.
    :param wording: the words as intended, or as heard.
    :returns: None for a transcript that is faulty as a whole.
    """
    scanned = scan(path, account)
    if scanned is None:
        return None
    header = _header(path, scanned, account)
    if header is None:
        return None
    roles = {person.code: person.role or person.code for person in header.participants}
    target = next((person for person in header.participants if person.role == TARGET), None)
    said: list[ChatUtterance] = []
    for found, block in _parsed(path, scanned.header, scanned.blocks, account):
        said.append(_utterance(found, block, roles, wording))
    return Transcript(
        path=path,
        corpus=(target.corpus if target is not None else None) or "",
        media=_media(header.media),
        age=days_of(str(target.age)) if target is not None and target.age is not None else None,
        languages=tuple(scanned.languages),
        utterances=tuple(said),
    )


def _parse(header: Sequence[str], blocks: Sequence[Block]) -> Any:
    """Let pylangacq parse; a ValueError says what it does not take."""
    import pylangacq

    lines = [*header, *(line for block in blocks for line in block.lines), "@End"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            return pylangacq.CHAT.from_strs(["\n".join(lines) + "\n"], strict=False)
        except BaseException as error:
            # The parser is written in Rust. A Rust panic arrives as a BaseException, not as an Exception.
            if not isinstance(error, ValueError) and type(error).__name__ != "PanicException":
                raise
            raise ValueError(" ".join(str(error).split())[:200]) from error


def _header(path: Path, scanned: Scanned, account: Account) -> Any | None:
    try:
        return _parse(scanned.header, ()).headers()[0]
    except ValueError as error:
        account.fault(
            TRANSCRIPTS, "unparseable header", path, 1, f"its header cannot be parsed ({error})", advice=ADVICE
        )
        account.leave(UTTERANCES, "transcript left out", len(scanned.blocks))
        return None


def _parsed(path: Path, header: Sequence[str], blocks: Sequence[Block], account: Account) -> list[tuple[Any, Block]]:
    """Parse utterances, and where that fails halve them until the utterance is found that cannot be parsed."""
    if not blocks:
        return []
    try:
        found = _parse(header, blocks).utterances()
        reason = f"is parsed as {len(found)} utterances" if len(found) != len(blocks) else ""
    except ValueError as error:
        found, reason = [], f"cannot be parsed ({error})"
    if not reason:
        return list(zip(found, blocks, strict=True))
    if len(blocks) == 1:
        account.fault(UTTERANCES, "unparseable utterance", path, blocks[0].line, reason, advice=ADVICE)
        return []
    half = len(blocks) // 2
    return [*_parsed(path, header, blocks[:half], account), *_parsed(path, header, blocks[half:], account)]


def _media(media: Any) -> str | None:
    name = media.get("filename") if isinstance(media, dict) else getattr(media, "filename", None)
    return str(name).strip('"') if name else None


def _utterance(found: Any, block: Block, roles: dict[str, str], wording: Wording) -> ChatUtterance:
    tokens = [token.word for token in found.tokens or []] if wording == "intended" else (found.audible or "").split()
    onset, offset = found.time_marks or (None, None)
    return ChatUtterance(
        line=block.line,
        code=found.participant,
        role=roles.get(found.participant, found.participant),
        pieces=pieces_of(tokens),
        language=block.language,
        onset=None if onset is None else onset / 1000,
        offset=None if offset is None else offset / 1000,
        tiers={name[1:]: text for name, text in (found.tiers or {}).items() if name.startswith("%")},
    )
