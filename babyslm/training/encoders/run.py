"""Training run of an encoder: its data, its folders and its finished stages."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from babyslm.files import sha256_text, write_json
from babyslm.models.folder import write_tensors
from babyslm.progress import side_effect
from babyslm.training.curve import CURVE, PICTURE, draw_curve
from babyslm.training.loop import LOSSES, Fit, Problem, fit
from babyslm.training.processes import first_alone, is_first
from babyslm.training.settings import LoopSettings
from babyslm.training.speech.utterances import SpokenUtterances
from babyslm.training.symbols.lstm import summary
from babyslm.verify.documents import read_json

__all__ = ["ENCODER", "WEIGHTS", "EncoderRun"]

ENCODER = "encoder"
"""Subfolder of a model folder for an encoder trained with the model."""

WEIGHTS = "model.safetensors"
DONE = "done.json"


@dataclass(frozen=True)
class EncoderRun:
    """Settings shared by all trainings of encoders.

    :param corpus: the speech.
    :param training: indices of the training utterances.
    :param held_out: indices of the held-out utterances.
    :param folder: the model folder.
    :param stages: folder of checkpoints and finished stages.
    :param seed: seed of weights, order and masks.
    :param name: name of the learner, for the progress bar.
    :param resume: continue from finished stages and checkpoints.
    :param device: `auto` or `cpu`.
    """

    corpus: SpokenUtterances
    training: NDArray[np.int64]
    held_out: NDArray[np.int64]
    folder: Path
    stages: Path
    seed: int
    name: str
    resume: bool = True
    device: str = "auto"

    def done(self, stage: str) -> dict[str, Any] | None:
        """Return the record of a finished stage, or None."""
        path = self.stages / stage / DONE
        return dict(read_json(path)) if path.is_file() else None

    def weights(self, stage: str) -> Path:
        """Return the path of the weights of a finished stage."""
        return self.stages / stage / WEIGHTS

    def fit(
        self,
        stage: str,
        network: nn.Module,
        part: str,
        problem: Problem,
        loop: LoopSettings,
        told: str,
        *,
        notes: Callable[[Fit], dict[str, Any]] | None = None,
    ) -> None:
        """Train a network and keep one part of it.

        :param stage: name of the stage.
        :param network: the encoder and the parts that only training needs.
        :param part: attribute name of the encoder in the network.
        :param problem: data and loss.
        :param loop: settings of the optimisation.
        :param told: description of everything else that determines the weights; checkpoints with another one are
            refused.
        :param notes: gives further entries of the record; default none.
        """
        place = self.stages / stage
        timing = {"checkpoint_updates", "checkpoint_seconds"}
        decides = [self.seed, told, loop.model_dump_json(exclude=timing), self.corpus.sha256, self.training.tolist()]
        outcome = fit(
            network,
            problem,
            loop,
            seed=self.seed,
            folder=place,
            identity=sha256_text("\n".join(map(str, decides))),
            resume=self.resume,
            device=self.device,
            title=f"{self.name}, {stage}",
            skips=True,
        )
        with first_alone(self.device):
            if is_first():
                prefix = f"{part}."
                kept = {
                    name.removeprefix(prefix): tensor
                    for name, tensor in outcome.weights.items()
                    if name.startswith(prefix)
                }
                write_tensors(place / WEIGHTS, kept)
                draw_curve(outcome.position.losses, place)
                parameters = sum(tensor.numel() for tensor in kept.values())
                write_json(
                    place / DONE, summary(outcome) | {"parameters": parameters} | (notes(outcome) if notes else {})
                )

    def bring_home(self, stage: str) -> Path:
        """Copy a finished encoder and its loss curve into the model folder; return its path relative to it."""
        target = self.folder / ENCODER
        with first_alone(self.device):
            if is_first():
                target.mkdir(parents=True, exist_ok=True)
                for name in (LOSSES, CURVE, WEIGHTS):
                    shutil.copyfile(self.stages / stage / name, target / name)
                if (self.stages / stage / PICTURE).is_file():  # drawing it may have failed
                    with side_effect(f"write {target / PICTURE}"):
                        shutil.copyfile(self.stages / stage / PICTURE, target / PICTURE)
        return Path(ENCODER) / WEIGHTS
