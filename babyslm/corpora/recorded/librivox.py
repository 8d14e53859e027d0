"""Preparation of read speech: LibriSpeech folders with transcripts, and LibriVox chapters without."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from babyslm.corpora.accounting import STRICT, Account, Leniency
from babyslm.corpora.batches import Batch, write_batches
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
from babyslm.corpora.recorded.voice_activity import Activity, speech_spans
from babyslm.corpora.text_lines import lines_of
from babyslm.corpora.tiers import phones_of
from babyslm.files import sha256_text
from babyslm.speech.blocks import mono_blocks
from babyslm.verify.corpora.tables import EmptySelectionError
from babyslm.verify.errors import BabySLMError

__all__ = ["prepare_librivox", "read_transcripts"]

UTTERANCE = re.compile(r"(\d+)-(\d+)-(\d+)$")
LICENCE = "as stated by the source; LibriVox recordings: public domain; LibriSpeech: CC BY 4.0"
LINES = "lines of transcripts"
SPANS = "spans of speech"
TOGETHER = 4
"""Recordings in a batch."""


def prepare_librivox(
    source: Path,
    out: Path,
    *,
    language: str = "en",
    activity: Activity | None = None,
    clips: bool = False,
    parts: Parts | None = None,
    leniency: Leniency = STRICT,
) -> Corpus:
    """Prepare a folder of read speech.

    Files named as in LibriSpeech (`SPEAKER-CHAPTER-NUMBER`) are utterances; their words come from the `.trans.txt` in
    the same folder, if any. All other files are chapters, which are split at the pauses of the reader. The speaker of
    a chapter is the first folder of its path.

    :param source: folder of recordings.
    :param out: corpus folder to write.
    :param language: language of words and phones; default en.
    :param activity: settings of speech detection; default see `Activity`.
    :param clips: cut clips instead of linking to the recordings; those that are not 16 kHz mono are always cut.
    :param parts: splits and budgets; default none.
    :param leniency: what is done with faulty recordings and lines of transcripts; default an error that lists them.
    """
    account = Account(leniency)
    recordings = read_recordings(source, account)
    reading = _Reading(out, read_transcripts(source, account), activity or Activity(), language, clips)
    groups = [recordings[first : first + TOGETHER] for first in range(0, len(recordings), TOGETHER)]
    batches = [Batch(reading.identity(group), partial(reading.make, group)) for group in groups]

    def check() -> None:
        if not account[RECORDINGS].kept:
            what = f"{source}: segments of {reading.activity.least} seconds or more"
            raise EmptySelectionError(what, [recording.place for recording in recordings[:5]])
        spoken = {recording.path.stem for recording in recordings}
        account.leave(LINES, "no recording of this name", sum(name not in spoken for name in reading.words))
        if not clips and any(recording.header.as_learned for recording in recordings):
            link_recordings(source, out)

    def card() -> Mapping[str, object]:
        manifest = "".join(f"{each.place}\t{each.path.stat().st_size}\n" for each in recordings)
        names = ("below", "pause", "margin", "least", "most")
        settings = {"activity": {name: getattr(reading.activity, name) for name in names}}
        return {
            "name": source.name,
            "language": language,
            "licence": LICENCE,
            "sources": [
                f"{source.name}: {len(recordings)} recording(s) (sha256 of the manifest {sha256_text(manifest)})"
            ],
            "speech": "clean",
            "settings": settings
            | settings_of_sound(account, clips=clips)
            | ({"parts": parts.record()} if parts else {}),
        }

    corpus = write_batches(batches, out, account, what="speech detection", check=check, card=card)
    if parts is not None:
        write_parts(corpus, parts)
    return corpus


def read_transcripts(source: Path, account: Account) -> dict[str, str]:
    """Return the words of the utterances of LibriSpeech by utterance name, in lower case.

    :param source: folder with `.trans.txt` files.
    :param account: learns of lines and their faults; which are kept is up to the caller.
    """
    words: dict[str, str] = {}
    for path in sorted(source.rglob("*.trans.txt")):
        lines, undecodable = lines_of(path)
        for number, line in enumerate(lines, start=1):
            account.read(LINES)
            name, _, text = line.strip().partition(" ")
            reason = undecodable.get(number, "")
            if not reason and not name:
                account.leave(LINES, "empty")
                continue
            if not reason and (not UTTERANCE.match(name) or not text.strip()):
                reason = f"{line[:30]!r} is not SPEAKER-CHAPTER-NUMBER WORDS"
            elif not reason and name in words:
                reason = f"the utterance {name} occurs twice"
            if reason:
                account.fault(LINES, "malformed line", path, number, reason)
            else:
                words[name] = text.strip().lower()
    return words


@dataclass(frozen=True)
class _Reading:
    """What becomes of recordings; see `prepare_librivox`."""

    out: Path
    words: Mapping[str, str]
    activity: Activity
    language: str
    clips: bool

    def identity(self, group: list[Recorded]) -> str:
        """Return all that decides what is made of some recordings."""
        told = [f"{each.identity} {self.words.get(each.path.stem)}" for each in group]
        return f"{self.activity} {self.language} {self.clips} {told}"

    def make(self, group: list[Recorded], account: Account) -> pd.DataFrame:
        """Return the utterances of some recordings."""
        rows: list[dict[str, object]] = []
        if not account.failing:
            for recording in group:
                rows += self._rows(recording, account)
        if not rows:
            return pd.DataFrame(rows)
        table = pd.DataFrame(rows)
        table["text"] = table["text"].fillna("")
        table = phones_of(table, self.language)
        table["text"] = table["text"].replace("", pd.NA)
        placed = place_sound(table, self.out, account, SPANS, clips=self.clips)
        account.keep(SPANS, len(placed))
        kept = set(placed["recording"])
        account.keep(RECORDINGS, len(kept))
        account.leave(RECORDINGS, "no span readable", len(set(table["recording"]) - kept))
        for name in sorted({path.stem for path in table["recording"]} & self.words.keys()):
            if any(path.stem == name for path in kept):
                account.keep(LINES)
            else:
                account.leave(LINES, "recording left out")
        return placed

    def _rows(self, recording: Recorded, account: Account) -> list[dict[str, object]]:
        found = UTTERANCE.match(recording.path.stem)
        stem = recording.place.removesuffix(recording.path.suffix)
        text = self.words.get(recording.path.stem)
        common = recording.columns() | {
            "role": "Reader",
            "text": text,
            "speaker": found[1] if found else recording.place.split("/")[0].removesuffix(recording.path.suffix),
            "source": f"{found[1]}-{found[2]}" if found else stem,
        }
        if found:
            account.read(SPANS)
            if recording.header.seconds >= self.activity.least:
                return [common | {"onset": 0.0, "offset": recording.header.seconds}]
            for item in (SPANS, RECORDINGS, *([LINES] if text is not None else [])):
                account.leave(item, f"shorter than {self.activity.least:g} s")
            return []
        try:
            spans, short = speech_spans(mono_blocks(recording.path), self.activity)
        except BabySLMError as error:
            reason = str(error).removeprefix(f"{recording.path}: ")
            account.fault(RECORDINGS, "not readable", recording.path, None, reason)
            return []
        account.read(SPANS, len(spans) + short)
        account.leave(SPANS, f"shorter than {self.activity.least:g} s", short)
        if not spans:
            account.leave(RECORDINGS, "no speech")
        length = recording.header.seconds
        return [common | {"onset": onset, "offset": min(offset, length)} for onset, offset in spans]
