"""Causal language models of Hugging Face as learners."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from babyslm.models.protocol import ScoreBatch
from babyslm.models.text.tokens import TextEncoder
from babyslm.progress import notice
from babyslm.scoring.causal import TokenScores
from babyslm.scoring.head import Head
from babyslm.scoring.memory import default_budget
from babyslm.scoring.paths import find_path
from babyslm.stimuli.stimulus import Modality, Stimulus

__all__ = ["CausalModel"]


class CausalModel:
    """Causal language model and its tokenizer, with explicit options.

    :param network: a transformers model for causal language modelling.
    :param encoder: converts stimuli into tokens.
    :param name: name shown in results.
    :param identity: source, revision and similar facts for the settings; default none.
    """

    family = "causal"

    def __init__(
        self, network: Any, encoder: TextEncoder, *, name: str, identity: Mapping[str, Any] | None = None
    ) -> None:
        self.network = network.eval()
        self.encoder = encoder
        self.name = name
        self.modality: Modality = encoder.options.input
        embedding = network.get_input_embeddings().weight
        vocabulary = min(encoder.vocabulary, embedding.shape[0])
        self.device = embedding.device
        self.head = Head(network)
        self.head.calibrate({"input_ids": torch.arange(16, device=self.device).remainder(vocabulary)[None]})
        packing = encoder.options.packing == "auto"
        self.path = find_path(
            self.head, vocabulary=vocabulary, limit=encoder.limit, device=self.device, packing=packing
        )
        if packing and self.path.name != "tree":
            notice(f"{name}: shared prefixes are not reused, each text is scored by itself ({self.path.reason})")
        self.budget = encoder.options.batch_tokens or default_budget(self.device)
        self.settings: dict[str, Any] = {
            **(identity or {}),
            "architecture": type(network).__name__,
            "parameters": sum(parameter.numel() for parameter in network.parameters()),
            "dtype": str(network.dtype).removeprefix("torch."),
            "path": self.path.name,
            **encoder.record(),
        }

    def score(self, stimuli: Sequence[Stimulus]) -> ScoreBatch:
        """Return the sum of token log-probabilities in nats and the number of scored tokens.

        A text is scored as log p(first token | begin token) + ...; without a begin token the first token is not
        scored.
        """
        scores = self.token_scores(stimuli)
        return ScoreBatch(
            np.array([score.log_probability.sum() for score in scores], dtype=np.float64),
            np.array([len(score.log_probability) for score in scores], dtype=np.int64),
        )

    def token_scores(self, stimuli: Sequence[Stimulus]) -> list[TokenScores]:
        """Return the log-probability of every scored token, in nats, in the order of the stimuli."""
        sequences = self.encoder.encode(stimuli)
        # Equal texts get bit-identical scores, so that a pair of equal members is a tie.
        distinct = {sequence.ids.tobytes(): sequence for sequence in sequences}
        scored = self.path.score(self.head, list(distinct.values()), budget=self.budget, device=self.device)
        scores = dict(zip(distinct, scored, strict=True))
        return [scores[sequence.ids.tobytes()] for sequence in sequences]
