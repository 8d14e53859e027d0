"""Settings of the optimisation, shared by the recipes of all trained networks."""

import math
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = ["LoopSettings", "learning_rate"]


class LoopSettings(BaseModel):
    """Optimiser, schedule, validation, stopping and checkpoints. An update is one optimiser step.

    The defaults of optimiser and schedule are the reference's.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    epochs: int | None = Field(default=None, ge=1, description="upper limit on passes over the corpus")
    updates: int | None = Field(default=None, ge=1, description="most updates")
    batch_tokens: int = Field(default=4096, ge=1, description="upper limit on the symbols of a batch")
    accumulate: int = Field(default=1, ge=1, description="batches per update")
    optimizer: Literal["adam", "adamw"] = "adamw"
    lr: float = Field(default=5e-4, gt=0)
    betas: tuple[float, float] = (0.9, 0.98)
    weight_decay: float = Field(default=0.01, ge=0)
    schedule: Literal["constant", "inverse-sqrt", "cosine"] = "inverse-sqrt"
    warmup: int = Field(default=1000, ge=0, description="updates over which the learning rate rises linearly")
    warmup_lr: float = Field(default=1e-7, ge=0, description="initial learning rate of the warm-up")
    clip: float | None = Field(default=None, gt=0, description="upper limit on the gradient norm")
    precision: Literal["no", "bf16", "fp16", "auto"] = Field(
        default="no", description="mixed precision; auto is bf16 where the device computes in it, otherwise no"
    )
    threads: int | None = Field(
        default=None, ge=1, description="CPU threads; small networks are slower with more than one"
    )
    validate_every: int | None = Field(default=None, ge=1, description="updates between validations; default an epoch")
    patience: int | None = Field(default=10, ge=1, description="validations without improvement before stopping")
    log_every: int = Field(default=20, ge=1, description="updates per line of the loss curve")
    checkpoint_updates: int | None = Field(default=None, ge=1, description="updates between checkpoints")
    checkpoint_seconds: float = Field(default=120.0, ge=0, description="maximum seconds between checkpoints")

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if self.epochs is None and self.updates is None:
            raise ValueError("give loop.epochs or loop.updates; without either, training would not end")
        if self.schedule == "cosine" and self.updates is None:
            raise ValueError("the cosine schedule needs loop.updates")
        return self


def learning_rate(settings: LoopSettings, update: int) -> float:
    """Return the learning rate of an update as a function of its number alone, without state.

    :param settings: schedule, warm-up and rate.
    :param update: number of the update, from 0.

    >>> learning_rate(LoopSettings(updates=10, lr=1.0, warmup=4), 4)
    1.0
    """
    if update < settings.warmup:
        return settings.warmup_lr + (settings.lr - settings.warmup_lr) * update / settings.warmup
    match settings.schedule:
        case "constant":
            return settings.lr
        case "inverse-sqrt":
            return settings.lr * math.sqrt(max(1, settings.warmup) / max(1, update))
        case "cosine":
            assert settings.updates is not None
            share = (update - settings.warmup) / max(1, settings.updates - settings.warmup)
            return settings.lr * (1 + math.cos(math.pi * min(1.0, share))) / 2
