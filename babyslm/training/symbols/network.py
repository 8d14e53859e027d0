"""Training of a network over symbols, independent of its family."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import torch

from babyslm.models.symbols.network import NeuralHeader, NeuralLearner, save_neural
from babyslm.models.symbols.vocabulary import Vocabulary
from babyslm.seeds import derive
from babyslm.training.curve import draw_curve
from babyslm.training.loop import Fit, fit
from babyslm.training.processes import is_first
from babyslm.training.settings import LoopSettings
from babyslm.training.symbols.sequences import SequenceProblem

__all__ = ["fit_neural", "summary"]


def fit_neural(
    learner: type[NeuralLearner[Any]],
    problem: SequenceProblem,
    vocabulary: Vocabulary,
    header: NeuralHeader,
    loop: LoopSettings,
    *,
    folder: Path,
    seed: int,
    resume: bool = True,
    device: str = "auto",
) -> dict[str, Any]:
    """Train a network on sequences of symbol numbers and write it as a model folder.

    :param learner: the family, which builds the network.
    :param problem: training and held-out sequences with their loss.
    :param vocabulary: the symbols.
    :param header: name and sizes.
    :param loop: settings of the optimisation.
    :param folder: model folder.
    :param seed: seed of weights, order and dropout.
    :param resume: continue from a checkpoint in the folder if there is one.
    :param device: `auto` or `cpu`.
    :returns: numbers of sequences and symbols, updates, losses (nats per symbol), seconds.
    """
    torch.manual_seed(derive(seed, "weights"))
    network = learner.build(len(vocabulary), header.sizes)
    outcome = fit(
        network,
        problem,
        loop,
        seed=seed,
        folder=folder,
        identity=_identity(problem, vocabulary, header, loop, seed),
        resume=resume,
        device=device,
        title=header.name,
    )
    if is_first():
        save_neural(folder, outcome.weights, vocabulary, header)
        draw_curve(outcome.position.losses, folder)
    return summary(outcome) | {
        "sequences": len(problem.training),
        "symbols": int(problem.lengths.sum()),
        "held_out": len(problem.held_out),
        "parameters": sum(weights.numel() for weights in network.parameters()),
    }


def summary(outcome: Fit) -> dict[str, Any]:
    """Return the entries of a training record that describe a run of the training loop."""
    at = outcome.position
    last = next((record.loss for record in reversed(at.losses) if record.loss is not None), None)
    return {
        "updates": at.update,
        "epochs": at.epoch,
        "loss": last,
        "validation_loss": at.best,
        "best_update": at.best_update if at.best is not None else at.update,
        "training_seconds": round(at.seconds, 1),
    }


def _identity(
    problem: SequenceProblem, vocabulary: Vocabulary, header: NeuralHeader, loop: LoopSettings, seed: int
) -> str:
    """Return a hash of data and settings. The times of checkpoints are not part of it, since they change nothing."""
    told = loop.model_dump_json(exclude={"checkpoint_updates", "checkpoint_seconds"})
    digest = hashlib.sha256(f"{seed}\n{header.sizes.model_dump_json()}\n{told}\n{vocabulary.symbols}".encode())
    for part in (problem.training, problem.held_out):
        for sequence in part:
            digest.update(np.asarray([len(sequence), *sequence], dtype="<i4").tobytes())
    return digest.hexdigest()
