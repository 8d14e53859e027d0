"""Spans of recordings, cut into clips of 16 kHz mono."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile

from babyslm.corpora.accounting import Account
from babyslm.speech.audio import RATE, Samples, resample_audio, to_mono, write_audio

__all__ = ["cut_spans"]


def cut_spans(rows: pd.DataFrame, out: Path, folder: str, account: Account, item: str) -> pd.DataFrame:
    """Cut the spans of recordings into separate files, 16 kHz mono, and let the table refer to them.

    Only the span is read, so that a recording of a day needs no more memory than a short one. A span whose samples
    cannot be decoded is a fault.

    :param rows: `recording` (Path), `name` (of the recording), `onset`, `offset` (seconds); other columns are kept.
    :param out: the corpus folder.
    :param folder: the clips' folder in it.
    :param account: learns of spans that cannot be read.
    :param item: what a span is, for the account.
    :returns: the rows that could be cut, with `audio`, with `onset`, `offset` in the clip, and with `cancelled`:
        whether the loudest channel was taken.
    """
    made: dict[int, tuple[str, float, bool]] = {}
    for recording, own in rows.groupby("recording", sort=False):
        for at, samples, reason in _read(Path(str(recording)), own):
            row = own.loc[at]
            if reason:
                line = None if "line" not in own or pd.isna(row["line"]) else int(row["line"])
                path = Path(row["path"]) if "path" in own else Path(str(recording))
                account.fault(item, "sound not readable", path, line, f"the sound of {row['name']} {reason}")
                continue
            mono, cancelled = samples
            name = f"{folder}/{row['name']}/{round(row['onset'] * 1000):09d}_{round(row['offset'] * 1000):09d}.wav"
            write_audio(out / name, mono)
            made[at] = name, len(mono) / RATE, cancelled
    kept = rows.loc[[at for at in rows.index if at in made]]
    audio, lengths, cancels = zip(*(made[at] for at in kept.index), strict=True) if made else ((), (), ())
    return kept.assign(audio=list(audio), onset=0.0, offset=list(lengths), cancelled=list(cancels))


def _read(path: Path, rows: pd.DataFrame) -> Iterator[tuple[int, tuple[Samples, bool], str]]:
    """Yield the place of each row and its sound at 16 kHz with whether channels cancelled, or why there is none."""
    nothing = np.zeros(0, dtype=np.float32), False
    with closing(soundfile.SoundFile(str(path))) as file:
        for at, onset, offset in zip(rows.index, rows["onset"], rows["offset"], strict=True):
            start = round(onset * file.samplerate)
            try:
                file.seek(min(start, file.frames))
                samples = file.read(round(offset * file.samplerate) - start, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError as error:
                yield at, nothing, f"from {onset:.3f} s on cannot be decoded ({str(error).rstrip('.')})"
                continue
            if not len(samples):
                yield at, nothing, f"from {onset:.3f} s on is not there"
            elif not np.isfinite(samples).all():
                yield at, nothing, f"from {onset:.3f} s on holds values that are no finite numbers"
            else:
                mono, cancelled = to_mono(samples)
                if file.samplerate != RATE:
                    mono = resample_audio(mono, file.samplerate, RATE)
                yield at, (mono, cancelled), ""
