"""Training loop of all networks: batches determined by the seed alone, and resumption after an interruption.

Runs on one CPU or GPU, or under `torchrun` on several, with Hugging Face accelerate. The gradient of an update is that
of the mean loss over all its symbols, independent of their distribution over batches and processes.
"""

import math
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn, optim

from babyslm.files import write_text
from babyslm.progress import Bar, bar
from babyslm.seeds import derive
from babyslm.training.checkpoint import LossRecord, Position, load_checkpoint, save_checkpoint
from babyslm.training.processes import is_first
from babyslm.training.settings import LoopSettings, learning_rate
from babyslm.verify.learners.recipes import DivergedError, PrecisionError

if TYPE_CHECKING:
    from accelerate import Accelerator

__all__ = ["CHECKPOINTS", "LOSSES", "Fit", "Problem", "fit", "resolve_precision", "threads"]

CHECKPOINTS = ".checkpoints"
LOSSES = "losses.jsonl"

Batch = NDArray[np.int64]


class Problem(Protocol):
    """Training data and loss of a network. A batch is an array of indices into the problem's own examples."""

    def plan(self, epoch: int) -> list[Batch]:
        """Return the batches of an epoch; the same ones in each call."""

    def symbols(self, batch: Batch) -> int:
        """Return the number of symbols that a batch predicts."""

    def loss(self, network: nn.Module, batch: Batch, device: torch.device) -> Tensor:
        """Return the loss of a batch, summed over its symbols, in nats."""

    def validate(self, network: nn.Module, device: torch.device) -> float | None:
        """Return the mean loss in nats per symbol on the held-out data; None if there is none."""


@dataclass(frozen=True)
class Fit:
    """Outcome of a training run.

    :param weights: the best weights by validation loss, or the last ones without held-out data.
    :param position: final state; `losses` is the loss curve.
    """

    weights: dict[str, Tensor]
    position: Position


def fit(
    network: nn.Module,
    problem: Problem,
    settings: LoopSettings,
    *,
    seed: int,
    folder: Path,
    identity: str,
    resume: bool = True,
    device: str = "auto",
    title: str = "training",
    skips: bool = False,
) -> Fit:
    """Train a network, or resume from its checkpoint in `folder`.

    On a CPU, an interrupted and resumed run ends with bit-identical weights to an uninterrupted one.

    :param network: changed in place.
    :param problem: batches and losses.
    :param settings: optimiser, schedule, stopping criteria.
    :param seed: seed of the order of batches (through the problem) and of dropout.
    :param folder: folder of checkpoints and `losses.jsonl`.
    :param identity: hash of data and settings; a checkpoint with another identity is refused.
    :param resume: continue from a checkpoint if there is one; False starts from the beginning.
    :param device: `auto`, or `cpu` to avoid a GPU.
    :param title: label of the progress bar.
    :param skips: whether an update may leave some weights unused, as with layer drop; needed with several processes.
    """
    if not resume and is_first():
        shutil.rmtree(folder / CHECKPOINTS, ignore_errors=True)
    with threads(settings.threads):
        run = _Run(network, problem, settings, seed, folder, identity, device, title, skips)
        if resume:
            run.restore()
        return run.go()


@contextmanager
def threads(count: int | None) -> Iterator[None]:
    """Set torch's number of threads inside the block; None leaves it unchanged."""
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class _Run:
    def __init__(
        self,
        network: nn.Module,
        problem: Problem,
        settings: LoopSettings,
        seed: int,
        folder: Path,
        identity: str,
        device: str,
        title: str,
        skips: bool,
    ) -> None:
        self.accelerator = _accelerator(settings.precision, device, skips=skips)
        self.problem, self.settings, self.seed = problem, settings, seed
        self.folder, self.title = folder, title
        self.bare = network.to(self.accelerator.device)
        make = optim.Adam if settings.optimizer == "adam" else optim.AdamW
        fused = self.accelerator.device.type == "cuda" and settings.precision != "fp16"
        bare_optimizer = make(
            self.bare.parameters(),
            lr=settings.lr,
            betas=settings.betas,
            weight_decay=settings.weight_decay,
            fused=fused or None,
        )
        self.position = Position(identity=identity)
        self.best: dict[str, Tensor] | None = None
        self.bare_optimizer = bare_optimizer
        self.network, self.optimizer = self.accelerator.prepare(self.bare, bare_optimizer)

    def restore(self) -> None:
        """Restore the latest checkpoint, if there is one."""
        kept = load_checkpoint(self.folder / CHECKPOINTS, self.position.identity, self.bare, self.bare_optimizer)
        if kept is None:
            return
        self.position, self.best = kept.position, kept.best
        if self.accelerator.scaler is not None and self.position.scaler:
            self.accelerator.scaler.load_state_dict(self.position.scaler)

    def go(self) -> Fit:
        begun = time.perf_counter()
        before = self.position.seconds
        saved = begun
        with bar(self.title, self._total()) as progress:
            progress.advance(self.position.update)
            for group, ends_epoch in self._groups():
                self._update(group)
                self._after(ends_epoch, progress)
                now = time.perf_counter()
                self.position.seconds = before + now - begun
                if self._checkpoint_due(now - saved):
                    self._save()
                    saved = now
                if self._stopped():
                    break
        self._close_curve()
        weights = self.best if self.best is not None else _copy(self.bare)
        return Fit(weights, self.position)

    def _total(self) -> int | None:
        if self.settings.epochs is None:
            return self.settings.updates
        share = self.accelerator.num_processes * self.settings.accumulate
        total: int = self.settings.epochs * math.ceil(len(self.problem.plan(0)) / share)
        return total if self.settings.updates is None else min(total, self.settings.updates)

    def _stopped(self) -> bool:
        at, settings = self.position, self.settings
        return (
            (settings.updates is not None and at.update >= settings.updates)
            or (settings.epochs is not None and at.epoch >= settings.epochs)
            or (settings.patience is not None and at.stale >= settings.patience)
        )

    def _groups(self) -> Iterator[tuple[list[Batch], bool]]:
        """Yield the batches of each remaining update, for all processes together, and whether it ends an epoch."""
        share = self.accelerator.num_processes * self.settings.accumulate
        while not self._stopped():
            plan = self.problem.plan(self.position.epoch)
            while self.position.batch < len(plan):
                group = plan[self.position.batch : self.position.batch + share]
                ends = self.position.batch + share >= len(plan)
                self.position.batch += share
                if ends:
                    self.position.batch = 0
                    self.position.epoch += 1
                yield group, ends
                if ends:
                    break

    def _update(self, group: list[Batch]) -> None:
        """Take one step on the mean loss over all symbols of the group."""
        at, world, rank = self.position, self.accelerator.num_processes, self.accelerator.process_index
        rate = learning_rate(self.settings, at.update)
        for options in self.optimizer.param_groups:
            options["lr"] = rate
        symbols = sum(self.problem.symbols(batch) for batch in group)
        mine = group[rank::world]
        total = torch.zeros((), dtype=torch.float64, device=self.accelerator.device)
        self.network.train()
        torch.manual_seed(derive(self.seed, "update", at.update, rank))
        rounds = math.ceil(len(group) / world)
        for turn in range(rounds):
            # A process without a batch in the last round runs one with weight 0, since the others wait for it.
            batch, weight = (mine[turn], 1.0) if turn < len(mine) else (group[0], 0.0)
            with _sync(self.accelerator, self.network, last=turn == rounds - 1):
                with self.accelerator.autocast():
                    loss = self.problem.loss(self.network, batch, self.accelerator.device) * weight
                self.accelerator.backward(loss * (world / symbols))
            total += loss.detach().double()
        if self.settings.clip is not None:
            self.accelerator.clip_grad_norm_(self.network.parameters(), self.settings.clip)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        summed = float(self.accelerator.reduce(total, reduction="sum"))
        if not math.isfinite(summed):
            raise DivergedError(at.update)
        at.loss_sum += summed
        at.loss_symbols += symbols
        at.update += 1

    def _after(self, ends_epoch: bool, progress: Bar) -> None:
        """Validate and extend the loss curve if that is due."""
        at, every = self.position, self.settings.validate_every
        last = self.settings.updates is not None and at.update >= self.settings.updates
        due = last or (ends_epoch if every is None else at.update % every == 0)
        validation = self._validate() if due else None
        progress.advance()
        if due or at.update % self.settings.log_every == 0:
            self._note(validation)
            held_out = f", held-out {validation:.4f}" if validation is not None else ""
            progress.describe(f"{self.title}: loss {at.losses[-1].loss or math.nan:.4f}{held_out}")

    def _validate(self) -> float | None:
        self.bare.eval()
        with torch.inference_mode():
            validation = self.problem.validate(self.bare, self.accelerator.device)
        at = self.position
        if validation is None:
            return None
        if at.best is None or validation < at.best:
            at.best, at.best_update, at.stale = validation, at.update, 0
            self.best = _copy(self.bare)
        else:
            at.stale += 1
        return validation

    def _note(self, validation: float | None) -> None:
        at = self.position
        loss = at.loss_sum / at.loss_symbols if at.loss_symbols else None
        rate = learning_rate(self.settings, max(0, at.update - 1))
        at.losses.append(LossRecord(update=at.update, epoch=at.epoch, lr=rate, loss=loss, validation=validation))
        at.loss_sum, at.loss_symbols = 0.0, 0

    def _checkpoint_due(self, seconds: float) -> bool:
        every = self.settings.checkpoint_updates
        due = every is not None and self.position.update % every == 0
        return due or seconds >= self.settings.checkpoint_seconds

    def _save(self) -> None:
        if self.accelerator.is_main_process:
            if self.accelerator.scaler is not None:
                self.position.scaler = self.accelerator.scaler.state_dict()
            save_checkpoint(self.folder / CHECKPOINTS, self.bare, self.bare_optimizer, self.position, self.best)
            self._write_curve()

    def _close_curve(self) -> None:
        if self.position.loss_symbols:
            self._note(None)
        if self.accelerator.is_main_process:
            self._write_curve()

    def _write_curve(self) -> None:
        lines = [record.model_dump_json() + "\n" for record in self.position.losses]
        write_text(self.folder / LOSSES, "".join(lines))


def _copy(network: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu().clone() for name, tensor in network.state_dict().items()}


def _sync(accelerator: "Accelerator", network: nn.Module, *, last: bool) -> Any:
    from contextlib import nullcontext

    return nullcontext() if last else accelerator.no_sync(network)


def resolve_precision(kind: str) -> str:
    """Return `bf16` if a device has instructions for bfloat16, otherwise `no`.

    :param kind: `cpu` or `cuda`.
    """
    if kind == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported() else "no"
    found = torch.backends.cpu.get_cpu_capability() == "AVX512" and _has_bfloat16()
    return "bf16" if found else "no"


def _has_bfloat16() -> bool:
    """Return whether this processor multiplies bfloat16 numbers (AVX512-BF16 or AMX)."""
    probes = [getattr(torch.cpu, name, None) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")]
    return any(probe is not None and probe() for probe in probes)


def _accelerator(precision: str, device: str, *, skips: bool) -> "Accelerator":
    from accelerate import Accelerator, DistributedDataParallelKwargs
    from accelerate.state import AcceleratorState

    AcceleratorState._reset_state()  # noqa: SLF001  # another run in the same process may need another precision
    on_cpu = device == "cpu" or not torch.cuda.is_available()
    if precision == "auto":
        precision = resolve_precision("cpu" if on_cpu else "cuda")
    if precision == "fp16" and on_cpu:
        raise PrecisionError(precision, "a CPU")
    try:
        handlers = [DistributedDataParallelKwargs(find_unused_parameters=skips)]
        return Accelerator(mixed_precision=precision, cpu=on_cpu, kwargs_handlers=handlers)
    except ValueError as error:  # raised by accelerate for a precision that the device does not support
        raise PrecisionError(precision, "this device") from error
