"""Checkpoints of a training run: safetensors and JSON, written atomically."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict
from torch import Tensor, nn, optim

from babyslm.files import atomic_folder, write_json
from babyslm.models.folder import load_weights, read_tensors, write_tensors
from babyslm.verify.documents import parse_document, read_json
from babyslm.verify.learners.recipes import CheckpointMismatchError

__all__ = ["Checkpoint", "LossRecord", "Position", "load_checkpoint", "save_checkpoint"]

PREFIX = "update-"


class LossRecord(BaseModel):
    """One line of the loss curve.

    :param update: number of updates done.
    :param epoch: current pass over the corpus, from 0.
    :param lr: learning rate of the last update.
    :param loss: mean training loss since the previous line, in nats per symbol.
    :param validation: loss on the held-out data, if it was measured.
    """

    model_config = ConfigDict(extra="forbid")

    update: int
    epoch: int
    lr: float
    loss: float | None
    validation: float | None = None


class Position(BaseModel):
    """State of a run; together with the weights and the optimiser's moments it suffices to resume.

    No random state is stored, because every update seeds the generators from the recipe's seed and its own number.
    """

    model_config = ConfigDict(extra="forbid")

    identity: str
    update: int = 0
    epoch: int = 0
    batch: int = 0
    best: float | None = None
    best_update: int = 0
    stale: int = 0
    loss_sum: float = 0.0
    loss_symbols: int = 0
    seconds: float = 0.0
    scaler: dict[str, float] | None = None
    losses: list[LossRecord] = []


@dataclass(frozen=True)
class Checkpoint:
    """Content of a checkpoint.

    :param position: state of the run.
    :param best: the best weights so far, or None before the first validation.
    """

    position: Position
    best: dict[str, Tensor] | None


def save_checkpoint(
    root: Path, network: nn.Module, optimizer: optim.Optimizer, position: Position, best: dict[str, Tensor] | None
) -> None:
    """Write a checkpoint under a new name, then delete the older ones.

    :param root: folder of checkpoints.
    :param network: the unwrapped network.
    :param optimizer: its optimiser.
    :param position: state of the run.
    :param best: best weights so far.
    """
    folder = root / f"{PREFIX}{position.update:010d}"
    with atomic_folder(folder) as temporary:
        write_tensors(temporary / "model.safetensors", network.state_dict())
        write_tensors(temporary / "optimizer.safetensors", _flat(optimizer))
        if best is not None:
            write_tensors(temporary / "best.safetensors", best)
        write_json(temporary / "state.json", position.model_dump(mode="json"))
    for old in sorted(root.glob(f"{PREFIX}*")):
        if old.name != folder.name:
            shutil.rmtree(old, ignore_errors=True)


def load_checkpoint(root: Path, identity: str, network: nn.Module, optimizer: optim.Optimizer) -> Checkpoint | None:
    """Load the latest checkpoint into network and optimiser; return None if there is none.

    :param root: folder of checkpoints.
    :param identity: hash of recipe, seed and corpus; a checkpoint with another one is a `CheckpointMismatchError`.
    :param network: the unwrapped network.
    :param optimizer: its optimiser.
    """
    folders = sorted(root.glob(f"{PREFIX}*"))
    if not folders:
        return None
    folder = folders[-1]
    path = folder / "state.json"
    position = parse_document(Position, read_json(path), path)
    if position.identity != identity:
        raise CheckpointMismatchError(folder)
    load_weights(network, folder / "model.safetensors")
    _restore(optimizer, read_tensors(folder / "optimizer.safetensors"))
    best = read_tensors(folder / "best.safetensors") if position.best is not None else None
    return Checkpoint(position, best)


def _flat(optimizer: optim.Optimizer) -> dict[str, Tensor]:
    state: dict[int, dict[str, Any]] = optimizer.state_dict()["state"]
    return {f"{number}.{name}": tensor for number, values in state.items() for name, tensor in values.items()}


def _restore(optimizer: optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    whole = optimizer.state_dict()
    state: dict[int, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        number, name = key.split(".", 1)
        state.setdefault(int(number), {})[name] = tensor
    optimizer.load_state_dict({"state": state, "param_groups": whole["param_groups"]})
