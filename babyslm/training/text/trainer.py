"""transformers' Trainer on planned updates, which the processes of `torchrun` share."""

import os
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader
from transformers import Trainer

from babyslm.seeds import derive
from babyslm.training.text.examples import IGNORED, Examples, padded
from babyslm.training.text.plan import Draw, TokenPlan

__all__ = ["PlannedTrainer", "Share"]


class Share:
    """The part of every update that one process reads: each of its sequences that the process' number comes to.

    Sequences of an update lie in the order of their lengths, so that the parts are of about the same size. A process
    gets none where an update has fewer sequences than there are processes.

    :param plan: the updates.
    :param rank: number of the process.
    :param world: number of processes.
    """

    def __init__(self, plan: TokenPlan, rank: int, world: int) -> None:
        self.plan, self.rank, self.world = plan, rank, world

    def __len__(self) -> int:
        return len(self.plan)

    def __iter__(self) -> Iterator[list[Draw]]:
        """Yield the process' draws of each update, as a loader's batch sampler does."""
        for draws in self.plan:
            yield draws[self.rank :: self.world]


class PlannedTrainer(Trainer):  # type: ignore[misc]
    """A trainer whose every update is the one of the plan, however many processes share it.

    The gradient is that of the mean loss over all predicted tokens of the update.

    :param plan: the updates.
    :param examples: what they are made of.
    :param pad: the padding token.
    :param seed: decides dropout where there are several processes, each of which draws its own.
    :param settings: as transformers' Trainer takes them.
    """

    def __init__(self, plan: TokenPlan, examples: Examples, pad: int, *, seed: int, **settings: Any) -> None:
        self.rank, self.world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
        self.examples, self.pad = examples, pad
        self.share = Share(plan, self.rank, self.world)
        super().__init__(train_dataset=examples, **settings)
        if self.world > 1:
            torch.manual_seed(derive(seed, "dropout", self.rank))

    def get_train_dataloader(self) -> Any:
        """Return this process' part of the planned updates; accelerate, which would deal out updates, is kept off."""
        return DataLoader(
            self.examples,
            batch_sampler=self.share,
            collate_fn=lambda items: padded(items or [([self.pad, self.pad], [IGNORED, IGNORED])], self.pad),
        )

    def get_total_train_batch_size(self, args: Any) -> int:
        """Return a nominal size: updates are planned by tokens."""
        del args
        return 1

    def compute_loss(
        self, model: Any, inputs: dict[str, Tensor], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Return the loss of this process' part, weighted so that the average over processes is the update's mean.

        Trainer's own count of tokens is not used: it counts a causal learner's first token, which nothing predicts.
        """
        del num_items_in_batch
        outputs = model(**inputs)
        labels = inputs["labels"] if self.examples.masking is not None else inputs["labels"][:, 1:]
        mine = (labels != IGNORED).sum()
        every = self.accelerator.reduce(mine, reduction="sum")
        # Without tokens the mean is no number; the process still has to take part in the exchange of gradients.
        loss = outputs.loss * (mine * self.world / every) if mine else outputs.logits.sum() * 0.0
        return (loss, outputs) if return_outputs else loss
