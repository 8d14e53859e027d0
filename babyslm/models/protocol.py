"""Protocol of every learner: log-probabilities of stimuli."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from babyslm.stimuli.stimulus import Modality, Stimulus

__all__ = ["POOLINGS", "LanguageModel", "Pooling", "ScoreBatch", "describe"]

Pooling = Literal["mean", "sum"]
POOLINGS: tuple[Pooling, ...] = get_args(Pooling)


@dataclass(frozen=True)
class ScoreBatch:
    """Scores of n stimuli.

    :param log_probability: shape (n,), float64: sum of log-probabilities in nats; or, if `symbols` is None, an
        external score of unknown pooling.
    :param symbols: shape (n,), int64: number of scored symbols; None if unknown.
    """

    log_probability: NDArray[np.float64]
    symbols: NDArray[np.int64] | None

    def pooled(self, pooling: Pooling) -> NDArray[np.float64]:
        """Return one score per stimulus: the mean over its symbols (the official score) or the sum, in nats."""
        if self.symbols is None or pooling == "sum":
            return self.log_probability
        return self.log_probability / self.symbols


@runtime_checkable
class LanguageModel(Protocol):
    """A learner: any object that assigns a log-probability to stimuli of its modality.

    Two optional attributes are recorded in the result: `name` (str) and `settings`, a JSON-able dict of everything
    that affects the score (BOS, EOS, pooling, layer, units ...).
    """

    modality: Modality

    def score(self, stimuli: Sequence[Stimulus]) -> ScoreBatch:
        """Return sum of log-probabilities in nats and number of scored symbols, in the order of the stimuli.

        A score depends on its stimulus alone, not on the other stimuli, their order or their number.
        """


def describe(model: LanguageModel) -> dict[str, Any]:
    """Return the entries of a result that describe a learner: its name, class, modality and settings."""
    return {
        "name": getattr(model, "name", type(model).__name__),
        "family": getattr(model, "family", f"{type(model).__module__}.{type(model).__qualname__}"),
        "modality": model.modality,
        "settings": dict(getattr(model, "settings", {})),
    }
