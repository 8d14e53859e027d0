"""Acoustic shortcuts: whether duration, level, pitch or spectrum identify the good member of a pair.

Summaries of one sound: duration (s); level (root mean square, dB); median pitch (Hz, probabilistic YIN: Mauch & Dixon
2014); voicing (mean voicing probability of the frames by the same method, before the search for a path through the
frames, since the path depends on the preceding word); spectral centroid (Hz); spectral tilt (dB per octave: slope of
the long-term spectrum from 100 Hz up). None of them may suffice to recognise a word.
"""

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from babyslm.engines import in_processes
from babyslm.files import sha256_file, sha256_text
from babyslm.progress import bar
from babyslm.seeds import generator
from babyslm.speech.audio import RATE, Samples, read_audio
from babyslm.speech.kept import kept_array
from babyslm.speech.signal.pitch import track_pitch
from babyslm.speech.signal.spectrum import FRAME, QUIET, centroid, frame_count, power_sum, tilt
from babyslm.stimuli.audit.classifier import classifier_figures, classify_pairs
from babyslm.stimuli.audit.figures import ALL, Figure, share
from babyslm.stimuli.stimulus_set import StimulusSet, StimulusTable

__all__ = ["SUMMARIES", "acoustic_figures", "summarize", "summarize_files"]

DECIMALS = {"duration": 4, "level": 2, "pitch": 1, "voicing": 4, "spectral centroid": 1, "spectral tilt": 3}
"""Decimals of the summaries: far finer than audible differences, and coarser than floating-point rounding."""

SUMMARIES = tuple(DECIMALS)

TOLERANCE = 1.5
CHUNK = 16

RECIPE = 2
"""Version of the summaries: increased whenever the same sound would get other values."""

PER_VOICE = {"lexical": 2000, "syntactic": 600}
"""Pairs of a table analysed in each voice, at least: with many voices, `MOST` would leave too few for one. Sentences
are balanced in groups of four, words only all together: the fewer are drawn, the more they lean by chance."""

ALONE = 2.0
"""Standard errors by which one classifier may exceed chance. Where each of several voices is judged, the bound is such
that all together raise no more false alarms than one (Bonferroni)."""

MOST = 4800
"""Number of pairs analysed per table, counted once per voice: about 7,000 sounds at about 25 ms each."""


def summarize(sound: Samples) -> dict[str, float]:
    """Return the summaries of one sound (see the module). Pitch is 0 if no frame is voiced.

    :param sound: mono at 16 kHz, shape (frames,).
    """
    power = float(np.mean(np.square(sound, dtype=np.float64)))
    padded = np.pad(sound, (0, max(0, 2 * FRAME - len(sound))))
    pitch = track_pitch(padded)
    long_term = power_sum(padded) / frame_count(len(padded)) + QUIET
    values = {
        "duration": len(sound) / RATE,
        "level": 10 * float(np.log10(power + QUIET)),
        "pitch": float(np.median(pitch.hertz[pitch.voiced])) if pitch.voiced.any() else 0.0,
        "voicing": float(pitch.probability.mean()),
        "spectral centroid": float(centroid(long_term)),
        "spectral tilt": float(tilt(long_term)),
    }
    return {name: round(values[name], decimals) for name, decimals in DECIMALS.items()}


def summarize_files(paths: Sequence[Path], *, workers: int = 1) -> pd.DataFrame:
    """Return the summaries of sound files, one row per file, columns `SUMMARIES`.

    :param paths: sound files at 16 kHz, mono.
    :param workers: number of processes; the result does not depend on it.
    """
    chunks = [paths[start : start + CHUNK] for start in range(0, len(paths), CHUNK)]
    rows: list[NDArray[np.float64]] = []
    with bar("Sound", len(paths)) as progress:
        for chunk in in_processes(_summarize_chunk, chunks, workers=workers):
            rows.append(chunk)
            progress.advance(len(chunk))
    values = np.concatenate(rows) if rows else np.zeros((0, len(SUMMARIES)))
    return pd.DataFrame(values, columns=list(SUMMARIES), index=pd.Index([str(path) for path in paths]))


def _summarize_chunk(paths: Sequence[Path]) -> NDArray[np.float64]:
    """Return one row per sound. Results are cached by the hashes of the sounds, so an interrupted audit resumes."""
    heard = (version("librosa"), str(RECIPE), *(sha256_file(path) for path in paths))

    def listen() -> NDArray[np.float64]:
        return np.array([list(summarize(read_audio(path)).values()) for path in paths])

    return kept_array("acoustic-summaries", sha256_text("\x1f".join(heard)), listen)


def acoustic_figures(
    stimuli: StimulusSet, *, seed: int = 0, most: int | None = MOST, workers: int = 1
) -> list[Figure]:
    """Measure the sound of every table with sound.

    The classifiers over all differences together are judged, over all voices and in each voice. Single phenomena,
    single summaries, and duration by voice are for information only.

    :param stimuli: the set.
    :param seed: draws the pairs to analyse, and assigns them to the folds of the classifier.
    :param most: approximate number of pairs analysed per table, counted once per voice; None for all.
    :param workers: number of processes.
    """
    figures: list[Figure] = []
    for table in stimuli:
        if table.folder is not None:
            figures += _table_figures(table, seed, most, workers)
    return figures


def _table_figures(table: StimulusTable, seed: int, most: int | None, workers: int) -> Iterator[Figure]:
    name = f"{table.task}/{table.split}"
    several = len(table.voices) if len(table.voices) > 1 else 0
    pairs = _drawn(table, seed, None if most is None else max(most, PER_VOICE[table.task] * several))
    names = sorted({*pairs["good"], *pairs["bad"]})
    paths = [path for stem in names if (path := table.audio_path(stem)) is not None]
    summaries = summarize_files(paths, workers=workers).set_axis(pd.Index(names))
    differences = summaries.loc[pairs["good"]].to_numpy() - summaries.loc[pairs["bad"]].to_numpy()
    for place, summary in enumerate(SUMMARIES):
        yield share("sound", name, summary, differences[:, place], tolerance=None)
    classified = classify_pairs(differences, list(pairs["cluster"]), seed=seed)
    yield from classifier_figures("sound together", name, classified, tolerance=TOLERANCE)
    for phenomenon, places in pairs.groupby("type").indices.items() if "type" in pairs else ():
        part = classify_pairs(differences[places], list(pairs["cluster"].iloc[places]), seed=seed)
        yield from classifier_figures("sound by phenomenon", name, part, tolerance=None, subset=str(phenomenon))
    errors = float(norm.isf(norm.sf(ALONE) / len(table.voices)))
    for voice in table.voices:
        spoken: NDArray[np.bool_] = (pairs["voice"] == voice).to_numpy(dtype=bool)
        subset = voice or ALL
        yield share("sound by voice", name, "duration", differences[spoken, 0], tolerance=None, subset=subset)
        if several:
            part = classify_pairs(differences[spoken], list(pairs["cluster"][spoken]), seed=seed)
            yield from classifier_figures(
                "sound by voice", name, part, tolerance=TOLERANCE, subset=subset, errors=errors
            )


def _drawn(table: StimulusTable, seed: int, most: int | None) -> pd.DataFrame:
    """Draw pairs: all lexical materials in one voice, then all in another voice, until the number is reached.

    Lexical material is drawn as a whole (a word with all its non-words, a noun with all its sentences), so that the
    balance within it is preserved. Further words are more informative than further voices of the same word.
    """
    pairs = table.pairs
    if most is None or len(pairs) <= most:
        return pairs
    materials = np.array(sorted(pairs["cluster"].unique()))
    order = generator(seed, "sound", table.task, table.split).permutation(len(materials))
    place = pairs["cluster"].map(dict(zip(materials[order].tolist(), range(len(materials)), strict=True)))
    voice = pairs["voice"].map({name: number for number, name in enumerate(table.voices)})
    turn = (voice - place) % len(table.voices) * len(materials) + place
    sizes = turn.value_counts().sort_index()
    heard = sizes.index[sizes.cumsum() - sizes < most]
    return pairs[turn.isin(heard)].reset_index(drop=True)
