"""The utterances of transcripts as rows, in the languages asked for."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from babyslm.corpora.accounting import Account
from babyslm.corpora.childes.chat import ChatUtterance, Transcript
from babyslm.corpora.childes.languages import language_pieces, two_letter
from babyslm.corpora.childes.lines import LOST, TRANSCRIPTS, UTTERANCES

__all__ = ["COLUMNS", "rows_of"]

COLUMNS = (
    *("speaker", "role", "age", "text", "source", "onset", "offset"),
    *("tiers", "path", "line", "media", "language", "pieces"),
)


def rows_of(transcripts: Iterable[Transcript], root: Path, languages: Sequence[str], account: Account) -> pd.DataFrame:
    """Return the utterances of transcripts as rows; `source` is the path relative to the folder, without extension.

    :param transcripts: as read.
    :param root: the folder that paths are relative to.
    :param languages: two-letter codes of the languages that are kept.
    :param account: learns of transcripts and utterances in other languages.
    """
    rows: list[dict[str, object]] = []
    for transcript in transcripts:
        declared = [two_letter(code) for code in transcript.languages] or list(languages[:1])
        if declared[0] not in languages:
            reason = f"its @Languages begin with {transcript.languages[0]}, which is not --lang {', '.join(languages)}"
            account.fault(TRANSCRIPTS, "another language", transcript.path, None, reason)
            account.leave(UTTERANCES, LOST, len(transcript.utterances))
            continue
        place = transcript.path.relative_to(root).with_suffix("").as_posix()
        family = f"{place.rpartition('/')[0]}/" if "/" in place else ""
        common = {"age": transcript.age, "source": place, "path": transcript.path, "media": transcript.media}
        for said in transcript.utterances:
            spoken = _languages(said, declared, languages, account)
            if spoken is not None:
                rows.append(common | spoken | _row(said, family))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(said: ChatUtterance, family: str) -> dict[str, object]:
    return {
        "speaker": family + said.code,
        "role": said.role,
        "text": said.text,
        "onset": said.onset,
        "offset": said.offset,
        "tiers": said.tiers,
        "line": said.line,
    }


def _languages(
    said: ChatUtterance, declared: Sequence[str], languages: Sequence[str], account: Account
) -> dict[str, object] | None:
    """Return the language of an utterance and its words, or None where it is left out."""
    own = two_letter(said.language) if said.language else declared[0]
    if own not in languages:
        account.leave(UTTERANCES, "another language")
        return None
    if all(codes is None for _, codes in said.pieces):
        return {"language": own, "pieces": None}
    pieces = language_pieces(said.pieces, own, declared)
    if pieces is None:
        account.leave(UTTERANCES, "a word of a language without a phone set")
        return None
    return {"language": own, "pieces": pieces}
