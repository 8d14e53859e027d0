"""Training examples of text learners: token sequences, the tokens that enter the loss, and the masked tokens."""

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
"""Label of tokens that cross-entropy ignores."""


@dataclass(frozen=True)
class Example:
    """A training sequence.

    :param ids: tokens, special tokens included.
    :param scored: whether each token enters the loss; None for all tokens.
    """

    ids: tuple[int, ...]
    scored: tuple[bool, ...] | None = None


@dataclass(frozen=True)
class Masking:
    """Masking for a masked learner (as in BabyBERTa, no selected token is left unchanged).

    :param mask: id of the mask token.
    :param size: size of the vocabulary, from which random tokens are drawn.
    :param special: ids that are never masked.
    :param share: proportion of tokens that are selected for prediction.
    :param random: proportion of the selected tokens that become a random token instead of the mask.
    """

    mask: int
    size: int
    special: tuple[int, ...]
    share: float = 0.15
    random: float = 0.1

    def apply(self, ids: Sequence[int], draw: np.random.Generator) -> tuple[list[int], list[int]]:
        """Return the tokens after masking, and labels for the masked ones; at least one token is masked."""
        own = [place for place, token in enumerate(ids) if token not in self.special]
        chosen = [place for place in own if draw.random() < self.share] or [own[int(draw.integers(len(own)))]]
        hidden, labels = list(ids), [IGNORED] * len(ids)
        for place in chosen:
            labels[place] = ids[place]
            free = draw.random() < self.random
            hidden[place] = int(draw.integers(len(self.special), self.size)) if free else self.mask
        return hidden, labels


class Examples(Dataset[tuple[list[int], list[int]]]):
    """Examples addressed by draw: the masking of an example depends only on the pass and on its position."""

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
    """Return a batch padded to the length of its longest sequence; padding is neither attended to nor scored.

    :param items: tokens and labels of each sequence.
    :param pad: id of the padding token.
    :returns: `input_ids`, `attention_mask` and `labels`, each of shape (sequences, longest).
    """
    width = max(len(ids) for ids, _ in items)
    rows = [(ids + [pad] * (width - len(ids)), labels + [IGNORED] * (width - len(ids))) for ids, labels in items]
    return {
        "input_ids": torch.tensor([ids for ids, _ in rows]),
        "attention_mask": torch.tensor([[1] * len(ids) + [0] * (width - len(ids)) for ids, _ in items]),
        "labels": torch.tensor([labels for _, labels in rows]),
    }


def mean_loss(network: Any, examples: Sequence[Example], masking: Masking | None, *, pad: int) -> float:
    """Return the mean loss in nats per predicted token, in evaluation mode.

    :param network: a transformers model.
    :param examples: at least one example.
    :param masking: the masking of a masked learner; the same tokens are masked in each call.
    :param pad: id of the padding token.
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
