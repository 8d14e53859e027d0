"""Reading of calibration data into batches for a learner."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TypeVar

import numpy as np

from babyslm.compression.calibration.batches import (
    Calibration,
    batches_of,
    mask_tokens,
    packed,
    padded,
    pieces,
    sound_batches,
    split_rows,
)
from babyslm.compression.learner import Learner
from babyslm.compression.settings import CompressionSettings
from babyslm.files import sha256_file, sha256_text
from babyslm.models.text.tokens import TextEncoder
from babyslm.seeds import generator
from babyslm.speech.audio import Samples, read_audio
from babyslm.stimuli.stimulus import Stimulus
from babyslm.training.text.lines import Lines, read_lines
from babyslm.verify.learners.compression import LayoutError, NoCalibrationError, SmallCalibrationError

__all__ = ["read_calibration"]

CHUNK = 64
"""Consecutive lines that are drawn together, so that a row holds connected speech or text."""

SOUNDS = (".wav", ".flac", ".ogg")
HOP = 320
"""Hop of the wav2vec 2.0 family in samples: 50 Hz."""

HELD_OUT_POSITIONS = 65_536
"""Upper limit on the tokens, or frames, that are held out."""

Row = TypeVar("Row")

TINY = 1e-7
"""Added to the variance when a sound is normalised."""


def read_calibration(path: Path, learner: Learner, settings: CompressionSettings) -> Calibration:
    """Read texts (a corpus, a table, a text or `.phones` file) or sounds (a folder of them, or one file).

    :param path: file or folder.
    :param learner: determines whether texts or sounds are read, and provides the tokenizer.
    :param settings: row length, rows per batch, layout, upper limit on tokens, proportion held out, seed.
    :raises NoCalibrationError, SmallCalibrationError, LayoutError: see their messages.
    """
    if not path.exists():
        raise NoCalibrationError(path, "no such file or folder")
    if learner.encoder is None:
        return _sounds(path, learner, settings)
    return _texts(path, learner, learner.encoder, settings)


def _texts(path: Path, learner: Learner, encoder: TextEncoder, settings: CompressionSettings) -> Calibration:
    masked = learner.family.kind == "masked"
    layout = settings.layout if settings.layout != "auto" else ("lines" if masked else "packed")
    if layout == "lines" and not learner.family.padded:
        raise LayoutError(learner.family.model_type)
    lines = read_lines(path, "phones" if encoder.options.input == "phonemic" else "words")
    length = min(settings.length, encoder.limit or settings.length)
    fill = padded if layout == "lines" else packed
    rows = fill(_sequences(lines, encoder, settings.seed), length, settings.tokens)
    train, held = _parted(rows, path, length, settings)
    pad = encoder.tokenizer.pad_token_id or 0
    batches = [batches_of(part, settings.rows, pad) for part in (train, held)]
    if masked:
        special, hides = encoder.tokenizer.all_special_ids, encoder.tokenizer.mask_token_id
        batches = [mask_tokens(part, hides, special, settings.seed) for part in batches]
    return Calibration(batches[0], batches[1], path.name, lines.sha256, sum(map(len, rows)), layout)


def _sequences(lines: Lines, encoder: TextEncoder, seed: int) -> Iterator[list[int]]:
    """Yield the tokens of each line between the special tokens of training, in chunks of lines ordered by the seed."""
    phonemic = encoder.options.input == "phonemic"
    front, back = _frame(encoder)
    starts = np.arange(0, len(lines.lines), CHUNK)
    for start in generator(seed, "calibration").permutation(starts).tolist():
        stimuli = [
            Stimulus(str(start + number), phones=tuple(line.split())) if phonemic else Stimulus(str(number), text=line)
            for number, line in enumerate(lines.lines[start : start + CHUNK])
        ]
        for ids in encoder.pieces(stimuli):
            yield [*front, *ids, *back]


def _frame(encoder: TextEncoder) -> tuple[list[int], list[int]]:
    """Return the tokens before and after a text: those of the tokenizer, and the end token if it has one."""
    tokenizer = encoder.tokenizer
    bare: list[int] = tokenizer("a", add_special_tokens=False)["input_ids"]
    full: list[int] = tokenizer("a")["input_ids"]
    front = [] if encoder.beginning is None else [encoder.beginning]
    place = next((i for i in range(len(full)) if full[i : i + len(bare)] == bare), len(full))
    back = full[place + len(bare) :]
    end = tokenizer.eos_token_id
    if not back and end is not None and [end] != front:
        back = [end]
    return front, back


def _sounds(path: Path, learner: Learner, settings: CompressionSettings) -> Calibration:
    files = sorted(each for each in path.rglob("*") if each.suffix in SOUNDS) if path.is_dir() else [path]
    if not files:
        raise NoCalibrationError(path, f"contains no sound files ({', '.join(SOUNDS)})")
    sounds = (_sound(each, normalise=learner.normalise) for each in files)
    found: list[Samples] = []
    for piece in chain.from_iterable(pieces([sound], settings.length * HOP) for sound in sounds):
        found.append(piece)
        if sum(map(len, found)) >= settings.tokens * HOP:
            break
    train, held = _parted(found, path, settings.length, settings)
    batches = [sound_batches(part, settings.rows) for part in (train, held)]
    checksum = sha256_text("".join(sha256_file(each) for each in files))
    return Calibration(batches[0], batches[1], path.name, checksum, sum(map(len, found)), "pieces")


def _sound(path: Path, *, normalise: bool) -> Samples:
    sound = read_audio(path, resample=True, downmix=True)
    if not normalise:
        return sound
    scaled: Samples = ((sound - sound.mean()) / np.sqrt(sound.var() + TINY)).astype(np.float32)
    return scaled


def _parted(
    rows: Sequence[Row], path: Path, length: int, settings: CompressionSettings
) -> tuple[list[Row], list[Row]]:
    if len(rows) < 2:
        raise SmallCalibrationError(path, len(rows), length)
    most = max(1, HELD_OUT_POSITIONS // length)
    train, held = split_rows(len(rows), settings.held_out, settings.seed, most=most)
    return [rows[i] for i in train], [rows[i] for i in held]
