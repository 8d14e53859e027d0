"""Base class of learners over symbols: stimuli become sequences, and each distinct sequence is scored once."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from babyslm.models.protocol import ScoreBatch
from babyslm.models.symbols.vocabulary import Vocabulary
from babyslm.stimuli.stimulus import Modality, Stimulus

__all__ = ["SequenceLearner"]


class SequenceLearner(ABC):
    """Learner over symbols: `<s>` precedes each sequence, `</s>` follows it, and `</s>` is scored.

    A family defines `family`, `settings` and `score_distinct`.

    :param vocabulary: the symbols.
    :param name: name shown in results.
    """

    family: str

    def __init__(self, vocabulary: Vocabulary, name: str) -> None:
        self.vocabulary = vocabulary
        self.name = name

    @property
    def modality(self) -> Modality:
        """Modality of the stimuli that the learner accepts."""
        return self.vocabulary.modality

    @property
    def settings(self) -> dict[str, Any]:
        """Settings that affect the scores."""
        return {
            "symbols": self.vocabulary.kind,
            "vocabulary": len(self.vocabulary),
            "boundary": self.vocabulary.boundary if self.vocabulary.kind == "phones" else None,
            "bos": "conditioned on",
            "eos": "scored",
        }

    @abstractmethod
    def score_distinct(self, sequences: Sequence[tuple[int, ...]]) -> NDArray[np.float64]:
        """Return the summed log-probability in nats of each of these distinct sequences, `</s>` included.

        :param sequences: symbol numbers without `<s>` and `</s>`; all distinct.
        """

    def score_sequences(self, sequences: Sequence[Sequence[int]]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Score sequences of symbol numbers.

        :param sequences: without `<s>` and `</s>`; may be empty, may contain duplicates.
        :returns: summed log-probabilities in nats, and numbers of scored symbols (`</s>` counts), both of shape (n,).
        """
        keys = [tuple(sequence) for sequence in sequences]
        places = {key: place for place, key in enumerate(sorted(set(keys)))}
        scores = self.score_distinct(list(places)) if places else np.zeros(0)
        order = np.array([places[key] for key in keys], dtype=np.int64)
        return scores[order], np.array([len(key) + 1 for key in keys], dtype=np.int64)

    def score(self, stimuli: Sequence[Stimulus]) -> ScoreBatch:
        """Return sum of log-probabilities in nats and number of scored symbols, in the order of the stimuli."""
        return ScoreBatch(*self.score_sequences(self.vocabulary.encode_stimuli(stimuli)))
