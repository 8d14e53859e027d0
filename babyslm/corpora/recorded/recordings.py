"""Recordings of a raw corpus: found by name, linked into a corpus folder, or cut into clips."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from babyslm.progress import track
from babyslm.speech.audio import RATE, resample_audio, write_audio
from babyslm.verify.corpora.tables import ForeignFolderError, NoRecordingsError
from babyslm.verify.documents import NoSuchFileError
from babyslm.verify.speech.audio import AudioFormatError, ChannelsError, SampleRateError

__all__ = ["AUDIO", "KINDS", "by_stem", "cut_clips", "find_recordings", "link_recordings", "seconds_of"]

AUDIO = "audio"
"""Where the sound of a prepared corpus lies, in its folder."""
KINDS = (".flac", ".mp3", ".ogg", ".opus", ".wav")


def find_recordings(folder: Path) -> list[Path]:
    """Return the sound files below a folder, in the order of their paths relative to it."""
    if not folder.is_dir():
        raise NoSuchFileError(folder, "name a folder of recordings")
    found = [path for path in folder.rglob("*") if path.suffix.lower() in KINDS and path.is_file()]
    if not found:
        raise NoRecordingsError(folder, KINDS)
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def seconds_of(path: Path, *, strict: bool = False) -> float:
    """Return the length of a recording in seconds.

    :param path: the file.
    :param strict: refuse what is not one channel of 16 kHz, as learners hear it.
    """
    import soundfile

    try:
        info = soundfile.info(str(path))
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise AudioFormatError(path, str(error).splitlines()[0]) from error
    if strict and info.samplerate != RATE:
        raise SampleRateError(path, info.samplerate, RATE)
    if strict and info.channels != 1:
        raise ChannelsError(path, info.channels)
    return float(info.frames / info.samplerate)


def link_recordings(source: Path, out: Path) -> None:
    """Let `OUT/audio` point to the folder of recordings, so that nothing is copied.

    :param source: the folder of recordings.
    :param out: the corpus folder.
    """
    link = out / AUDIO
    if link.is_symlink():
        link.unlink()
    elif link.exists():
        raise ForeignFolderError(link)
    link.symlink_to(source.resolve(), target_is_directory=True)


def cut_clips(rows: pd.DataFrame, out: Path) -> pd.DataFrame:
    """Cut the spans of recordings into files of their own, 16 kHz mono, and let the table point to them.

    Only the span is read, so that a recording of a day needs no more memory than a short one.

    :param rows: `recording` (Path) and `name` (of the recording), `onset`, `offset` (seconds); other columns stay.
    :param out: the corpus folder.
    :returns: the rows with `audio`, and with `onset`, `offset` in the clip.
    """
    import soundfile

    clips, lengths = [], []
    opened: soundfile.SoundFile | None = None
    at: Path | None = None
    try:
        for row in track(rows.itertuples(), "clips", total=len(rows)):
            if row.recording != at:
                if opened is not None:
                    opened.close()
                opened, at = soundfile.SoundFile(str(row.recording)), row.recording
            assert opened is not None
            start = round(row.onset * opened.samplerate)
            opened.seek(min(start, opened.frames))
            samples = opened.read(round(row.offset * opened.samplerate) - start, dtype="float32", always_2d=True)
            mono = samples.mean(axis=1)
            if opened.samplerate != RATE:
                mono = resample_audio(mono, opened.samplerate, RATE)
            name = f"{row.name}/{round(row.onset * 1000):09d}_{round(row.offset * 1000):09d}.wav"
            write_audio(out / AUDIO / name, mono)
            clips.append(f"{AUDIO}/{name}")
            lengths.append(len(mono) / RATE)
    finally:
        if opened is not None:
            opened.close()
    return rows.assign(audio=clips, onset=0.0, offset=lengths)


def by_stem(paths: Iterable[Path]) -> dict[str, Path]:
    """Return recordings by their name without ending; of several, the first in order."""
    found: dict[str, Path] = {}
    for path in paths:
        found.setdefault(path.stem, path)
    return found
