"""One training of an encoder: what it is trained on, where it is kept, and what is left when it is done."""

import shutil
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
from babyslm.training.loop import LOSSES, Problem, fit
from babyslm.training.processes import first_alone, is_first
from babyslm.training.settings import LoopSettings
from babyslm.training.speech.utterances import SpokenUtterances
from babyslm.training.symbols.lstm import summary
from babyslm.verify.documents import read_json

__all__ = ["ENCODER", "WEIGHTS", "EncoderRun"]

ENCODER = "encoder"
"""Folder, inside the model's, of an encoder that was trained with it."""

WEIGHTS = "model.safetensors"
DONE = "done.json"


@dataclass(frozen=True)
class EncoderRun:
    """What all trainings of encoders have in common.

    :param corpus: the speech.
    :param training: numbers of the utterances that are trained on.
    :param held_out: numbers of those that are held out.
    :param folder: the model folder.
    :param stages: where checkpoints and finished stages are kept.
    :param seed: decides weights, order and masks.
    :param name: of the learner, for the progress bar.
    :param resume: go on with what is there.
    :param device: auto, or cpu.
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
        """Return what is recorded of a finished stage, or None."""
        path = self.stages / stage / DONE
        return dict(read_json(path)) if path.is_file() else None

    def weights(self, stage: str) -> Path:
        """Return the weights of a finished stage."""
        return self.stages / stage / WEIGHTS

    def fit(self, stage: str, network: nn.Module, part: str, problem: Problem, loop: LoopSettings, told: str) -> None:
        """Train a network and keep a part of it.

        :param stage: name of the stage.
        :param network: encoder and what serves in training alone.
        :param part: name of the encoder inside the network.
        :param problem: what it is trained on.
        :param loop: how it is optimised.
        :param told: what else decides the weights; checkpoints of anything else are refused.
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
                write_json(place / DONE, summary(outcome) | {"parameters": parameters})

    def bring_home(self, stage: str) -> Path:
        """Copy a finished encoder and its curve into the model folder; return its place there, relative to it."""
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
