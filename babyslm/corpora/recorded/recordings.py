"""Recordings of a raw corpus: lookup by name, links into a corpus folder, and clips."""

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
"""Subfolder of a prepared corpus that holds its audio."""
KINDS = (".flac", ".mp3", ".ogg", ".opus", ".wav")


def find_recordings(folder: Path) -> list[Path]:
    """Return the sound files in a folder and its subfolders, sorted by relative path.

    :raises NoRecordingsError: if there is none.
    """
    if not folder.is_dir():
        raise NoSuchFileError(folder, "give a folder of recordings")
    found = [path for path in folder.rglob("*") if path.suffix.lower() in KINDS and path.is_file()]
    if not found:
        raise NoRecordingsError(folder, KINDS)
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def seconds_of(path: Path, *, strict: bool = False) -> float:
    """Return the length of a recording in seconds.

    :param path: the file.
    :param strict: accept only mono files at 16 kHz, the format that learners need.
    :raises AudioFormatError: if the file cannot be read as sound.
    :raises SampleRateError: if `strict` and the rate is not 16 kHz.
    :raises ChannelsError: if `strict` and the file is not mono.
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
    """Make `OUT/audio` a link to the folder of recordings, so that no audio is copied.

    :param source: the folder of recordings.
    :param out: the corpus folder.
    :raises ForeignFolderError: if `OUT/audio` exists and is not a link.
    """
    link = out / AUDIO
    if link.is_symlink():
        link.unlink()
    elif link.exists():
        raise ForeignFolderError(link)
    link.symlink_to(source.resolve(), target_is_directory=True)


def cut_clips(rows: pd.DataFrame, out: Path) -> pd.DataFrame:
    """Cut the spans of recordings into separate files, 16 kHz mono, and let the table refer to them.

    Only the span itself is read, so memory does not grow with the length of the recording.

    :param rows: `recording` (Path), `name` (of the recording), `onset`, `offset` (seconds); other columns are kept.
    :param out: the corpus folder.
    :returns: the rows with `audio` (path of the clip) and with `onset`, `offset` relative to the clip, in seconds.
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
    """Return recordings by name without extension; for duplicate names, the first in order."""
    found: dict[str, Path] = {}
    for path in paths:
        found.setdefault(path.stem, path)
    return found
