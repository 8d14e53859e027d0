"""transformers' Trainer with planned updates that the processes of `torchrun` share."""

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
    """The part of each update that one process reads: every `world`-th sequence, starting at `rank`.

    The sequences of an update are sorted by length, so that the parts are of similar size. A process gets no sequence
    of an update with fewer sequences than there are processes.

    :param plan: the updates.
    :param rank: rank of the process.
    :param world: number of processes.
    """

    def __init__(self, plan: TokenPlan, rank: int, world: int) -> None:
        self.plan, self.rank, self.world = plan, rank, world

    def __len__(self) -> int:
        return len(self.plan)

    def __iter__(self) -> Iterator[list[Draw]]:
        """Yield this process' draws of each update, in the format of a batch sampler."""
        for draws in self.plan:
            yield draws[self.rank :: self.world]


class PlannedTrainer(Trainer):  # type: ignore[misc]
    """Trainer that executes the planned updates, independent of the number of processes.

    The gradient is that of the mean loss over all predicted tokens of the update.

    :param plan: the updates.
    :param examples: the examples that the draws refer to.
    :param pad: id of the padding token.
    :param seed: seed of dropout if there are several processes, each with its own random stream.
    :param settings: training arguments of transformers.
    """

    def __init__(self, plan: TokenPlan, examples: Examples, pad: int, *, seed: int, **settings: Any) -> None:
        self.rank, self.world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
        self.examples, self.pad = examples, pad
        self.share = Share(plan, self.rank, self.world)
        super().__init__(train_dataset=examples, **settings)
        if self.world > 1:
            torch.manual_seed(derive(seed, "dropout", self.rank))

    def get_train_dataloader(self) -> Any:
        """Return this process' part of the planned updates; accelerate must not distribute them again."""
        return DataLoader(
            self.examples,
            batch_sampler=self.share,
            collate_fn=lambda items: padded(items or [([self.pad, self.pad], [IGNORED, IGNORED])], self.pad),
        )

    def get_total_train_batch_size(self, args: Any) -> int:
        """Return a nominal batch size, since updates are planned in tokens."""
        del args
        return 1

    def compute_loss(
        self, model: Any, inputs: dict[str, Tensor], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Return the loss of this process' part, weighted so that the mean over processes is the mean of the update.

        The token count of Trainer is not used: for a causal learner it includes the first token, which is not
        predicted.
        """
        del num_items_in_batch
        outputs = model(**inputs)
        labels = inputs["labels"] if self.examples.masking is not None else inputs["labels"][:, 1:]
        mine = (labels != IGNORED).sum()
        every = self.accelerator.reduce(mine, reduction="sum")
        # Without tokens the mean is NaN; the process still has to take part in the exchange of gradients.
        loss = outputs.loss * (mine * self.world / every) if mine else outputs.logits.sum() * 0.0
        return (loss, outputs) if return_outputs else loss
