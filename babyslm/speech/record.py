"""Record of the speech of a frozen set: what its sound has to be on any machine.

Formant speech is equal to the last bit wherever the same espeak-ng speaks, so the record holds a checksum per table
and voice. Neural speech depends on the arithmetic of the processor. The record holds spectrograms of a sample of it,
and a set agrees if it lies within a stated distance of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from babyslm.files import atomic_file
from babyslm.seeds import generator
from babyslm.speech.audio import RATE, Samples, read_audio
from babyslm.stimuli.stimulus_set import StimulusSet, StimulusTable
from babyslm.stimuli.voiced import FORMANT

__all__ = ["DISTANCE", "SAMPLED", "Deviation", "SpeechRecord", "deviations", "spectrogram", "take_record"]

SAMPLED = 12
"""Number of items per table and voice whose spectrogram is kept."""

DISTANCE = 1.5
"""Largest mean difference of a spectrogram from the record, in dB, over the cells above `FLOOR`."""

LONGER = 0.02
"""Largest difference in duration, in seconds."""

BANDS, HOP = 24, 640
"""Mel bands and step (40 ms) of a spectrogram."""

FLOOR = 50.0
"""Cells further below the loudest cell, in dB, count as silent."""

Spectrogram = NDArray[np.int16]


@dataclass(frozen=True)
class SpeechRecord:
    """What the speech of a set is.

    :param checksums: SHA-256 over the samples of a table's files in one voice, by `task/split/voice`.
    :param spectra: spectrograms of sampled items, by `task/split/file name`.
    """

    checksums: Mapping[str, str]
    spectra: Mapping[str, Spectrogram] = field(repr=False)

    def save_spectra(self, path: Path) -> None:
        """Write the spectrograms.

        :param path: a new `.npz` file.
        """
        with atomic_file(path) as temporary, temporary.open("wb") as file:
            np.savez_compressed(
                file, allow_pickle=False, **{name: self.spectra[name] for name in sorted(self.spectra)}
            )

    @classmethod
    def load(cls, checksums: Mapping[str, str], path: Path) -> "SpeechRecord":
        """Read a record.

        :param checksums: by `task/split/voice`.
        :param path: file of the spectrograms; where it is missing there are none.
        """
        if not path.is_file():
            return cls(checksums, {})
        with np.load(path, allow_pickle=False) as stored:
            return cls(checksums, {name: stored[name] for name in stored.files})


@dataclass(frozen=True)
class Deviation:
    """Speech that differs from the record.

    :param place: `task/split/voice`, or `task/split/file name` of a sampled item.
    :param reason: how it differs.
    """

    place: str
    reason: str


def take_record(stimuli: StimulusSet, *, seed: int, sampled: int = SAMPLED) -> SpeechRecord:
    """Record the speech of a set: checksums of its formant voices, spectrograms of all others.

    :param stimuli: a set with clean sound.
    :param seed: draws the sampled items.
    :param sampled: items per table and voice.
    """
    checksums: dict[str, str] = {}
    spectra: dict[str, Spectrogram] = {}
    for table, voice, kind, names in _spoken(stimuli):
        assert table.folder is not None
        place = f"{table.task}/{table.split}"
        if kind == FORMANT:
            checksums[f"{place}/{voice}"] = _checksum(table.folder, names)
            continue
        drawn = generator(seed, "record", place, voice).permutation(len(names))[:sampled]
        for name in sorted(names[index] for index in drawn):
            spectra[f"{place}/{name}"] = spectrogram(read_audio(table.folder / f"{name}.wav"))
    return SpeechRecord(checksums, spectra)


def deviations(stimuli: StimulusSet, record: SpeechRecord) -> list[Deviation]:
    """Compare the speech of a set with the record; an empty list says that it agrees.

    Tables and voices that the set does not have are not compared.

    :param stimuli: a set with clean sound.
    :param record: the record.
    """
    found: list[Deviation] = []
    for table, voice, kind, names in _spoken(stimuli):
        assert table.folder is not None
        place = f"{table.task}/{table.split}"
        if kind == FORMANT:
            expected = record.checksums.get(f"{place}/{voice}")
            if expected is not None and _checksum(table.folder, names) != expected:
                found.append(Deviation(f"{place}/{voice}", "other samples than in the record"))
            continue
        for name in names:
            kept = record.spectra.get(f"{place}/{name}")
            if kept is not None:
                found += _compared(f"{place}/{name}", read_audio(table.folder / f"{name}.wav"), kept)
    return found


def spectrogram(samples: Samples) -> Spectrogram:
    """Return a mel spectrogram in tenths of a decibel, shape (bands + 1, frames); row 0 holds the length in samples.

    :param samples: mono at 16 kHz, shape (samples,).
    """
    import librosa

    power = librosa.feature.melspectrogram(y=samples, sr=RATE, n_fft=1024, hop_length=HOP, n_mels=BANDS, fmax=RATE / 2)
    level = np.round(100 * np.log10(np.maximum(power, 1e-10))).astype(np.int16)
    length = np.full(level.shape[1], 0, dtype=np.int16)
    length[0] = min(round(1000 * len(samples) / RATE), np.iinfo(np.int16).max)  # milliseconds
    return np.concatenate([length[None], level])


def _compared(place: str, samples: Samples, kept: Spectrogram) -> Iterator[Deviation]:
    here = spectrogram(samples)
    seconds, expected = int(here[0, 0]) / 1000, int(kept[0, 0]) / 1000
    if abs(seconds - expected) > LONGER:
        yield Deviation(place, f"{seconds:.3f} s long, {expected:.3f} s in the record")
        return
    frames = min(here.shape[1], kept.shape[1])
    one, two = here[1:, :frames] / 10, kept[1:, :frames] / 10
    audible = two > two.max() - FLOOR
    distance = float(np.abs(one - two)[audible].mean())
    if distance > DISTANCE:
        yield Deviation(place, f"{distance:.2f} dB from the record; {DISTANCE} are allowed")


def _spoken(stimuli: StimulusSet) -> Iterator[tuple[StimulusTable, str, str, list[str]]]:
    """Yield each table with each of its voices, the kind of the voice and its files in order."""
    for table in stimuli:
        if table.folder is None:
            continue
        kinds = table.rows.get("voice_kind", FORMANT)
        for (voice, kind), rows in table.rows.assign(_kind=kinds).groupby(["voice", "_kind"], sort=True):
            yield table, str(voice), str(kind), sorted(set(rows["filename"]))


def _checksum(folder: Path, names: Sequence[str]) -> str:
    """Return the SHA-256 over names and samples; headers do not count."""
    whole = sha256()
    for name in names:
        samples = np.round(read_audio(folder / f"{name}.wav") * 32768).astype("<i2")
        whole.update(f"{name} {len(samples)}\n".encode())
        whole.update(samples.tobytes())
    return whole.hexdigest()
