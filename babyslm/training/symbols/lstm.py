"""Training of LSTM language models over phones, characters, word pieces or units."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from babyslm.models.symbols.lstm import LstmHeader, LstmLanguageModel, LstmSizes
from babyslm.models.symbols.vocabulary import Boundary, SymbolKind, Vocabulary
from babyslm.training.recipe import Recipe
from babyslm.training.settings import LoopSettings
from babyslm.training.symbols.network import fit_neural, summary
from babyslm.training.symbols.sequences import SequenceProblem
from babyslm.training.text.lines import Grain, held_out, read_lines

__all__ = ["LstmRecipe", "fit_lstm", "summary", "train_lstm"]


class LstmRecipe(Recipe):
    """Recipe of an LSTM language model."""

    family: Literal["lstm"] = "lstm"
    symbols: SymbolKind = "phones"
    language: str = "en"
    boundary: Boundary = "between"
    grain: Grain = "utterances"
    at_least: int = Field(default=1, ge=1, description="fewest occurrences of a symbol; rarer ones are unknown")
    pieces: int = Field(default=8000, ge=4, description="size of a bpe vocabulary")
    validation: float = Field(default=0.1, ge=0, lt=1, description="proportion of the sequences held out")
    sizes: LstmSizes = LstmSizes()
    loop: LoopSettings


def train_lstm(recipe: LstmRecipe, folder: Path, *, resume: bool = True, device: str = "auto") -> dict[str, Any]:
    """Train an LSTM by a recipe and write it as a model folder.

    :param recipe: the recipe.
    :param folder: the model folder, which keeps the checkpoints until training is complete.
    :param resume: continue from a checkpoint if there is one.
    :param device: `auto` or `cpu`.
    :returns: the content of the training record: the corpus, its checksum, and the course of training.
    """
    corpus = read_lines(recipe.corpus, recipe.symbols, language=recipe.language, grain=recipe.grain)
    training, valid = held_out(corpus.lines, recipe.validation, seed=recipe.seed, source=corpus.source)
    vocabulary = Vocabulary.build(
        training,
        recipe.symbols,
        language=recipe.language,
        boundary=recipe.boundary,
        at_least=recipe.at_least,
        size=recipe.pieces,
    )
    outcome = fit_lstm(
        vocabulary.encode(training),
        vocabulary.encode(valid),
        vocabulary,
        recipe.sizes,
        recipe.loop,
        folder=folder,
        name=recipe.name,
        seed=recipe.seed,
        resume=resume,
        device=device,
    )
    return {"corpus": {"file": corpus.source.name, "sha256": corpus.sha256}} | outcome


def fit_lstm(
    training: Sequence[Sequence[int]],
    valid: Sequence[Sequence[int]],
    vocabulary: Vocabulary,
    sizes: LstmSizes,
    loop: LoopSettings,
    *,
    folder: Path,
    name: str,
    seed: int,
    resume: bool = True,
    device: str = "auto",
) -> dict[str, Any]:
    """Train an LSTM on sequences of symbol numbers and write it as a model folder.

    :param training: symbol numbers without `<s>` and `</s>`; for units, see `Vocabulary.encode_units`.
    :param valid: held-out sequences; may be empty.
    :param vocabulary: the symbols.
    :param sizes: size of the network.
    :param loop: settings of the optimisation.
    :param folder: model folder.
    :param name: name of the learner in results.
    :param seed: seed of weights, order and dropout.
    :param resume: continue from a checkpoint in the folder if there is one.
    :param device: `auto` or `cpu`.
    :returns: numbers of sequences and symbols, updates, losses (nats per symbol), seconds.
    """
    header = LstmHeader(name=name, sizes=sizes)
    problem = SequenceProblem(training, valid, batch_tokens=loop.batch_tokens, seed=seed)
    return fit_neural(
        LstmLanguageModel, problem, vocabulary, header, loop, folder=folder, seed=seed, resume=resume, device=device
    )
