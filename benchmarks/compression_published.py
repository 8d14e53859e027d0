"""The published procedure, implemented from its description, as the reference for babyslm's speed.

Teacher and student are both in memory. Texts are sorted by length, the longest first, and padded in batches of 8;
padding is masked neither in attention nor in the loss. Every batch runs through the teacher. Each block of the student
receives the teacher's input and is trained on the teacher's output; then the student runs by itself, each block fed by
the one below without gradient, and is trained on the same output; then each block's AdamW takes a step (8.6e-5,
unfused, constant). The initial factors are the SVD of the weights. The published code also writes the best block to
disk whenever a batch has the lowest loss so far; this is omitted here, in favour of the reference.
"""

import copy
import time
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity, logsigmoid

from babyslm.compression.factors.allocation import RankTable
from babyslm.compression.factors.first import low_rank_factors
from babyslm.compression.factors.linears import ranks_of_block, weight_of
from babyslm.models.low_rank.families.llama import LLAMA
from babyslm.models.low_rank.layers import factorise

__all__ = ["LR", "published"]

LR = 8.6e-5


def loss_of(student: Tensor, teacher: Tensor) -> Tensor:
    """Return L1 plus -log sigmoid of the cosine, over all positions, padding included."""
    distance = (student - teacher).abs().mean(-1)
    return (distance - logsigmoid(cosine_similarity(student, teacher, dim=-1))).mean()


def published(
    teacher: Any, ranks: RankTable, texts: Sequence[Sequence[int]], *, padding: int, clock: Any = time.perf_counter
) -> tuple[Any, float]:
    """Return the student, and the seconds for its factors and one pass over the texts.

    :param teacher: a Llama, in memory.
    :param ranks: rank by block and layer.
    :param texts: token sequences.
    :param padding: id of the padding token.
    :param clock: clock for the measurement.
    """
    began = clock()
    student = copy.deepcopy(teacher)
    for number, block in enumerate(LLAMA.blocks_of(student)):
        own = ranks_of_block(ranks, number)
        weights = {name: weight_of(block.get_submodule(name)) for name in own}
        factorise(block, own)
        for name, rank in own.items():
            expand, reduce = low_rank_factors(weights[name], rank, "weight")
            layer: Any = block.get_submodule(name)
            layer.expand.weight.data.copy_(expand)
            layer.reduce.weight.data.copy_(reduce)
    touched = sorted({block for block, _ in ranks})
    last = touched[-1]
    optimizers = {}
    for number in touched:
        LLAMA.blocks_of(student)[number].requires_grad_(True)
        parameters = LLAMA.blocks_of(student)[number].parameters()
        optimizers[number] = torch.optim.AdamW(parameters, lr=LR, fused=False, foreach=False)
    ordered = sorted(texts, key=len, reverse=True)
    for start in range(0, len(ordered), 8):
        rows = ordered[start : start + 8]
        length = max(map(len, rows))
        ids = torch.tensor([[*row, *[padding] * (length - len(row))] for row in rows])
        calls, goals = run_teacher(teacher, ids, last)
        for number in touched:
            hidden, named = calls[number]
            loss_of(output(LLAMA.blocks_of(student)[number](hidden, **named)), goals[number]).backward()
        hidden = calls[0][0]
        for number in range(last + 1):
            given = output(LLAMA.blocks_of(student)[number](hidden, **calls[number][1]))
            if number in optimizers:
                loss_of(given, goals[number]).backward()
            hidden = given.detach()
        for optimizer in optimizers.values():
            optimizer.step()
            optimizer.zero_grad()
    student.requires_grad_(requires_grad=False)
    return student, clock() - began


def output(value: Any) -> Tensor:
    return value[0] if isinstance(value, tuple) else value


@torch.no_grad()
def run_teacher(teacher: Any, ids: Tensor, last: int) -> tuple[list[tuple[Tensor, dict[str, Any]]], list[Tensor]]:
    """Run the whole teacher, and return the arguments and the output of each block."""
    calls: list[tuple[Tensor, dict[str, Any]]] = []
    goals: list[Tensor] = []

    def keep(_: Any, arguments: tuple[Any, ...], named: dict[str, Any], given: Any) -> None:
        calls.append((arguments[0], dict(named)))
        goals.append(output(given))

    blocks = LLAMA.blocks_of(teacher)[: last + 1]
    hooks = [block.register_forward_hook(keep, with_kwargs=True) for block in blocks]
    teacher(input_ids=ids)
    for hook in hooks:
        hook.remove()
    return calls, goals
