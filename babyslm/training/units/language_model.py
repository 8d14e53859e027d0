"""Language models over units: an n-gram model, a network, or a network interpolated with an n-gram model."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from pydantic import Field, model_validator

from babyslm.models.load import load_model
from babyslm.models.ngram.model import MAX_ORDER, NgramLanguageModel
from babyslm.models.symbols.lstm import LstmSizes
from babyslm.models.symbols.mixture import NETWORK, NGRAM, SymbolPredictor, best_weight, mixed_logs, save_mixture
from babyslm.models.symbols.vocabulary import Vocabulary
from babyslm.models.units.transformer import TransformerSizes
from babyslm.training.processes import first_alone, is_first
from babyslm.training.recipe import Recipe
from babyslm.training.settings import LoopSettings
from babyslm.training.symbols.lstm import fit_lstm
from babyslm.training.units.transformer import fit_transformer

__all__ = ["LanguageModelFields", "fit_language_model"]

Sequences = Sequence[list[int]]


class LanguageModelFields(Recipe):
    """Fields of a recipe that determine the language model over units."""

    validation: float = Field(default=0.05, ge=0, lt=1, description="proportion of the utterances held out")
    sizes: LstmSizes = LstmSizes()
    transformer: TransformerSizes | None = Field(default=None, description="sizes of a transformer instead of an LSTM")
    loop: LoopSettings | None = Field(default=None, description="optimisation of a network over the units")
    order: int | None = Field(default=None, ge=1, le=MAX_ORDER, description="of an n-gram model instead of an LSTM")
    interpolate: int | None = Field(
        default=None, ge=1, le=MAX_ORDER, description="order of an n-gram model interpolated with the network"
    )

    @model_validator(mode="after")
    def _has_one_language_model(self) -> Self:
        if (self.loop is None) == (self.order is None):
            raise ValueError("give either loop, for a network over the units, or order, for an n-gram model")
        if self.interpolate is not None and (self.loop is None or self.validation == 0):
            raise ValueError("interpolate needs loop, for a network, and validation above 0, for the weight")
        if self.interpolate is not None and self.transformer is not None and self.transformer.objective == "masked":
            raise ValueError("interpolate needs transformer.objective=causal")
        return self


def fit_language_model(
    recipe: LanguageModelFields,
    training: Sequences,
    valid: Sequences,
    vocabulary: Vocabulary,
    folder: Path,
    *,
    resume: bool,
    device: str,
) -> dict[str, Any]:
    """Train the language model of a recipe and write it as a model folder.

    :param recipe: the recipe.
    :param training: symbol numbers of the training utterances.
    :param valid: symbol numbers of the held-out utterances.
    :param vocabulary: the units.
    :param folder: model folder.
    :param resume: continue from a checkpoint if there is one.
    :param device: `auto` or `cpu`.
    :returns: the entries of the training record; of a mixture, the losses of both parts and of the mixture.
    """
    if recipe.interpolate is not None:
        return _fit_mixture(recipe, training, valid, vocabulary, folder, resume=resume, device=device)
    if recipe.order is not None:
        return _count(recipe.order, recipe.name, training, valid, vocabulary, folder)
    return _fit_network(recipe, training, valid, vocabulary, folder, resume=resume, device=device)


def _fit_network(
    recipe: LanguageModelFields,
    training: Sequences,
    valid: Sequences,
    vocabulary: Vocabulary,
    folder: Path,
    *,
    resume: bool,
    device: str,
) -> dict[str, Any]:
    assert recipe.loop is not None
    if recipe.transformer is not None:
        return fit_transformer(
            training,
            valid,
            vocabulary,
            recipe.transformer,
            recipe.loop,
            folder=folder,
            name=recipe.name,
            seed=recipe.seed,
            resume=resume,
            device=device,
        )
    return fit_lstm(
        training,
        valid,
        vocabulary,
        recipe.sizes,
        recipe.loop,
        folder=folder,
        name=recipe.name,
        seed=recipe.seed,
        resume=resume,
        device=device,
    )


def _count(
    order: int, name: str, training: Sequences, valid: Sequences, vocabulary: Vocabulary, folder: Path
) -> dict[str, Any]:
    if not is_first():  # counting is quick and is done by one process
        return {}
    model = NgramLanguageModel.train(training, vocabulary, order=order, name=name)
    model.save(folder)
    outcome: dict[str, Any] = {"sequences": len(training), "symbols": sum(len(units) + 1 for units in training)}
    if valid:
        sums, symbols = model.score_sequences(valid)
        outcome |= {"held_out": len(valid), "validation_loss": float(-sums.sum() / symbols.sum())}
    return outcome


def _fit_mixture(
    recipe: LanguageModelFields,
    training: Sequences,
    valid: Sequences,
    vocabulary: Vocabulary,
    folder: Path,
    *,
    resume: bool,
    device: str,
) -> dict[str, Any]:
    """Train both parts, and choose the weight on the held-out utterances."""
    assert recipe.interpolate is not None
    told = _fit_network(recipe, training, valid, vocabulary, folder / NETWORK, resume=resume, device=device)
    with first_alone(device):
        if not is_first():
            return told
        counted = _count(recipe.interpolate, recipe.name, training, valid, vocabulary, folder / NGRAM)
        parts = [load_model(str(folder / part), device=device) for part in (NETWORK, NGRAM)]
        network, ngram = (part.symbol_logs(valid) for part in parts if isinstance(part, SymbolPredictor))
        weight = best_weight(network, ngram)
        both = [mixed_logs(first, second, weight) for first, second in zip(network, ngram, strict=True)]
        losses = [float(-np.concatenate(each).mean()) for each in (network, ngram, both)]
        save_mixture(folder, weight, recipe.name, vocabulary)
    names = (NETWORK, NGRAM, "mixture")
    return told | {
        "held_out": counted["held_out"],
        "weight": weight,
        "validation_losses": dict(zip(names, losses, strict=True)),
        "validation_loss": losses[2],
    }
