"""Interpolation of a network with an n-gram model: p(x) = w p_network(x) + (1 - w) p_ngram(x), symbol by symbol.

The weight is that of the highest likelihood on held-out sequences, found by expectation maximisation (Jelinek and
Mercer 1980). The likelihood is concave in the weight, and weights of 0 and 1 are allowed, so that on these sequences
the mixture is never worse than either part.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from babyslm.models.folder import Header, read_header, write_header
from babyslm.models.load import load_model
from babyslm.models.ngram.model import NgramLanguageModel
from babyslm.models.symbols.sequences import SequenceLearner
from babyslm.models.symbols.vocabulary import Vocabulary
from babyslm.verify.learners.folders import CorruptModelError

__all__ = [
    "NETWORK",
    "NGRAM",
    "MixtureHeader",
    "MixtureLanguageModel",
    "SymbolPredictor",
    "best_weight",
    "load",
    "mixed_logs",
    "save_mixture",
]

NETWORK, NGRAM = "network", "ngram"
"""Subfolders of the two parts."""

ITERATIONS = 200

Logs = list[NDArray[np.float64]]


@runtime_checkable
class SymbolPredictor(Protocol):
    """Learner that gives the log-probability of each symbol after those before it."""

    vocabulary: Vocabulary
    name: str
    family: str

    @property
    def settings(self) -> dict[str, Any]:
        """Settings that affect the scores."""

    def symbol_logs(self, sequences: Sequence[Sequence[int]]) -> Logs:
        """Return log-probabilities in nats, `</s>` included: shape (len(sequence) + 1,) for each sequence."""


class MixtureHeader(Header):
    """Content of `babyslm.json` for a mixture."""

    family: Literal["mixture"] = "mixture"
    weight: float = Field(ge=0, le=1)


class MixtureLanguageModel(SequenceLearner):
    """A network interpolated with an n-gram model of the same vocabulary.

    :param network: an LSTM or a causal transformer.
    :param ngram: the n-gram model.
    :param weight: weight of the network, between 0 and 1.
    :param name: name shown in results.
    """

    family = "mixture"

    def __init__(
        self, network: SymbolPredictor, ngram: NgramLanguageModel, weight: float, *, name: str = "mixture"
    ) -> None:
        super().__init__(ngram.vocabulary, name)
        self.network, self.ngram, self.weight = network, ngram, weight

    @property
    def settings(self) -> dict[str, Any]:
        """Settings that affect the scores."""
        parts = {
            NETWORK: {"family": self.network.family} | self.network.settings,
            NGRAM: {"family": self.ngram.family} | self.ngram.settings,
        }
        return super().settings | {"weight": self.weight} | parts

    def symbol_logs(self, sequences: Sequence[Sequence[int]]) -> Logs:
        """Return log-probabilities in nats, `</s>` included: shape (len(sequence) + 1,) for each sequence."""
        parts = zip(self.network.symbol_logs(sequences), self.ngram.symbol_logs(sequences), strict=True)
        return [mixed_logs(first, second, self.weight) for first, second in parts]

    def score_distinct(self, sequences: Sequence[tuple[int, ...]]) -> NDArray[np.float64]:
        """Return the summed log-probability in nats of each sequence, `</s>` included."""
        return np.array([logs.sum() for logs in self.symbol_logs(sequences)])


def mixed_logs(network: NDArray[np.float64], ngram: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """Return the logarithm of w p_network + (1 - w) p_ngram.

    :param network: log-probabilities of the network.
    :param ngram: log-probabilities of the n-gram model.
    :param weight: w.
    """
    with np.errstate(divide="ignore"):
        found: NDArray[np.float64] = np.logaddexp(np.log(weight) + network, np.log1p(-weight) + ngram)
    return found


def best_weight(network: Logs, ngram: Logs) -> float:
    """Return the weight of the network with the highest likelihood on held-out sequences.

    :param network: log-probabilities of the network, by sequence.
    :param ngram: log-probabilities of the n-gram model.
    """
    first, second = np.concatenate(network), np.concatenate(ngram)
    weight = 0.5
    for _ in range(ITERATIONS):
        weight = float(np.exp(np.log(weight) + first - mixed_logs(first, second, weight)).mean())
        if not 0 < weight < 1:
            break
    tried = (0.0, min(max(weight, 0.0), 1.0), 1.0)
    return max(tried, key=lambda each: float(mixed_logs(first, second, each).sum()))


def load(folder: Path, *, device: str = "auto", dtype: str | None = None, **options: Any) -> MixtureLanguageModel:
    """Load a mixture from its model folder.

    :param folder: model folder.
    :param device: device of the network.
    :param dtype: number type of the network; None is float32.
    :param options: passed on to the network's loader, such as `batch_tokens`.
    """
    header = read_header(folder, MixtureHeader)
    network = load_model(str(folder / NETWORK), device=device, dtype=dtype, **options)
    ngram = load_model(str(folder / NGRAM))
    if not isinstance(ngram, NgramLanguageModel) or not isinstance(network, SymbolPredictor):
        raise CorruptModelError(folder, "does not hold a network and an n-gram model that predict symbols")
    if network.vocabulary.symbols != ngram.vocabulary.symbols:
        raise CorruptModelError(folder, "the vocabularies of network and n-gram model differ")
    return MixtureLanguageModel(network, ngram, header.weight, name=header.name or folder.resolve().name)


def save_mixture(folder: Path, weight: float, name: str, vocabulary: Vocabulary) -> None:
    """Write vocabulary and header of a mixture whose parts are in place.

    :param folder: model folder.
    :param weight: weight of the network.
    :param name: name shown in results.
    :param vocabulary: its symbols.
    """
    vocabulary.save(folder)
    write_header(folder, MixtureHeader(name=name, weight=weight))
