"""Perplexity of a network on held-out batches."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from babyslm.compression.calibration.batches import IGNORED, Batch

__all__ = ["perplexity"]


@torch.no_grad()
def perplexity(network: Any, batches: Sequence[Batch]) -> float:
    """Return exp of the mean negative log-probability (nats) of the batches' targets.

    The targets of a causal network are all tokens of a row but the first; those of a masked one are the masked tokens.

    :param network: a transformers language model, on its current device.
    :param batches: batches with targets.
    """
    total, count = 0.0, 0
    device = network.get_input_embeddings().weight.device
    for batch in batches:
        assert batch.targets is not None
        logits = network(**{name: value.to(device) for name, value in batch.inputs.items()}).logits
        targets = batch.targets.to(logits.device)
        total += cross_entropy(
            logits.float().flatten(0, 1), targets.flatten(), ignore_index=IGNORED, reduction="sum"
        ).item()
        count += int((targets != IGNORED).sum())
    return math.exp(min(total / max(1, count), 700.0))
