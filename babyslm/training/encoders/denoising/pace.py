"""Pace of a training: hours of speech heard per second, operations per second, share of the machine's arithmetic."""

import os
import time
from typing import Any

import torch

from babyslm.models.encoders.denoising.network import DenoisingNetwork, operations
from babyslm.training.encoders.denoising.problem import DenoisingProblem
from babyslm.training.loop import Fit, resolve_precision
from babyslm.training.settings import LoopSettings

__all__ = ["pace", "peak_operations"]

SIDE = 2048
"""Rows and columns of the matrices whose product measures the machine."""

TRIALS = 3


def pace(outcome: Fit, problem: DenoisingProblem, network: DenoisingNetwork, loop: LoopSettings) -> dict[str, Any]:
    """Return how much speech a training has heard and how fast.

    :param outcome: the finished training.
    :param problem: its batches.
    :param network: the network.
    :param loop: settings of the optimisation.
    :returns: precision of the products; hours heard (without silence around utterances) and hours heard per second;
        billions of floating-point operations per second in matrix products (padding is not counted), and their share
        of the measured peak.
    """
    per_update = loop.accumulate * int(os.environ.get("WORLD_SIZE", "1"))
    frames, updates, epoch = 0, 0, 0
    while updates < outcome.position.update:
        plan = problem.plan(epoch)
        for start in range(0, len(plan), per_update):
            if updates < outcome.position.update:
                frames += sum(problem.symbols(batch) for batch in plan[start : start + per_update])
                updates += 1
        epoch += 1
    seconds = max(outcome.position.seconds, 1e-9)
    device = problem.labels.device
    done = frames * operations(network) / seconds
    hours = frames * problem.hearing.hop * problem.hearing.stack / 3600
    precision = resolve_precision(device.type) if loop.precision == "auto" else loop.precision
    dtype = {"no": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[precision]
    return {
        "precision": precision,
        "hours_heard": round(hours, 3),
        "hours_heard_a_second": round(hours / seconds, 5),
        "gigaflops": round(done / 1e9, 2),
        "share_of_peak": round(done / (peak_operations(device, dtype) * int(os.environ.get("WORLD_SIZE", "1"))), 3),
    }


def peak_operations(device: torch.device, dtype: torch.dtype) -> float:
    """Measure the operations per second of a product of large matrices on a device: the best of several trials."""
    side = SIDE if device.type != "cpu" else SIDE // 2
    first, second = (torch.ones(side, side, device=device, dtype=dtype) for _ in range(2))
    best = 0.0
    for _ in range(1 + TRIALS):  # the first trial warms up
        begun = time.perf_counter()
        float((first @ second)[0, 0])  # waits for the device
        best = max(best, 2 * side**3 / (time.perf_counter() - begun))
    return best
