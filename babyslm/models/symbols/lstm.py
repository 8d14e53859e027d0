"""LSTM language models over phones, characters, word pieces or speech units: the reference's fairseq architecture.

Embedding 200, three layers of 1024, an output embedding of 200 before the vocabulary, dropout 0.1; recipes may set
other sizes.
Score: s = 1/(T-1) sum over t = 2..T of ln p(x_t | x_<t), T counting `<s>` and `</s>`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from babyslm.models.symbols.network import BUDGET, NeuralHeader, NeuralLearner
from babyslm.models.symbols.vocabulary import BOS, EOS
from babyslm.scoring.batches import length_batches
from babyslm.scoring.packed import pack
from babyslm.scoring.recurrent import gathered, score_recurrent

__all__ = ["LstmHeader", "LstmLanguageModel", "LstmNetwork", "LstmSizes", "load"]

SPREAD = 0.1
"""Initial weights are uniform between minus and plus this value, as in fairseq."""

State = tuple[Tensor, Tensor]


class LstmSizes(BaseModel):
    """Size of the network; the defaults are the reference's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    embedding: int = Field(default=200, ge=1)
    hidden: int = Field(default=1024, ge=1)
    layers: int = Field(default=3, ge=1)
    output: int = Field(default=200, ge=1)
    dropout: float = Field(default=0.1, ge=0, lt=1)


class LstmHeader(NeuralHeader):
    """Content of `babyslm.json` for an LSTM."""

    family: Literal["lstm"] = "lstm"
    sizes: LstmSizes


class LstmNetwork(nn.Module):
    """Embedding, LSTM layers, output embedding, output over the vocabulary.

    :param symbols: size of the vocabulary.
    :param sizes: sizes of the layers, and dropout.
    """

    def __init__(self, symbols: int, sizes: LstmSizes) -> None:
        super().__init__()
        between = sizes.dropout if sizes.layers > 1 else 0.0
        self.embedding = nn.Embedding(symbols, sizes.embedding)
        self.lstm = nn.LSTM(sizes.embedding, sizes.hidden, sizes.layers, batch_first=True, dropout=between)
        self.narrow = nn.Linear(sizes.hidden, sizes.output)
        self.vocabulary = nn.Linear(sizes.output, symbols)
        self.dropout = nn.Dropout(sizes.dropout)
        for weights in self.parameters():
            nn.init.uniform_(weights, -SPREAD, SPREAD)

    def forward(self, inputs: Tensor, batch_sizes: Tensor) -> Tensor:
        """Return the logits of packed sequences.

        :param inputs: shape (N,): symbols in time-major packed order, see `babyslm.scoring.packed`.
        :param batch_sizes: shape (steps,), on the CPU.
        :returns: shape (N, symbols).
        """
        return self.head(self.run(inputs, batch_sizes))

    def run(self, inputs: Tensor, batch_sizes: Tensor) -> Tensor:
        """Run packed sequences from the zero state: (N,) symbols to (N, hidden) outputs."""
        packed = PackedSequence(self.dropout(self.embedding(inputs)), batch_sizes)
        outputs: Tensor = self.lstm(packed)[0].data
        return outputs

    def step(self, inputs: Tensor, state: State | None) -> tuple[Tensor, State]:
        """Run one step of n sequences; a state of None is the zero state."""
        outputs, after = self.lstm(self.embedding(inputs)[:, None], state)
        return outputs[:, 0], after

    def select(self, state: State, rows: Tensor) -> State:
        """Return the states of some rows."""
        return state[0][:, rows], state[1][:, rows]

    def head(self, outputs: Tensor) -> Tensor:
        """Turn (n, hidden) outputs into (n, symbols) logits."""
        logits: Tensor = self.vocabulary(self.dropout(self.narrow(self.dropout(outputs))))
        return logits


class LstmLanguageModel(NeuralLearner[LstmNetwork]):
    """Trained LSTM with its vocabulary; parameters as `NeuralLearner`."""

    family = "lstm"
    header = LstmHeader

    @classmethod
    def build(cls, symbols: int, sizes: LstmSizes) -> LstmNetwork:
        """Return a network of these sizes over this many symbols."""
        return LstmNetwork(symbols, sizes)

    def score_distinct(self, sequences: Sequence[tuple[int, ...]]) -> NDArray[np.float64]:
        """Return the summed log-probability in nats of each sequence, `</s>` included."""
        return score_recurrent(self.network, sequences, bos=BOS, eos=EOS, budget=self.batch_tokens, device=self.device)

    @torch.inference_mode()
    def symbol_logs(self, sequences: Sequence[Sequence[int]]) -> list[NDArray[np.float64]]:
        """Return log-probabilities in nats, `</s>` included: shape (len(sequence) + 1,) for each sequence."""
        found = [np.zeros(0)] * len(sequences)
        for batch in length_batches([len(sequence) + 1 for sequence in sequences], self.batch_tokens):
            packed = pack([sequences[i] for i in batch], BOS, EOS)
            outputs = self.network.run(
                torch.from_numpy(packed.inputs).to(self.device), torch.from_numpy(packed.batch_sizes)
            )
            logs = gathered(self.network, outputs, torch.from_numpy(packed.targets).to(self.device))
            order = np.argsort(packed.rows, kind="stable")  # symbols of a sequence are in the order of time
            ends = np.cumsum(np.bincount(packed.rows))[:-1]
            for i, part in zip(batch, np.split(logs.double().cpu().numpy()[order], ends), strict=True):
                found[i] = part
        return found


def load(
    folder: Path, *, device: str = "auto", dtype: str | None = None, batch_tokens: int = BUDGET
) -> LstmLanguageModel:
    """Load an LSTM from its model folder.

    :param folder: model folder.
    :param device: device; default `auto`.
    :param dtype: number type; None is float32.
    :param batch_tokens: symbols of a scoring batch.
    """
    return LstmLanguageModel.load(folder, device=device, dtype=dtype, batch_tokens=batch_tokens)
