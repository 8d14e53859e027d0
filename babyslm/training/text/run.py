"""Training run of a text learner with transformers' Trainer and checkpoints by tokens seen."""

import hashlib
import json
import math
import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import PrinterCallback, TrainerCallback, TrainingArguments

from babyslm.files import atomic_folder, write_json
from babyslm.models.folder import write_header
from babyslm.models.text.trained import TextHeader
from babyslm.progress import bar
from babyslm.seeds import derive
from babyslm.training.checkpoint import LossRecord
from babyslm.training.curve import draw_curve
from babyslm.training.processes import is_first
from babyslm.training.text.examples import Example, Examples, Masking, mean_loss
from babyslm.training.text.plan import TextSchedule, TokenPlan, plan_updates
from babyslm.training.text.trainer import PlannedTrainer
from babyslm.verify.documents import read_json
from babyslm.verify.learners.recipes import CheckpointMismatchError, DivergedError, PrecisionError

__all__ = ["fit_text"]

STATES = ".checkpoints"


class _Watch(TrainerCallback):  # type: ignore[misc]
    """Callback that writes checkpoints by tokens, records losses and updates the progress bar."""

    def __init__(self, run: "_Run", progress: Any) -> None:
        self.run, self.progress = run, progress

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Write a checkpoint if one is due."""
        del args, control
        self.progress.advance()
        if state.global_step in self.run.marks and is_first():
            self.run.keep(state.global_step)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        """Record the loss."""
        del args, control
        if logs and "loss" in logs:
            if not math.isfinite(logs["loss"]):
                raise DivergedError(state.global_step)
            self.run.note(state.global_step, float(logs["loss"]), float(logs.get("learning_rate", 0.0)))


class _Run:
    """State of a run that its checkpoints need."""

    def __init__(self, network: Any, tokenizer: Any, header: TextHeader, plan: TokenPlan, folder: Path) -> None:
        self.network, self.tokenizer, self.header, self.plan, self.folder = network, tokenizer, header, plan, folder
        self.marks: dict[int, int] = {}
        self.held_out: Sequence[Example] = ()
        self.masking: Masking | None = None
        self.losses: list[LossRecord] = []
        self.pad = int(tokenizer.pad_token_id)

    def keep(self, updates: int) -> None:
        """Write the current model as a revision, named by its update and with its number of tokens seen."""
        place = self.folder / f"step{updates:07d}"
        validation = self.validation()
        with atomic_folder(place) as temporary:
            self.write(temporary, updates)
        self.losses.append(LossRecord(update=updates, epoch=0, lr=0.0, loss=None, validation=validation))

    def write(self, folder: Path, updates: int) -> None:
        """Write weights, tokenizer and configuration with the tokens seen, and the header last."""
        bare = self.network
        bare.config.training_steps, bare.config.training_tokens = updates, self.plan.tokens(updates)
        bare.save_pretrained(folder, safe_serialization=True)
        self.tokenizer.save_pretrained(folder)
        write_header(folder, self.header)

    def note(self, update: int, loss: float, rate: float) -> None:
        self.losses.append(LossRecord(update=update, epoch=0, lr=rate, loss=loss))

    def validation(self) -> float | None:
        return mean_loss(self.network, self.held_out, self.masking, pad=self.pad) if self.held_out else None


def fit_text(
    network: Any,
    tokenizer: Any,
    training: Sequence[Example],
    held_out: Sequence[Example],
    schedule: TextSchedule,
    header: TextHeader,
    *,
    folder: Path,
    seed: int,
    masking: Masking | None = None,
    resume: bool = True,
    device: str = "auto",
) -> dict[str, Any]:
    """Train a network and write it as a model folder, with checkpoints by tokens in subfolders `step0000123`.

    The processes of `torchrun` share each update; the updates do not depend on the number of processes.

    :param network: a transformers network, freshly initialised or pretrained.
    :param tokenizer: its tokenizer.
    :param training: training examples.
    :param held_out: validation examples; may be empty.
    :param schedule: settings of the optimisation.
    :param header: content of `babyslm.json` in the model folder.
    :param folder: model folder.
    :param seed: seed of orders, masks and dropout.
    :param masking: masking of a masked learner.
    :param resume: continue from the saved state of an interrupted run.
    :param device: `auto` or `cpu`.
    :returns: updates, tokens, losses, parameters and checkpoints, for the training record.
    """
    plan = plan_updates([len(example.ids) for example in training], schedule, seed=seed)
    run = _Run(network, tokenizer, header, plan, folder)
    run.held_out, run.masking = held_out, masking
    run.marks = plan.marks(schedule.checkpoints)
    states = folder / STATES
    start = _state(states, _identity(training, schedule, header, seed), resume=resume)
    threads = torch.get_num_threads()
    torch.set_num_threads(schedule.threads or threads)
    try:
        trainer = _trainer(run, schedule, training, masking, states, seed=seed, device=device)
        with bar(header.name, len(plan)) as progress:
            trainer.remove_callback(PrinterCallback)  # standard output is for results
            trainer.add_callback(_Watch(run, progress))
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message="mtime may not be reliable")
                trainer.train(resume_from_checkpoint=start)
        logged = [entry for entry in trainer.state.log_history if "loss" in entry]
    finally:
        torch.set_num_threads(threads)
    validation = run.validation()
    updates = len(plan)
    if is_first():
        run.network.eval()
        run.write(folder, updates)
        curve = [LossRecord(update=e["step"], epoch=0, lr=e["learning_rate"], loss=e["loss"]) for e in logged]
        told = [record for record in run.losses if record.validation is not None and record.update != updates]
        last = LossRecord(update=updates, epoch=0, lr=0.0, loss=None, validation=validation)
        draw_curve(sorted([*curve, *told, last], key=lambda record: record.update), folder)
    return {
        "updates": updates,
        "tokens": plan.total,
        "sequences": len(training),
        "held_out": len(held_out),
        "loss": logged[-1]["loss"] if logged else None,
        "validation_loss": validation,
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "checkpoints": {f"step{update:07d}": tokens for update, tokens in run.marks.items()},
    }


def _trainer(
    run: _Run,
    schedule: TextSchedule,
    training: Sequence[Example],
    masking: Masking | None,
    states: Path,
    *,
    seed: int,
    device: str,
) -> PlannedTrainer:
    on_cpu = device == "cpu" or not torch.cuda.is_available()
    if schedule.precision == "fp16" and on_cpu:
        raise PrecisionError("fp16", "a CPU")
    arguments = TrainingArguments(
        output_dir=str(states),
        max_steps=len(run.plan),
        logging_steps=schedule.log_updates,
        save_steps=schedule.resume_updates,
        save_total_limit=1,
        max_grad_norm=schedule.clip,
        bf16=schedule.precision == "bf16",
        fp16=schedule.precision == "fp16",
        use_cpu=on_cpu,
        seed=derive(seed, "trainer") % 2**31,
        logging_nan_inf_filter=False,  # a loss that is not finite must be visible
        report_to=[],
        disable_tqdm=True,
        remove_unused_columns=False,
        ddp_find_unused_parameters=False,
        dataloader_pin_memory=not on_cpu,
    )
    decayed = [p for p in run.network.parameters() if p.dim() > 1]
    others = [p for p in run.network.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": schedule.weight_decay}, {"params": others, "weight_decay": 0.0}],
        lr=schedule.lr,
        betas=schedule.betas,
        eps=1e-5 if schedule.precision == "fp16" else 1e-8,
    )
    total = run.plan.total
    rates = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda update: schedule.rate_at(run.plan.tokens(min(update + 1, len(run.plan.seen))), total) / schedule.lr,
    )
    examples = Examples(training, masking, seed)
    return PlannedTrainer(
        run.plan, examples, run.pad, seed=seed, model=run.network, args=arguments, optimizers=(optimizer, rates)
    )


def _identity(training: Sequence[Example], schedule: TextSchedule, header: TextHeader, seed: int) -> str:
    """Return a hash of the data and settings of a training."""
    told = schedule.model_dump(mode="json", exclude={"resume_updates", "log_updates", "threads"})
    digest = hashlib.sha256(json.dumps([told, header.model_dump(mode="json"), seed], sort_keys=True).encode())
    for example in training:
        digest.update(np.asarray([len(example.ids), *example.ids], dtype="<i4").tobytes())
    return digest.hexdigest()


def _state(states: Path, identity: str, *, resume: bool) -> str | None:
    """Return the folder of the saved state of an interrupted run, or None; raise an error for another training's."""
    told = states / "identity.json"
    if not resume and is_first():
        shutil.rmtree(states, ignore_errors=True)
    if told.is_file() and read_json(told) != identity:
        raise CheckpointMismatchError(states)
    if is_first():
        write_json(told, identity)
    kept = [path for path in states.glob("checkpoint-*") if (path / "trainer_state.json").is_file()]
    return str(max(kept, key=lambda path: int(path.name.rpartition("-")[2]))) if kept and resume else None
