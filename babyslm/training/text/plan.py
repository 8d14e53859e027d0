"""Plan of the updates of a text training: the sequences of each update, and the number of tokens seen after it.

The plan depends on the recipe alone. Checkpoints, learning rates and batch sizes can therefore be given in tokens, and
a resumed run uses the same batches as an uninterrupted one.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from babyslm.scoring.batches import length_batches
from babyslm.seeds import generator

__all__ = ["Draw", "TextSchedule", "TokenPlan", "Update", "blocks", "plan_updates"]

Draw = tuple[int, int]
"""Pass over the corpus, and index of the sequence in it."""

Update = tuple[int, NDArray[np.int64]]
"""Pass over the corpus, and indices of the sequences in it."""


class TextSchedule(BaseModel):
    """Optimisation schedule of a text learner, in tokens.

    :param passes: passes over the corpus.
    :param batch_tokens: upper limit on the tokens of an update.
    :param ramp_from: tokens of the first updates; None for a constant batch size.
    :param ramp_tokens: number of tokens over which updates grow to `batch_tokens`.
    :param ramp_stages: number of equal steps of this growth; Lucie grew from 256 to 1,024 sequences in 12 steps.
    :param warmup_tokens: number of tokens over which the learning rate rises.
    :param least_lr: final learning rate of the cosine decay.
    :param checkpoints: number of checkpoints kept, each at twice as many tokens as the one before; the last is final.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    passes: float = Field(gt=0)
    batch_tokens: int = Field(ge=2)
    ramp_from: int | None = Field(default=None, ge=2)
    ramp_tokens: int = Field(default=0, ge=0)
    ramp_stages: int = Field(default=12, ge=1)
    lr: float = Field(gt=0)
    least_lr: float = Field(default=0.0, ge=0)
    warmup_tokens: int = Field(default=0, ge=0)
    betas: tuple[float, float] = (0.9, 0.95)
    weight_decay: float = Field(default=0.1, ge=0)
    clip: float = Field(default=1.0, gt=0)
    precision: Literal["no", "bf16", "fp16"] = "no"
    threads: int | None = Field(default=None, ge=1)
    checkpoints: int = Field(default=0, ge=0)
    resume_updates: int = Field(default=500, ge=1, description="updates between the saved states used to resume")
    log_updates: int = Field(default=50, ge=1)

    @model_validator(mode="after")
    def _ramp_grows(self) -> Self:
        if self.ramp_from is not None and self.ramp_from > self.batch_tokens:
            raise ValueError("schedule.ramp_from must not be above schedule.batch_tokens")
        return self

    def batch_at(self, seen: int) -> int:
        """Return the upper limit on the tokens of an update after this many tokens seen."""
        if self.ramp_from is None or seen >= self.ramp_tokens:
            return self.batch_tokens
        stage = int(seen / self.ramp_tokens * self.ramp_stages)
        return self.ramp_from + (self.batch_tokens - self.ramp_from) * stage // self.ramp_stages

    def rate_at(self, seen: int, total: int) -> float:
        """Return the learning rate after this many tokens: linear rise, then half a cosine down to `least_lr`."""
        if seen < self.warmup_tokens:
            return self.lr * seen / self.warmup_tokens
        share = (seen - self.warmup_tokens) / max(1, total - self.warmup_tokens)
        return self.least_lr + (self.lr - self.least_lr) * (1 + math.cos(math.pi * min(1.0, share))) / 2


@dataclass(frozen=True)
class TokenPlan:
    """The planned updates of a training.

    :param updates: draws of each update.
    :param seen: tokens seen after each update, shape (updates,).
    """

    updates: tuple[Update, ...]
    seen: NDArray[np.int64]

    @property
    def total(self) -> int:
        """Total number of tokens of the training."""
        return int(self.seen[-1])

    def __len__(self) -> int:
        return len(self.updates)

    def __iter__(self) -> Iterator[list[Draw]]:
        """Yield the draws of each update, in the format of a batch sampler."""
        for number, places in self.updates:
            yield [(number, place) for place in places.tolist()]

    def tokens(self, updates: int) -> int:
        """Return the tokens seen after this many updates."""
        return int(self.seen[updates - 1]) if updates else 0

    def marks(self, count: int) -> dict[int, int]:
        """Return the updates with a checkpoint and the tokens seen there: total / 2^k, the final one included."""
        wanted = [self.total / 2**k for k in range(count)]
        places = {min(len(self.seen), bisect_right(self.seen, mark - 1) + 1) for mark in wanted}
        return {place: self.tokens(place) for place in sorted(places)}


def plan_updates(lengths: Sequence[int], schedule: TextSchedule, *, seed: int) -> TokenPlan:
    """Plan all updates.

    In each pass the sequences are shuffled and batched by similar length, and the batches of the pass are shuffled as
    well. Where the batch size grows within a pass, the rest of the pass is batched again.

    :param lengths: tokens of each sequence, special tokens included.
    :param schedule: batch sizes and passes.
    :param seed: seed of the order of sequences and batches.
    """
    sizes = np.asarray(lengths, dtype=np.int64)
    goal = round(schedule.passes * int(sizes.sum()))
    updates: list[Update] = []
    seen: list[int] = []
    at = number = 0
    while at < goal:
        left = generator(seed, "pass", number).permutation(len(sizes))
        while len(left) and at < goal:
            budget = schedule.batch_at(at)
            batches = [left[batch] for batch in length_batches(sizes[left].tolist(), budget)]
            order = generator(seed, "batches", number, len(left)).permutation(len(batches))
            taken: list[NDArray[np.int64]] = []
            for place in order.tolist():
                if at >= goal or schedule.batch_at(at) != budget:
                    break
                taken.append(batches[place])
                updates.append((number, batches[place]))
                at += int(sizes[batches[place]].sum())
                seen.append(at)
            gone = set(np.concatenate(taken).tolist())
            left = np.array([i for i in left.tolist() if i not in gone], dtype=np.int64)
        number += 1
    return TokenPlan(tuple(updates), np.array(seen, dtype=np.int64))


def blocks(sequences: Sequence[Sequence[int]], length: int, *, begin: int, end: int) -> list[list[int]]:
    """Concatenate sequences, each with its begin and end token, and cut the result into blocks of equal length.

    :param sequences: token sequences without special tokens.
    :param length: tokens of a block; the last block may be shorter.
    :param begin: id of the begin token.
    :param end: id of the end token.
    """
    stream = [token for sequence in sequences for token in (begin, *sequence, end)]
    cut = [stream[start : start + length] for start in range(0, len(stream), length)]
    return [block for block in cut if len(block) > 1]
