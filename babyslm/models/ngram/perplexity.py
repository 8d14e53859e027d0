"""Perplexity of texts under an n-gram model, for filters of corpora."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from babyslm.models.folder import HEADER_NAME, Header, read_header
from babyslm.models.ngram.model import NgramLanguageModel, load
from babyslm.models.symbols.vocabulary import normalise
from babyslm.verify.corpora.lucie import PerplexityModelError

__all__ = ["NgramPerplexity"]

KINDS = ("words", "characters", "bpe")


class NgramPerplexity:
    """Perplexity exp(-sum log p / number of symbols) of a text; each line is a sequence with its own end symbol.

    The model is loaded on first use, so that the object can be sent to other processes.

    :param folder: model folder of an n-gram model of words, characters or word pieces.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        family = read_header(folder, Header).family
        if family != "ngram":
            raise PerplexityModelError(folder / HEADER_NAME, f"is of the family {family}")
        self._model: NgramLanguageModel | None = None
        self.model()

    def model(self) -> NgramLanguageModel:
        """Return the model, loaded once per process."""
        if self._model is None:
            self._model = load(self.folder)
            if self._model.vocabulary.kind not in KINDS:
                raise PerplexityModelError(self.folder, f"reads {self._model.vocabulary.kind}, not text")
        return self._model

    def __call__(self, texts: Sequence[str]) -> list[float]:
        """Return the perplexity of each text; infinite for a text without symbols.

        :param texts: texts of one or more lines.
        """
        model = self.model()
        found = []
        for text in texts:
            lines = [line for line in map(normalise, text.splitlines()) if line]
            sequences = [tuple(sequence) for sequence in model.vocabulary.encode(lines)]
            symbols = sum(len(sequence) + 1 for sequence in sequences)
            nats = float(model.score_distinct(sequences).sum()) if sequences else 0.0
            found.append(float(np.exp(-nats / symbols)) if symbols else float("inf"))
        return found

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without the loaded model."""
        return {"folder": self.folder, "_model": None}
