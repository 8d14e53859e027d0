"""Recordings of a raw corpus: found by name, looked at, linked into a corpus folder, or cut into clips."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from babyslm.corpora.accounting import Account
from babyslm.corpora.recorded.spans import cut_spans
from babyslm.progress import notice
from babyslm.speech.audio import AudioHeader, audio_header
from babyslm.verify.corpora.tables import ForeignFolderError, NoRecordingsError
from babyslm.verify.documents import NoSuchFileError
from babyslm.verify.errors import BabySLMError

__all__ = [
    "AUDIO",
    "CLIPS",
    "KINDS",
    "RECORDINGS",
    "Recorded",
    "by_stem",
    "find_recordings",
    "link_recordings",
    "place_sound",
    "read_recordings",
    "settings_of_sound",
]

AUDIO = "audio"
"""Link in a corpus folder to its recordings."""
CLIPS = "clips"
"""Folder of the clips of a corpus."""
KINDS = (".flac", ".mp3", ".ogg", ".opus", ".wav")
RECORDINGS = "recordings"
FORMATS, CANCELLED = "formats of recordings", "clips of cancelling channels"
"""Topics of the account: formats of recordings, and clips for which the loudest channel was taken."""


@dataclass(frozen=True)
class Recorded:
    """A recording of a raw corpus.

    :param path: the file.
    :param place: its path relative to the folder of recordings.
    :param header: what its header says.
    """

    path: Path
    place: str
    header: AudioHeader

    @classmethod
    def read(cls, path: Path, root: Path, account: Account) -> "Recorded | None":
        """Read the header of a recording; one that is no sound is a fault, and None.

        :param path: the file.
        :param root: the folder of recordings.
        :param account: learns of the recording and its format.
        """
        account.read(RECORDINGS)
        try:
            header = audio_header(path)
        except BabySLMError as error:
            account.fault(RECORDINGS, "not readable", path, None, str(error).removeprefix(f"{path}: "))
            return None
        account.note(FORMATS, str(header))
        return cls(path, path.relative_to(root).as_posix(), header)

    @property
    def identity(self) -> str:
        """Tell the file from another of its name, without reading all of it."""
        state = self.path.stat()
        return f"{self.place} {state.st_size} {state.st_mtime_ns}"

    def columns(self) -> dict[str, object]:
        """Return the columns of its utterances that `place_sound` reads."""
        name = self.place.removesuffix(self.path.suffix)
        return {"recording": self.path, "place": self.place, "name": name, "as_learned": self.header.as_learned}


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


def link_recordings(source: Path, out: Path) -> None:
    """Make `OUT/audio` a link to the folder of recordings, so that no audio is copied.

    :param source: the folder of recordings.
    :param out: the corpus folder.
    """
    link = out / AUDIO
    if link.is_symlink():
        link.unlink()
    elif link.exists():
        raise ForeignFolderError(link)
    out.mkdir(parents=True, exist_ok=True)
    link.symlink_to(source.resolve(), target_is_directory=True)


def place_sound(rows: pd.DataFrame, out: Path, account: Account, item: str, *, clips: bool) -> pd.DataFrame:
    """Return rows whose `audio` learners can read: spans of 16 kHz mono recordings, or clips cut from any other.

    :param rows: the columns of `Recorded.columns`, `onset`, `offset` (seconds); other columns stay.
    :param out: the corpus folder.
    :param account: learns of spans that cannot be read.
    :param item: what a span is, for the account.
    :param clips: cut clips of 16 kHz mono recordings as well.
    """
    if rows.empty:
        return rows.assign(audio=pd.Series(dtype="string"))
    linked = rows["as_learned"].astype(bool) & (not clips)
    rows = rows.assign(audio=f"{AUDIO}/" + rows["place"].astype(str))
    if linked.all():
        return rows
    cut = cut_spans(rows[~linked], out, CLIPS, account, item)
    if cancelled := int(cut["cancelled"].sum()):
        account.note(CANCELLED, "loudest channel", cancelled)
    return pd.concat([rows[linked], cut.drop(columns="cancelled")]).sort_index()


def settings_of_sound(account: Account, *, clips: bool) -> dict[str, object]:
    """Return what a card says of the recordings, and say once what was done with those that are not 16 kHz mono.

    :param account: of the whole preparation.
    :param clips: whether clips were asked for.
    """
    formats = dict(sorted(account.noted(FORMATS).items()))
    told: dict[str, object] = {"clips": clips, "formats": formats}
    other = sum(count for name, count in formats.items() if name != "16000 Hz, 1 channel")
    if other:
        told["resampled"] = "soxr HQ to 16000 Hz"
        notice(
            f"{other} of {sum(formats.values())} recordings are not 16 kHz mono ({', '.join(formats)}): what is kept "
            "of them is cut into clips of 16 kHz mono (soxr)"
        )
    if cancelled := sum(account.noted(CANCELLED).values()):
        told["cancelled"] = cancelled
        notice(f"in {cancelled} clips the channels cancel each other: the loudest channel is taken")
    return told


def read_recordings(folder: Path, account: Account) -> list[Recorded]:
    """Return the recordings below a folder that are sound, in the order of their paths.

    :param folder: the folder of recordings.
    :param account: learns of all of them, and of those that are no sound.
    """
    found = [Recorded.read(path, folder, account) for path in find_recordings(folder)]
    return [recording for recording in found if recording is not None]


def by_stem(recordings: Iterable[Recorded], account: Account) -> dict[str, Recorded]:
    """Return recordings by their name without ending; a name that several have is a fault of all but the first.

    :param recordings: the recordings.
    :param account: learns of the others.
    """
    found: dict[str, Recorded] = {}
    for recording in recordings:
        first = found.setdefault(recording.path.stem, recording)
        if first is not recording:
            reason = f"has the name of {first.place}, so that annotations cannot tell them apart"
            account.fault(RECORDINGS, "name taken", recording.path, None, reason)
    return found
