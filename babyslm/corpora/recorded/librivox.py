"""Preparation of read speech: LibriSpeech folders with transcripts, and LibriVox chapters without."""

import re
from pathlib import Path

import pandas as pd

from babyslm.corpora.corpus import Corpus, save_corpus
from babyslm.corpora.parts import Parts, write_parts
from babyslm.corpora.recorded.recordings import AUDIO, cut_clips, find_recordings, link_recordings, seconds_of
from babyslm.corpora.recorded.voice_activity import Activity, speech_spans
from babyslm.corpora.tiers import phones_of
from babyslm.files import sha256_text
from babyslm.progress import track
from babyslm.speech.audio import RATE, read_audio
from babyslm.verify.corpora.tables import EmptySelectionError, TranscriptLineError

__all__ = ["prepare_librivox", "read_transcripts"]

UTTERANCE = re.compile(r"(\d+)-(\d+)-(\d+)$")
LICENCE = "as stated by the source; LibriVox recordings: public domain; LibriSpeech: CC BY 4.0"


def prepare_librivox(
    source: Path,
    out: Path,
    *,
    language: str = "en",
    activity: Activity | None = None,
    clips: bool = False,
    parts: Parts | None = None,
) -> Corpus:
    """Prepare a folder of read speech.

    Files named as in LibriSpeech (`SPEAKER-CHAPTER-NUMBER`) are utterances; their words come from the `.trans.txt` in
    the same folder, if any. All other files are chapters, which are split at the pauses of the reader. The speaker of
    a chapter is the first folder of its path.

    :param source: folder of recordings.
    :param out: corpus folder to write.
    :param language: language of words and phones; default en.
    :param activity: settings of speech detection; default see `Activity`.
    :param clips: cut clips instead of linking to the recordings; necessary for sample rates other than 16 kHz.
    :param parts: splits and budgets; default none.
    :raises EmptySelectionError: if no segment is long enough.
    """
    activity = activity or Activity()
    recordings = find_recordings(source)
    words = read_transcripts(source)
    rows = []
    for path in track(recordings, "speech detection"):
        rows += _rows(path, source, words, activity, clips=clips)
    if not rows:
        raise EmptySelectionError(
            f"{source}: segments of {activity.least} seconds or more", [path.name for path in recordings[:5]]
        )
    table = pd.DataFrame(rows)
    table["text"] = table["text"].fillna("")
    table = phones_of(table, language, tier=None, source=source)
    table["text"] = table["text"].replace("", pd.NA)
    if clips:
        table = cut_clips(table, out)
    else:
        out.mkdir(parents=True, exist_ok=True)
        link_recordings(source, out)
    manifest = "".join(f"{path.relative_to(source).as_posix()}\t{path.stat().st_size}\n" for path in recordings)
    told: dict[str, object] = {
        "activity": {name: getattr(activity, name) for name in ("below", "pause", "margin", "least", "most")},
        "clips": clips,
    }
    corpus = save_corpus(
        table,
        out,
        name=source.name,
        language=language,
        licence=LICENCE,
        sources=[f"{source.name}: {len(recordings)} recording(s) (sha256 of the manifest {sha256_text(manifest)})"],
        speech="clean",
        settings=told | ({"parts": parts.record()} if parts else {}),
    )
    if parts is not None:
        write_parts(corpus, parts)
    return corpus


def read_transcripts(source: Path) -> dict[str, str]:
    """Return the words of the utterances of LibriSpeech by utterance name, in lower case.

    :param source: folder with `.trans.txt` files.
    :raises TranscriptLineError: if a line is malformed or an utterance occurs twice.
    """
    words: dict[str, str] = {}
    for path in sorted(source.rglob("*.trans.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip():
                continue
            name, _, text = line.partition(" ")
            if not UTTERANCE.match(name) or not text.strip():
                raise TranscriptLineError(path, number, f"{line[:30]!r} is not SPEAKER-CHAPTER-NUMBER WORDS")
            if name in words:
                raise TranscriptLineError(path, number, f"the utterance {name} occurs twice")
            words[name] = text.strip().lower()
    return words


def _rows(
    path: Path, source: Path, words: dict[str, str], activity: Activity, *, clips: bool
) -> list[dict[str, object]]:
    place = path.relative_to(source)
    found = UTTERANCE.match(path.stem)
    common: dict[str, object] = {
        "audio": f"{AUDIO}/{place.as_posix()}",
        "recording": path,
        "name": place.with_suffix("").as_posix(),
        "role": "Reader",
        "text": words.get(path.stem),
        "speaker": found[1] if found else place.parts[0].removesuffix(path.suffix),
        "source": f"{found[1]}-{found[2]}" if found else place.with_suffix("").as_posix(),
    }
    length = seconds_of(path, strict=not clips)
    if found:
        fits = activity.least <= length
        return [common | {"onset": 0.0, "offset": length}] if fits else []
    sound = read_audio(path, rate=RATE, resample=True, downmix=True)
    return [
        common | {"onset": onset, "offset": min(offset, length)} for onset, offset in speech_spans(sound, activity)
    ]
