"""One training run of a text learner by transformers' Trainer, with checkpoints by tokens seen."""

import hashlib
import json
import math
import os
import shutil
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

from babyslm.files import atomic_folder, write_json
from babyslm.models.folder import write_header
from babyslm.models.trained_text import TextHeader
from babyslm.progress import bar
from babyslm.seeds import derive, generator
from babyslm.training.causal_plan import Draw, TextSchedule, TokenPlan, plan_updates
from babyslm.training.checkpoint import LossRecord
from babyslm.training.curve import draw_curve
from babyslm.training.processes import is_first
from babyslm.verify.documents import read_json
from babyslm.verify.recipes import CheckpointMismatchError, DivergedError, PrecisionError
from babyslm.verify.text_recipes import SeveralProcessesError

__all__ = ["Example", "Masking", "fit_text", "mean_loss"]

STATES = ".checkpoints"
IGNORED = -100
"""What cross-entropy leaves out."""


@dataclass(frozen=True)
class Example:
    """A sequence.

    :param ids: tokens, special ones included.
    :param scored: which of them the loss is on; None for all.
    """

    ids: tuple[int, ...]
    scored: tuple[bool, ...] | None = None


@dataclass(frozen=True)
class Masking:
    """How a masked learner's tokens are hidden (BabyBERTa: never left as they are).

    :param mask: id of the mask.
    :param size: size of the vocabulary, for tokens drawn at random.
    :param special: ids that are never hidden.
    :param share: of tokens that are predicted.
    :param random: share of these that become a random token instead of the mask.
    """

    mask: int
    size: int
    special: tuple[int, ...]
    share: float = 0.15
    random: float = 0.1

    def apply(self, ids: Sequence[int], draw: np.random.Generator) -> tuple[list[int], list[int]]:
        """Return tokens with some hidden, and labels for these; at least one is hidden."""
        own = [place for place, token in enumerate(ids) if token not in self.special]
        chosen = [place for place in own if draw.random() < self.share] or [own[int(draw.integers(len(own)))]]
        hidden, labels = list(ids), [IGNORED] * len(ids)
        for place in chosen:
            labels[place] = ids[place]
            free = draw.random() < self.random
            hidden[place] = int(draw.integers(len(self.special), self.size)) if free else self.mask
        return hidden, labels


class _Examples(Dataset[tuple[list[int], list[int]]]):
    """Examples by draw: how tokens are hidden depends on pass and place alone."""

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


def _padded(items: Sequence[tuple[list[int], list[int]]], pad: int) -> dict[str, torch.Tensor]:
    width = max(len(ids) for ids, _ in items)
    rows = [(ids + [pad] * (width - len(ids)), labels + [IGNORED] * (width - len(ids))) for ids, labels in items]
    return {
        "input_ids": torch.tensor([ids for ids, _ in rows]),
        "attention_mask": torch.tensor([[1] * len(ids) + [0] * (width - len(ids)) for ids, _ in items]),
        "labels": torch.tensor([labels for _, labels in rows]),
    }


class _Trainer(Trainer):  # type: ignore[misc]
    """transformers' Trainer on planned batches."""

    def __init__(self, plan: TokenPlan, examples: _Examples, pad: int, **settings: Any) -> None:
        self.plan, self.examples, self.pad = plan, examples, pad
        super().__init__(train_dataset=examples, **settings)

    def get_train_dataloader(self) -> Any:
        """Return the planned batches."""
        loader = DataLoader(
            self.examples,
            batch_sampler=self.plan,
            collate_fn=lambda items: _padded(items, self.pad),
        )
        return self.accelerator.prepare(loader)

    def get_total_train_batch_size(self, args: Any) -> int:
        """Return a nominal size: batches are planned by tokens."""
        del args
        return 1


class _Watch(TrainerCallback):  # type: ignore[misc]
    """Keeps checkpoints by tokens, the loss curve, and the progress bar."""

    def __init__(self, run: "_Run", progress: Any) -> None:
        self.run, self.progress = run, progress

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Keep a revision where one is due."""
        del args, control
        self.progress.advance()
        if state.global_step in self.run.marks and is_first():
            self.run.keep(state.global_step)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        """Note the loss."""
        del args, control
        if logs and "loss" in logs:
            if not math.isfinite(logs["loss"]):
                raise DivergedError(state.global_step)
            self.run.note(state.global_step, float(logs["loss"]), float(logs.get("learning_rate", 0.0)))


class _Run:
    """What a run needs to keep its checkpoints."""

    def __init__(self, network: Any, tokenizer: Any, header: TextHeader, plan: TokenPlan, folder: Path) -> None:
        self.network, self.tokenizer, self.header, self.plan, self.folder = network, tokenizer, header, plan, folder
        self.marks: dict[int, int] = {}
        self.held_out: Sequence[Example] = ()
        self.masking: Masking | None = None
        self.losses: list[LossRecord] = []
        self.pad = int(tokenizer.pad_token_id)

    def keep(self, updates: int) -> None:
        """Write the model as it is as a revision of its own, named by its update and telling its tokens."""
        place = self.folder / f"step{updates:07d}"
        validation = self.validation()
        with atomic_folder(place) as temporary:
            self.write(temporary, updates)
        self.losses.append(LossRecord(update=updates, epoch=0, lr=0.0, loss=None, validation=validation))

    def write(self, folder: Path, updates: int) -> None:
        """Write weights, tokenizer, configuration with what was seen, and the header last."""
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
    """Train a network and write it as a model folder; checkpoints by tokens lie in it as `step0000123`.

    :param network: of transformers, with fresh or given weights.
    :param tokenizer: its tokenizer.
    :param training: what it learns from.
    :param held_out: what it is validated on; may be empty.
    :param schedule: how it is optimised.
    :param header: what the folder says of itself.
    :param folder: model folder.
    :param seed: decides orders, masks and dropout.
    :param masking: for a masked learner.
    :param resume: go on from the state of a stopped run.
    :param device: auto, or cpu.
    :returns: updates, tokens, losses, parameters and checkpoints, for the record.
    """
    if (processes := int(os.environ.get("WORLD_SIZE", "1"))) > 1:
        raise SeveralProcessesError(processes)
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
) -> _Trainer:
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
        report_to=[],
        disable_tqdm=True,
        remove_unused_columns=False,
        accelerator_config={"even_batches": False},
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
    examples = _Examples(training, masking, seed)
    return _Trainer(run.plan, examples, run.pad, model=run.network, args=arguments, optimizers=(optimizer, rates))


def mean_loss(network: Any, examples: Sequence[Example], masking: Masking | None, *, pad: int) -> float:
    """Return the mean loss in nats a predicted token, in evaluation mode.

    :param network: a model of transformers.
    :param examples: at least one.
    :param masking: for a masked learner; the same tokens are hidden every time.
    :param pad: the padding token.
    """
    was = network.training
    network.eval()
    source = _Examples(examples, masking, 0)
    total, count = 0.0, 0
    device = next(network.parameters()).device
    with torch.inference_mode():
        order = sorted(range(len(examples)), key=lambda place: len(examples[place].ids))
        for start in range(0, len(order), 32):
            batch = _padded([source[0, place] for place in order[start : start + 32]], pad)
            labels = batch["labels"] if masking is not None else batch["labels"][:, 1:]
            predicted = int((labels != IGNORED).sum())
            if predicted:
                loss = network(**{name: each.to(device) for name, each in batch.items()}).loss
                total, count = total + float(loss) * predicted, count + predicted
    network.train(was)
    return total / count if count else math.nan


def _identity(training: Sequence[Example], schedule: TextSchedule, header: TextHeader, seed: int) -> str:
    """Name what is trained on what."""
    told = schedule.model_dump(mode="json", exclude={"resume_updates", "log_updates", "threads"})
    digest = hashlib.sha256(json.dumps([told, header.model_dump(mode="json"), seed], sort_keys=True).encode())
    for example in training:
        digest.update(np.asarray([len(example.ids), *example.ids], dtype="<i4").tobytes())
    return digest.hexdigest()


def _state(states: Path, identity: str, *, resume: bool) -> str | None:
    """Return where a stopped run left its state, if it is one of this training."""
    told = states / "identity.json"
    if not resume and is_first():
        shutil.rmtree(states, ignore_errors=True)
    if told.is_file() and read_json(told) != identity:
        raise CheckpointMismatchError(states)
    if is_first():
        write_json(told, identity)
    kept = [path for path in states.glob("checkpoint-*") if (path / "trainer_state.json").is_file()]
    return str(max(kept, key=lambda path: int(path.name.rpartition("-")[2]))) if kept else None
