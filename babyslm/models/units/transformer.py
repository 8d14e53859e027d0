"""Transformers over speech units: causal, or masked and scored by span-masked pseudo-log-likelihood.

Causal: as for the LSTM, `</s>` is scored and `<s>` is not. Masked: spans of 15 symbols start at 0, 5, 10 ..., and a
last span reaches the end; each span is replaced by `<unk>`, which is not a unit, and all of its symbols are scored.
The number of symbols is then the sum over all spans.

The reference's formula has no such last span. In a sequence of n symbols the last (n - 15) mod 5 are never masked, so
that a change in them alters the score only as context, and `</s>` is scored for one length in five. The preference
between two stimuli that differ in their last sound may then be reversed. `spans="published"` scores in this way, only
for comparison with published figures.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator
from torch import Tensor, nn

from babyslm.models.symbols.network import BUDGET, NeuralHeader, NeuralLearner
from babyslm.models.symbols.vocabulary import BOS, EOS, UNK, Vocabulary
from babyslm.scoring.batches import length_batches
from babyslm.scoring.head import Head, Request, Scores, gather_log_probabilities
from babyslm.scoring.masked import MaskedTokens, Plan, mask_plan, pseudo_log_likelihood
from babyslm.verify.learners.units import MaskedMixtureError

__all__ = [
    "Objective",
    "Spans",
    "TransformerHeader",
    "TransformerLanguageModel",
    "TransformerNetwork",
    "TransformerSizes",
    "load",
    "pad_sequences",
]

Objective = Literal["causal", "masked"]
Spans = Literal["mended", "published"]

PADDING = EOS
"""Padding of shorter sequences in a batch; never attended to."""


class TransformerSizes(BaseModel):
    """Objective and size of the network."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    objective: Objective = "causal"
    hidden: int = Field(default=256, ge=2)
    layers: int = Field(default=4, ge=1)
    heads: int = Field(default=4, ge=1)
    inner: int = Field(default=1024, ge=1)
    dropout: float = Field(default=0.1, ge=0, lt=1)

    @model_validator(mode="after")
    def _fits(self) -> "TransformerSizes":
        if self.hidden % (2 * self.heads):
            raise ValueError("hidden must be a multiple of twice the heads")
        return self


class TransformerHeader(NeuralHeader):
    """Content of `babyslm.json` for a transformer over units."""

    family: Literal["unit-transformer"] = "unit-transformer"
    sizes: TransformerSizes


class TransformerNetwork(nn.Module):
    """Embedding, sinusoidal positions, pre-norm transformer layers, output over the vocabulary.

    :param symbols: size of the vocabulary.
    :param sizes: objective and sizes.
    """

    def __init__(self, symbols: int, sizes: TransformerSizes) -> None:
        super().__init__()
        self.causal = sizes.objective == "causal"
        self.embedding = nn.Embedding(symbols, sizes.hidden)
        layer = nn.TransformerEncoderLayer(
            sizes.hidden, sizes.heads, sizes.inner, sizes.dropout, "gelu", batch_first=True, norm_first=True
        )
        norm = nn.LayerNorm(sizes.hidden)
        self.layers = nn.TransformerEncoder(layer, sizes.layers, norm, enable_nested_tensor=False)
        self.vocabulary = nn.Linear(sizes.hidden, symbols)
        self.dropout = nn.Dropout(sizes.dropout)
        nn.init.normal_(self.embedding.weight, std=0.02)

    def forward(self, inputs: Tensor, padded: Tensor | None = None) -> Tensor:
        """Return logits, shape (sequences, length, symbols).

        :param inputs: shape (sequences, length): symbol numbers.
        :param padded: shape (sequences, length), true at padding; None if all sequences have the same length.
        """
        hidden = self.embedding(inputs) * math.sqrt(self.embedding.embedding_dim)
        hidden = self.dropout(hidden + self._positions(inputs.shape[1], hidden))
        mask = None
        if self.causal:
            length = inputs.shape[1]
            mask = torch.ones(length, length, dtype=torch.bool, device=inputs.device).triu(1)
        logits: Tensor = self.vocabulary(self.layers(hidden, mask, padded))
        return logits

    def _positions(self, length: int, like: Tensor) -> Tensor:
        size = like.shape[-1]
        rates = torch.exp(torch.arange(0, size, 2, device=like.device) * (-math.log(10_000) / size))
        angles = torch.arange(length, device=like.device)[:, None] * rates
        return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1).to(like.dtype)


class _UnitHead:
    """Adapter that presents the network as the model with head that the scorer of masked models expects."""

    def __init__(self, network: TransformerNetwork) -> None:
        self.network = network

    def run(self, inputs: Mapping[str, Tensor], request: Request) -> Scores:
        logits = self.network(inputs["input_ids"]).flatten(0, 1)
        return gather_log_probabilities(logits[request.positions], request)


class TransformerLanguageModel(NeuralLearner[TransformerNetwork]):
    """Trained transformer over units with its vocabulary.

    :param network: its network, which is set to evaluation mode.
    :param vocabulary: its units.
    :param sizes: objective and sizes.
    :param spans: spans of a masked model: `mended` masks every symbol at least once; `published` is for comparison.
    :param options: see `NeuralLearner`.
    """

    family = "unit-transformer"
    header = TransformerHeader
    sizes: TransformerSizes

    def __init__(
        self,
        network: TransformerNetwork,
        vocabulary: Vocabulary,
        sizes: TransformerSizes,
        *,
        spans: Spans = "mended",
        **options: Any,
    ) -> None:
        super().__init__(network, vocabulary, sizes, **options)
        self.pll: Plan = "span" if spans == "mended" else "published_span"

    @classmethod
    def build(cls, symbols: int, sizes: TransformerSizes) -> TransformerNetwork:
        """Return a network of these sizes over this many units."""
        return TransformerNetwork(symbols, sizes)

    @property
    def settings(self) -> dict[str, Any]:
        """Settings that affect the scores."""
        return super().settings | ({"pll": self.pll} if self.sizes.objective == "masked" else {})

    def score_distinct(self, sequences: Sequence[tuple[int, ...]]) -> NDArray[np.float64]:
        """Return the summed log-probability in nats of each sequence, `</s>` included."""
        return self._causal(sequences) if self.sizes.objective == "causal" else self._masked(sequences)

    def score_sequences(self, sequences: Sequence[Sequence[int]]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Score sequences as every learner over symbols does; a masked model counts the symbols of each span."""
        sums, symbols = super().score_sequences(sequences)
        if self.sizes.objective == "masked":
            terms = {n: sum(len(scored) for _, scored in mask_plan(_tokens(range(n)), self.pll)) for n in symbols - 1}
            symbols = np.array([terms[len(sequence)] for sequence in sequences], dtype=np.int64)
        return sums, symbols

    def _causal(self, sequences: Sequence[tuple[int, ...]]) -> NDArray[np.float64]:
        return np.array([logs.sum() for logs in self.symbol_logs(sequences)])

    @torch.inference_mode()
    def symbol_logs(self, sequences: Sequence[Sequence[int]]) -> list[NDArray[np.float64]]:
        """Return log-probabilities in nats, `</s>` included: shape (len(sequence) + 1,) for each sequence.

        A masked model does not predict symbols from those before them: a `MaskedMixtureError`.
        """
        if self.sizes.objective == "masked":
            raise MaskedMixtureError
        found = [np.zeros(0)] * len(sequences)
        for batch in length_batches([len(sequence) + 1 for sequence in sequences], self.batch_tokens):
            inputs, _ = pad_sequences([(BOS, *sequences[i]) for i in batch], self.device)
            targets, _ = pad_sequences([(*sequences[i], EOS) for i in batch], self.device)
            logs = self.network(inputs).float().log_softmax(-1).gather(2, targets[..., None])[..., 0]
            for i, row in zip(batch, logs.double().cpu().numpy(), strict=True):
                found[i] = row[: len(sequences[i]) + 1]
        return found

    def _masked(self, sequences: Sequence[tuple[int, ...]]) -> NDArray[np.float64]:
        head = cast("Head", _UnitHead(self.network))
        tokens = [_tokens(sequence) for sequence in sequences]
        scores = pseudo_log_likelihood(head, tokens, self.pll, mask=UNK, budget=self.batch_tokens, device=self.device)
        return np.array([score.log_probability.sum() for score in scores])


def _tokens(sequence: Sequence[int]) -> MaskedTokens:
    """Put `<s>` before a sequence and `</s>` after it; `</s>` is scored like the units."""
    ids = np.array([BOS, *sequence, EOS], dtype=np.int64)
    own = np.arange(1, len(ids))
    return MaskedTokens(ids, own, own)


def pad_sequences(sequences: Sequence[Sequence[int]], device: torch.device) -> tuple[Tensor, Tensor]:
    """Pad sequences into a batch: symbol numbers and padding mask, both of shape (sequences, longest)."""
    longest = max(len(sequence) for sequence in sequences)
    padded = np.ones((len(sequences), longest), dtype=np.bool_)
    symbols = np.full((len(sequences), longest), PADDING, dtype=np.int64)
    for row, sequence in enumerate(sequences):
        symbols[row, : len(sequence)] = sequence
        padded[row, : len(sequence)] = False
    return torch.from_numpy(symbols).to(device), torch.from_numpy(padded).to(device)


def load(
    folder: Path,
    *,
    device: str = "auto",
    dtype: str | None = None,
    batch_tokens: int = BUDGET,
    spans: Spans = "mended",
) -> TransformerLanguageModel:
    """Load a transformer over units from its model folder.

    :param folder: model folder.
    :param device: device; default `auto`.
    :param dtype: number type; None is float32.
    :param batch_tokens: symbols of a scoring batch.
    :param spans: scoring of a masked model: `mended`, or `published` for comparison.
    """
    return TransformerLanguageModel.load(folder, device=device, dtype=dtype, batch_tokens=batch_tokens, spans=spans)
