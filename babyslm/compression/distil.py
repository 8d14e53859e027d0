"""Local feature distillation: a block of the student is trained to reproduce the output of the teacher's block.

The loss of a position is mean |s - t| - log sigmoid(cos(s, t)) over the dimensions of the student's s and the
teacher's t (Sy, Cerisara and Illina, NAACL 2025, after DistilHuBERT), averaged over positions that are not padding.
A perfect student has a loss of .313: -log sigmoid(1).
"""

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity, logsigmoid

from babyslm.compression.calibration.activations import Activations
from babyslm.compression.calibration.batches import Batch
from babyslm.compression.calibration.prelude import Prelude
from babyslm.compression.settings import CompressionSettings
from babyslm.seeds import generator
from babyslm.verify.learners.compression import NonFiniteError

__all__ = ["PERFECT", "Streams", "distil_block", "feature_loss", "mean_loss"]

PERFECT = -math.log(1 / (1 + math.exp(-1)))
"""Loss of a student that exactly reproduces its teacher."""


@dataclass(frozen=True)
class Streams:
    """Training data of a block.

    :param batches: the batches of the activations.
    :param teacher: inputs of the teacher's block.
    :param student: inputs of the student's block; the same object as long as no lower block was compressed.
    :param target: outputs of the teacher's block.
    """

    batches: Sequence[Batch]
    teacher: Activations
    student: Activations
    target: Activations


def feature_loss(student: Tensor, teacher: Tensor, mask: Tensor | None = None) -> Tensor:
    """Return the mean loss over positions, in float32.

    :param student: shape (rows, length, width).
    :param teacher: same shape.
    :param mask: shape (rows, length), true at positions that count; None for all positions.
    """
    student, teacher = student.float(), teacher.float()
    distance = (student - teacher).abs().mean(-1)
    losses = distance - logsigmoid(cosine_similarity(student, teacher, dim=-1))
    return losses.mean() if mask is None else losses[mask].mean()


def distil_block(
    student: nn.Module,
    streams: Streams,
    train: Sequence[int],
    prelude: Prelude,
    settings: CompressionSettings,
    number: int,
    amp: Callable[[], AbstractContextManager[object]],
) -> None:
    """Train a block of the student in place; gradients do not leave the block.

    :param student: the block, in float32, on the device of the prelude.
    :param streams: inputs and target outputs of the block.
    :param train: indices of the training batches.
    :param prelude: provides masks and positions.
    :param settings: loss terms, optimiser, passes.
    :param number: number of the block, which together with the seed determines the order of the batches.
    :param amp: mixed precision.
    :raises NonFiniteError: if the loss is not finite.
    """
    student.requires_grad_(True)
    optimizer = torch.optim.AdamW(
        student.parameters(), lr=settings.lr, betas=settings.betas, weight_decay=settings.weight_decay, fused=True
    )
    updates = settings.epochs * len(train)
    update = 0
    for epoch in range(settings.epochs):
        order = generator(settings.seed, "block", number, "epoch", epoch).permutation(len(train))
        for batch in (train[position] for position in order.tolist()):
            if settings.schedule == "cosine":
                optimizer.param_groups[0]["lr"] = settings.lr * (1 + math.cos(math.pi * update / updates)) / 2
            loss = _joint_loss(student, streams, batch, prelude, settings.terms, amp)
            if not torch.isfinite(loss):
                raise NonFiniteError("the loss of its distillation has values", number, batch)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            update += 1
    student.requires_grad_(False)


@torch.no_grad()
def mean_loss(
    student: nn.Module,
    streams: Streams,
    batches: Sequence[int],
    prelude: Prelude,
    terms: str,
    amp: Callable[[], AbstractContextManager[object]],
) -> float:
    """Return the mean loss per term over some batches, at least `PERFECT`. Parameters as in `distil_block`."""
    losses = [_joint_loss(student, streams, batch, prelude, terms, amp).item() for batch in batches]
    return sum(losses) / len(losses) / (2 if terms == "both" else 1)


def _joint_loss(
    student: nn.Module,
    streams: Streams,
    batch: int,
    prelude: Prelude,
    terms: str,
    amp: Callable[[], AbstractContextManager[object]],
) -> Tensor:
    """Return the sum of the losses on the teacher's inputs and on the student's inputs, in one forward pass.

    Up to the first compressed block both inputs are the same, and so are the terms: one pass is counted twice.
    """
    device = prelude.device
    same = streams.teacher is streams.student
    wanted = [streams.student if same or terms == "student" else streams.teacher]
    if terms == "both" and not same:
        wanted.append(streams.student)
    hidden = torch.cat([stream[batch] for stream in wanted]) if len(wanted) > 1 else wanted[0][batch]
    call = prelude.call(streams.batches[batch].inputs, copies=len(wanted))
    target = streams.target[batch].to(device)
    mask = streams.batches[batch].mask
    mask = None if mask is None else mask.to(device)
    with amp():
        outputs = call.run(student, hidden.to(device))
    losses = [feature_loss(part, target, mask) for part in outputs.chunk(len(wanted))]
    total = torch.stack(losses).sum()
    return 2 * total if same and terms == "both" else total
