"""Training of a recogniser of phones by its recipe."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import torch

from babyslm.files import sha256_text, write_json
from babyslm.models.devices import resolve_device
from babyslm.models.encoders.denoising.hearing import Hearing
from babyslm.models.encoders.denoising.network import DenoisingNetwork
from babyslm.models.encoders.settings import DenoisingSettings
from babyslm.models.folder import WEIGHTS_NAME, write_tensors
from babyslm.models.recogniser.recogniser import save_recogniser
from babyslm.seeds import derive
from babyslm.stimuli.phones.phone_set import load_phone_set
from babyslm.stimuli.stimulus import WORD_BOUNDARY
from babyslm.stimuli.words.lexicon import load_lexicon
from babyslm.training.curve import draw_curve
from babyslm.training.loop import fit
from babyslm.training.processes import first_alone, is_first
from babyslm.training.recogniser.problem import CtcProblem, Listener
from babyslm.training.recogniser.recipe import RecogniserRecipe
from babyslm.training.recogniser.speech import make_lessons
from babyslm.training.recogniser.words import PseudoWords
from babyslm.training.speech.augmentation.mix import Augmentation
from babyslm.training.symbols.lstm import summary
from babyslm.verify.documents import NoSuchFileError, read_json
from babyslm.verify.learners.recipes import CheckpointMismatchError

__all__ = ["train_recogniser"]

STAGES = ".checkpoints"
"""Folder of the speech and of the checkpoints inside the model folder; deleted when the model is complete."""


def train_recogniser(
    recipe: RecogniserRecipe, folder: Path, *, resume: bool = True, device: str = "auto"
) -> dict[str, Any]:
    """Train a recogniser by a recipe and write it as a model folder.

    :param recipe: the recipe.
    :param folder: model folder; it keeps the speech and checkpoints until the model is complete.
    :param resume: continue from the speech and the checkpoint if there are any.
    :param device: `auto` or `cpu`.
    :returns: the content of the training record: the speech, and the course of training.
    """
    stages, hearing = folder / STAGES, Hearing(recipe.hearing)
    words = _pseudo_words(recipe)
    told = sha256_text(
        "\n".join(
            (
                recipe.model_dump_json(exclude={"name", "description", "loop", "speech"}),
                recipe.speech.model_dump_json(exclude={"workers"}),
                *words.words,
            )
        )
    )
    with first_alone(device):
        if not resume and is_first():
            shutil.rmtree(stages, ignore_errors=True)
        _identify(stages, told)
        lesson = make_lessons(
            recipe.speech, words, recipe.language, hearing, stages / "speech", seed=derive(recipe.seed, "lessons")
        )
    spectra = lesson.spectra.to(resolve_device(device))
    augmentation = Augmentation(
        spectra, recipe.augmentation, stack=recipe.hearing.stack, seed=derive(recipe.seed, "augmentation")
    )
    apart = round(len(spectra) * recipe.validation)  # utterances are drawn independently, so the first ones serve
    problem = CtcProblem(
        augmentation,
        lesson.phones,
        np.arange(apart, len(spectra)),
        np.arange(apart),
        hearing=recipe.hearing,
        batch_frames=recipe.loop.batch_tokens,
        seed=recipe.seed,
    )
    torch.manual_seed(derive(recipe.seed, "weights"))
    network = DenoisingNetwork(hearing.dimensions, recipe.network, len(words.phones) + 1)
    timing = {"checkpoint_updates", "checkpoint_seconds"}
    outcome = fit(
        Listener(network),
        problem,
        recipe.loop,
        seed=recipe.seed,
        folder=folder,
        identity=sha256_text(f"{told}\n{recipe.loop.model_dump_json(exclude=timing)}"),
        resume=resume,
        device=device,
        title=recipe.name,
        skips=True,
    )
    if is_first():
        prefix = "encoder."
        kept = {name.removeprefix(prefix): weight for name, weight in outcome.weights.items()}
        write_tensors(folder / WEIGHTS_NAME, kept)
        draw_curve(outcome.position.losses, folder)
        settings = DenoisingSettings(
            weights=Path(WEIGHTS_NAME),
            hearing=recipe.hearing,
            sizes=recipe.network,
            layer=recipe.network.depth,
            classes=len(words.phones) + 1,
            output="posteriors",
        )
        save_recogniser(folder, settings, words.phones, recipe.language, recipe.name)
    made = {"utterances": len(spectra), "hours": round(float(spectra.seconds.sum() / 3600), 3)}
    return {"speech": made | {"phones": int(problem.lengths.sum())}} | summary(outcome)


def _pseudo_words(recipe: RecogniserRecipe) -> PseudoWords:
    """Return the pseudo-words of the shipped lexicon, or of the word list or corpus of the recipe."""
    phone_set = load_phone_set(recipe.language)
    strings = load_lexicon(recipe.corpus, language=recipe.language).words()["phones"]
    words = sorted({text for text in strings if WORD_BOUNDARY not in text.split()})
    return PseudoWords(tuple(sorted(phone_set.inventory)), frozenset(phone_set.vowels), tuple(words))


def _identify(stages: Path, told: str) -> None:
    """Refuse speech that was made by another recipe."""
    path = stages / "stages.json"
    identity = {"identity": told}
    try:
        if read_json(path) != identity:
            raise CheckpointMismatchError(stages.parent)
    except NoSuchFileError:
        write_json(path, identity)
