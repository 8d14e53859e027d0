"""Masked language models of Hugging Face as learners, scored by pseudo-log-likelihood."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from babyslm.models.protocol import ScoreBatch
from babyslm.models.text.tokens import TextEncoder
from babyslm.models.text.words import word_numbers
from babyslm.scoring.causal import TokenScores
from babyslm.scoring.head import Head
from babyslm.scoring.masked import MaskedTokens, pseudo_log_likelihood
from babyslm.scoring.memory import default_budget
from babyslm.stimuli.stimulus import Modality, Stimulus
from babyslm.verify.learners.text import ModelRefusedError, TextOptionError

__all__ = ["MaskedModel"]


class MaskedModel:
    """Masked language model and its tokenizer, with explicit options.

    `bos=never` omits all special tokens; otherwise they are added as in training.

    :param network: a transformers model for masked language modelling.
    :param encoder: converts stimuli into tokens; its option `pll` names the formula.
    :param name: name shown in results.
    :param identity: source, revision and similar facts for the settings; default none.
    """

    family = "masked"

    def __init__(
        self, network: Any, encoder: TextEncoder, *, name: str, identity: Mapping[str, Any] | None = None
    ) -> None:
        if encoder.options.eos:
            raise TextOptionError("eos", encoder.options.eos, ("false: a masked model does not score an end token",))
        if encoder.tokenizer.mask_token_id is None:
            raise ModelRefusedError(encoder.source, "its tokenizer has no mask token")
        self.network = network.eval()
        self.encoder = encoder
        self.name = name
        self.modality: Modality = encoder.options.input
        self.device = network.get_input_embeddings().weight.device
        self.head = Head(network)
        ids = torch.arange(16, device=self.device).remainder(encoder.vocabulary)[None]
        self.head.calibrate({"input_ids": ids})
        self.budget = encoder.options.batch_tokens or 2 * default_budget(self.device)  # unmasked rows cost little
        self.settings: dict[str, Any] = {
            **(identity or {}),
            "architecture": type(network).__name__,
            "parameters": sum(parameter.numel() for parameter in network.parameters()),
            "dtype": str(network.dtype).removeprefix("torch."),
            **encoder.options.record(),
        }

    def score(self, stimuli: Sequence[Stimulus]) -> ScoreBatch:
        """Return the pseudo-log-likelihood in nats and the number of its terms."""
        scores = self.token_scores(stimuli)
        return ScoreBatch(
            np.array([score.log_probability.sum() for score in scores], dtype=np.float64),
            np.array([len(score.log_probability) for score in scores], dtype=np.int64),
        )

    def token_scores(self, stimuli: Sequence[Stimulus]) -> list[TokenScores]:
        """Return the terms of each pseudo-log-likelihood, in nats, in the order of the stimuli."""
        return pseudo_log_likelihood(
            self.head,
            self.encode(stimuli),
            self.encoder.options.pll,
            mask=self.encoder.tokenizer.mask_token_id,
            budget=self.budget,
            device=self.device,
        )

    def encode(self, stimuli: Sequence[Stimulus]) -> list[MaskedTokens]:
        """Return the token sequence of each stimulus, with its words.

        :raises NoInputError, TooLongError, NothingToScoreError: naming the stimuli.
        """
        tokenizer = self.encoder.tokenizer
        pieces = self.encoder.pieces(stimuli)
        words = word_numbers(tokenizer, self.encoder.texts(stimuli), pieces)
        special = self.encoder.options.bos != "never"
        front, back = self._frame() if special else ([], [])
        sequences = []
        for ids, numbers in zip(pieces, words, strict=True):
            own = np.arange(len(front), len(front) + len(ids), dtype=np.int64)
            sequences.append(MaskedTokens(np.array([*front, *ids, *back], dtype=np.int64), own, numbers))
        around = len(front) + len(back)
        self.encoder.verify([len(sequence.ids) for sequence in sequences], stimuli, least=around + 1)
        return sequences

    def _frame(self) -> tuple[list[int], list[int]]:
        """Return the special tokens that training put before and after a text."""
        tokenizer = self.encoder.tokenizer
        bare: list[int] = tokenizer("a", add_special_tokens=False)["input_ids"]
        full: list[int] = tokenizer("a")["input_ids"]
        for start in range(len(full) - len(bare) + 1):
            if full[start : start + len(bare)] == bare:
                return full[:start], full[start + len(bare) :]
        raise ModelRefusedError(self.encoder.source, "its tokenizer segments a text differently with special tokens")
