"""Training of n-gram models: one pass that counts."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from babyslm.models.ngram.model import MAX_ORDER, NgramLanguageModel, Weighting
from babyslm.models.ngram.smoothing import Smoothing
from babyslm.models.symbols.vocabulary import Boundary, SymbolKind, Vocabulary
from babyslm.training.recipe import Recipe
from babyslm.training.text.lines import Grain, read_lines

__all__ = ["NgramRecipe", "train_ngram"]


class NgramRecipe(Recipe):
    """Recipe of an n-gram model."""

    family: Literal["ngram"] = "ngram"
    symbols: SymbolKind = "phones"
    language: str = "en"
    boundary: Boundary = "between"
    grain: Grain = "utterances"
    at_least: int = Field(default=1, ge=1, description="fewest occurrences of a symbol; rarer ones are unknown")
    pieces: int = Field(default=8000, ge=4, description="size of a bpe vocabulary")
    order: int = Field(ge=1, le=MAX_ORDER)
    smoothing: Smoothing = "witten-bell"
    weighting: Weighting = "tokens"


def train_ngram(recipe: NgramRecipe, folder: Path, *, resume: bool = True, device: str = "auto") -> dict[str, Any]:
    """Train an n-gram model by a recipe and write it as a model folder.

    :param recipe: the recipe.
    :param folder: model folder.
    :param resume: not used: training takes seconds.
    :param device: not used.
    :returns: the content of the training record: the corpus, its checksum, sequences, symbols, n-grams of each order.
    """
    del resume, device
    corpus = read_lines(recipe.corpus, recipe.symbols, language=recipe.language, grain=recipe.grain)
    vocabulary = Vocabulary.build(
        corpus.lines,
        recipe.symbols,
        language=recipe.language,
        boundary=recipe.boundary,
        at_least=recipe.at_least,
        size=recipe.pieces,
    )
    sequences = vocabulary.encode(corpus.lines)
    model = NgramLanguageModel.train(
        sequences,
        vocabulary,
        order=recipe.order,
        smoothing=recipe.smoothing,
        weighting=recipe.weighting,
        name=recipe.name,
    )
    model.save(folder)
    return {
        "corpus": {"file": corpus.source.name, "sha256": corpus.sha256},
        "sequences": len(sequences),
        "symbols": sum(len(sequence) + 1 for sequence in sequences),
        "ngrams": [len(order.keys) for order in model.orders],
    }
