"""What a text learner is trained on: sequences, which of their tokens the loss is on, and what is hidden of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from babyslm.seeds import generator
from babyslm.training.text.plan import Draw

__all__ = ["IGNORED", "Example", "Examples", "Masking", "mean_loss", "padded"]

IGNORED = -100
"""What cross-entropy leaves out."""


@dataclass(frozen=True)
class Example:
    """A sequence.

    :param ids: tokens, special ones included.
    :param scored: which of them the loss is on; None for all.
    """

    ids: tuple[int, ...]
    scored: tuple[bool, ...] | None = None


@dataclass(frozen=True)
class Masking:
    """How a masked learner's tokens are hidden (BabyBERTa: never left as they are).

    :param mask: id of the mask.
    :param size: size of the vocabulary, for tokens drawn at random.
    :param special: ids that are never hidden.
    :param share: of tokens that are predicted.
    :param random: share of these that become a random token instead of the mask.
    """

    mask: int
    size: int
    special: tuple[int, ...]
    share: float = 0.15
    random: float = 0.1

    def apply(self, ids: Sequence[int], draw: np.random.Generator) -> tuple[list[int], list[int]]:
        """Return tokens with some hidden, and labels for these; at least one is hidden."""
        own = [place for place, token in enumerate(ids) if token not in self.special]
        chosen = [place for place in own if draw.random() < self.share] or [own[int(draw.integers(len(own)))]]
        hidden, labels = list(ids), [IGNORED] * len(ids)
        for place in chosen:
            labels[place] = ids[place]
            free = draw.random() < self.random
            hidden[place] = int(draw.integers(len(self.special), self.size)) if free else self.mask
        return hidden, labels


class Examples(Dataset[tuple[list[int], list[int]]]):
    """Examples by draw: how tokens are hidden depends on pass and place alone."""

    def __init__(self, examples: Sequence[Example], masking: Masking | None, seed: int) -> None:
        self.examples, self.masking, self.seed = examples, masking, seed

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, draw: Draw) -> tuple[list[int], list[int]]:
        number, place = draw
        example = self.examples[place]
        if self.masking is not None:
            return self.masking.apply(example.ids, generator(self.seed, "mask", number, place))
        scored = example.scored or (True,) * len(example.ids)
        labels = [token if each else IGNORED for token, each in zip(example.ids, scored, strict=True)]
        return list(example.ids), labels


def padded(items: Sequence[tuple[list[int], list[int]]], pad: int) -> dict[str, torch.Tensor]:
    """Return a batch of sequences of one width; padding is neither attended to nor scored.

    :param items: tokens and labels of each.
    :param pad: the padding token.
    """
    width = max(len(ids) for ids, _ in items)
    rows = [(ids + [pad] * (width - len(ids)), labels + [IGNORED] * (width - len(ids))) for ids, labels in items]
    return {
        "input_ids": torch.tensor([ids for ids, _ in rows]),
        "attention_mask": torch.tensor([[1] * len(ids) + [0] * (width - len(ids)) for ids, _ in items]),
        "labels": torch.tensor([labels for _, labels in rows]),
    }


def mean_loss(network: Any, examples: Sequence[Example], masking: Masking | None, *, pad: int) -> float:
    """Return the mean loss in nats a predicted token, in evaluation mode.

    :param network: a model of transformers.
    :param examples: at least one.
    :param masking: for a masked learner; the same tokens are hidden every time.
    :param pad: the padding token.
    """
    was = network.training
    network.eval()
    source = Examples(examples, masking, 0)
    total, count = 0.0, 0
    device = next(network.parameters()).device
    with torch.inference_mode():
        order = sorted(range(len(examples)), key=lambda place: len(examples[place].ids))
        for start in range(0, len(order), 32):
            batch = padded([source[0, place] for place in order[start : start + 32]], pad)
            labels = batch["labels"] if masking is not None else batch["labels"][:, 1:]
            predicted = int((labels != IGNORED).sum())
            if predicted:
                loss = network(**{name: each.to(device) for name, each in batch.items()}).loss
                total, count = total + float(loss) * predicted, count + predicted
    network.train(was)
    return total / count if count else math.nan
