"""Measures of the compression benchmark: seconds, memory, distance to the teacher."""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from babyslm.compression.calibration.batches import Batch, batches_of, packed
from babyslm.compression.calibration.perplexity import perplexity
from babyslm.compression.calibration.read import read_calibration
from babyslm.compression.compress import Compressed, compress_network
from babyslm.compression.distil import feature_loss
from babyslm.compression.learner import Learner, load_learner
from babyslm.compression.settings import CompressionSettings
from babyslm.compression.work import Work

__all__ = ["LENGTH", "load", "losses", "rows_of", "settings_of", "squeeze", "utterances"]

Row = dict[str, Any]
LENGTH = 128


def settings_of(keep: float, options: argparse.Namespace, **changes: Any) -> CompressionSettings:
    """Return settings of the benchmark; `changes` override the options."""
    values: Row = {
        "ranks": options.ranks,
        "tokens": options.tokens,
        "lr": options.lr,
        "epochs": options.epochs,
        "rows": 8,
        "length": LENGTH,
    }
    return CompressionSettings(keep=keep, seed=options.seed, **(values | changes))


def load(folder: Path) -> Learner:
    """Load the learner of phones."""
    return load_learner(str(folder), input="phonemic")


def rows_of(learner: Learner, lines: Sequence[str], size: int = 32) -> list[Batch]:
    """Return utterances as packed batches, as in training."""
    tokenizer = learner.encoder.tokenizer if learner.encoder else None
    assert tokenizer is not None
    sequences = [[*ids, tokenizer.eos_token_id] for ids in tokenizer(list(lines))["input_ids"]]
    return batches_of(packed(sequences, LENGTH, 10**9), size, 0)


@torch.no_grad()
def distance(teacher: Any, student: Any, batches: Sequence[Batch]) -> float:
    """Return the mean feature loss of a student over its blocks, each fed by the one below; at least .3133."""
    losses = []
    for batch in batches:
        ours, theirs = (
            network(**batch.inputs, output_hidden_states=True).hidden_states for network in (student, teacher)
        )
        losses.append(torch.stack([feature_loss(a, b) for a, b in zip(ours[1:], theirs[1:], strict=True)]).mean())
    return float(torch.stack(losses).mean())


def squeeze(
    learner: Learner,
    calibration: Path,
    settings: CompressionSettings,
    work: Path,
    baselines: Sequence[Any] = (),
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[Compressed, Work, Row]:
    """Compress a learner in place; return time and memory used."""
    given = read_calibration(calibration, learner, settings)
    tokens = sum(batch.inputs["input_ids"].numel() for batch in given.train)
    kept = Work(work, "benchmark")
    before = reset_peak()
    began = clock()
    done = compress_network(
        learner.network,
        learner.family,
        given,
        settings,
        source=learner.name,
        device=torch.device("cpu"),
        work=kept,
        baselines=tuple(baselines),
    )
    seconds = clock() - began
    record = {"seconds": seconds, "tokens": tokens, "seconds_per_1000_tokens": 1000 * seconds / tokens}
    peak = peak_memory()
    if peak is not None and before is not None:
        record |= {"peak_bytes": peak - before, "peak_bytes_per_1000_tokens": 1000 * (peak - before) / tokens}
    return done, kept, record


def reset_peak() -> int | None:
    """Reset the peak of memory, and return the current use in bytes; None if the system does not report it."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return None
    return peak_memory("VmRSS:")


def peak_memory(which: str = "VmHWM:") -> int | None:
    """Return a figure of this process's memory in bytes."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return None
    lines = [line for line in status.read_text().splitlines() if line.startswith(which)]
    return int(lines[0].split()[1]) * 1024


def losses(teacher: Learner, student: Any, batches: Sequence[Batch]) -> Row:
    """Return the distance to the teacher on some batches, and the perplexity on all."""
    return {"loss": distance(teacher.network, student, batches[:8]), "perplexity": perplexity(student, batches)}


def utterances(learner: Learner, calibration: Path, tokens: int) -> list[list[int]]:
    """Return the first utterances of a calibration file as tokens, up to a number of tokens."""
    assert learner.encoder is not None
    tokenizer = learner.encoder.tokenizer
    taken: list[list[int]] = []
    count = 0
    for ids in tokenizer(calibration.read_text(encoding="utf-8").splitlines())["input_ids"]:
        count += len(ids) + 1
        if count > tokens:
            break
        taken.append([*ids, tokenizer.eos_token_id])
    return taken
