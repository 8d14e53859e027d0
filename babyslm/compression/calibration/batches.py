"""Calibration batches: texts packed into full rows or padded line by line, sounds cut into equal pieces."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from babyslm.seeds import generator
from babyslm.speech.audio import Samples

__all__ = [
    "IGNORED",
    "Batch",
    "Calibration",
    "batches_of",
    "mask_tokens",
    "packed",
    "padded",
    "pieces",
    "sound_batches",
    "split_rows",
]

IGNORED = -100
"""Target of a position that does not enter the loss."""

MASKED_SHARE = 0.15
"""Proportion of masked tokens in the calibration of a masked model, as in its training (Devlin et al. 2019)."""


@dataclass(frozen=True)
class Batch:
    """Rows that run together.

    :param inputs: inputs of the network; `attention_mask` only if there is padding.
    :param mask: shape (rows, length), true at positions that are not padding; None if there is no padding.
    :param targets: shape (rows, length): the token to predict there, or `IGNORED`; None for sounds.
    """

    inputs: dict[str, Tensor]
    mask: Tensor | None = None
    targets: Tensor | None = None


@dataclass(frozen=True)
class Calibration:
    """Calibration data of a learner.

    :param train: batches for the statistics and for distillation.
    :param held_out: batches for perplexity and for the loss before and after.
    :param source: file name.
    :param sha256: its checksum.
    :param positions: number of tokens, or samples of sound, in all batches.
    :param layout: packed, lines or pieces.
    """

    train: list[Batch]
    held_out: list[Batch]
    source: str
    sha256: str
    positions: int
    layout: str


def packed(sequences: Iterable[Sequence[int]], length: int, limit: int) -> list[list[int]]:
    """Fill rows of equal length with consecutive sequences; the incomplete last row is dropped.

    :param sequences: token sequences, special tokens included.
    :param length: tokens per row.
    :param limit: upper limit on the tokens in all.

    >>> packed([[1, 2, 3], [4, 5], [6, 7]], 2, 100)
    [[1, 2], [3, 4], [5, 6]]
    """
    tokens: list[int] = []
    for sequence in sequences:
        tokens += sequence
        if len(tokens) >= limit:
            break
    rows = min(len(tokens), limit) // length
    return [tokens[start * length : (start + 1) * length] for start in range(rows)]


def padded(sequences: Iterable[Sequence[int]], length: int, limit: int) -> list[list[int]]:
    """Truncate sequences to a length, up to a total number of tokens.

    :param sequences: token sequences, special tokens included.
    :param length: upper limit on the tokens of one sequence.
    :param limit: upper limit on the tokens in all.
    """
    rows: list[list[int]] = []
    count = 0
    for sequence in sequences:
        row = list(sequence[:length])
        if count + len(row) > limit:
            break
        if len(row) > 1:
            rows.append(row)
            count += len(row)
    return rows


def split_rows(count: int, held_out: float, seed: int, *, most: int) -> tuple[list[int], list[int]]:
    """Return the calibration rows and the held-out rows, in an order determined by the seed.

    :param count: number of rows.
    :param held_out: proportion to hold out.
    :param seed: seed of the split.
    :param most: upper limit on the rows held out.
    """
    order = generator(seed, "rows").permutation(count).tolist()
    size = max(1, min(most, round(held_out * count)))
    return order[size:], order[:size]


def batches_of(rows: Sequence[Sequence[int]], size: int, padding: int) -> list[Batch]:
    """Batch rows of similar length; shorter rows of a batch are padded and masked.

    :param rows: token rows in random order.
    :param size: rows per batch.
    :param padding: id of the padding token.
    """
    ordered = sorted(rows, key=len) if len({len(row) for row in rows}) > 1 else rows
    return [_batch(ordered[start : start + size], padding) for start in range(0, len(ordered), size)]


def _batch(rows: Sequence[Sequence[int]], padding: int) -> Batch:
    length = max(map(len, rows))
    ids = torch.full((len(rows), length), padding)
    mask = torch.zeros((len(rows), length), dtype=torch.bool)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = torch.tensor(row)
        mask[number, : len(row)] = True
    targets = torch.full_like(ids, IGNORED)
    targets[:, :-1] = torch.where(mask[:, 1:], ids[:, 1:], IGNORED)
    if mask.all():
        return Batch({"input_ids": ids}, None, targets)
    return Batch({"input_ids": ids, "attention_mask": mask.long()}, mask, targets)


def mask_tokens(batches: Sequence[Batch], mask_token: int, special: Iterable[int], seed: int) -> list[Batch]:
    """Mask some tokens, as in the training of a masked model, and make them the targets.

    :param batches: batches of unmasked tokens.
    :param mask_token: id of the mask token.
    :param special: tokens that are never masked.
    :param seed: seed of the masks.
    """
    fixed = torch.tensor(sorted(set(special)))
    hidden = []
    for number, batch in enumerate(batches):
        ids = batch.inputs["input_ids"]
        draws = torch.from_numpy(generator(seed, "hidden", number).random(tuple(ids.shape)))
        chosen = (draws < MASKED_SHARE) & ~torch.isin(ids, fixed)
        if batch.mask is not None:
            chosen &= batch.mask
        inputs = batch.inputs | {"input_ids": ids.masked_fill(chosen, mask_token)}
        hidden.append(Batch(inputs, batch.mask, torch.where(chosen, ids, IGNORED)))
    return hidden


def pieces(sounds: Iterable[Samples], samples: int) -> list[Samples]:
    """Cut sounds into pieces of equal length; a shorter sound is a piece of its own length.

    :param sounds: waveforms.
    :param samples: samples per piece.
    """
    found = []
    for sound in sounds:
        whole = min(samples, len(sound))
        found += [sound[start : start + whole] for start in range(0, len(sound) - whole + 1, whole)]
    return found


def sound_batches(found: Iterable[Samples], size: int) -> list[Batch]:
    """Batch pieces of equal length, without padding.

    :param found: pieces in random order.
    :param size: pieces per batch.
    """
    groups: dict[int, list[Samples]] = defaultdict(list)
    for piece in found:
        groups[len(piece)].append(piece)
    return [
        Batch({"input_values": torch.from_numpy(np.stack(group[start : start + size]))})
        for _, group in sorted(groups.items())
        for start in range(0, len(group), size)
    ]
