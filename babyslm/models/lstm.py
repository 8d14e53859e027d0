"""LSTM language models over phones, characters, word pieces or speech units: the reference's fairseq architecture.

Embedding 200, three layers of 1024, an output embedding of 200 before the vocabulary, dropout 0.1; other sizes by
recipe.
Score: s = 1/(T-1) sum over t = 2..T of ln p(x_t | x_<t), T counting `<s>` and `</s>`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from babyslm.models.devices import resolve_device, resolve_dtype
from babyslm.models.folder import WEIGHTS_NAME, Header, load_weights, read_header, write_header, write_tensors
from babyslm.models.sequences import SequenceLearner
from babyslm.models.vocabulary import BOS, EOS, Vocabulary
from babyslm.scoring.recurrent import score_recurrent

__all__ = ["BUDGET", "LstmHeader", "LstmLanguageModel", "LstmNetwork", "LstmSizes", "load", "save_lstm"]

BUDGET = 16384
"""Symbols a scoring batch holds unless told otherwise."""

SPREAD = 0.1
"""Weights start uniform in plus or minus this, as in fairseq."""

State = tuple[Tensor, Tensor]


class LstmSizes(BaseModel):
    """The size of the network; the defaults are the reference's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    embedding: int = Field(default=200, ge=1)
    hidden: int = Field(default=1024, ge=1)
    layers: int = Field(default=3, ge=1)
    output: int = Field(default=200, ge=1)
    dropout: float = Field(default=0.1, ge=0, lt=1)


class LstmHeader(Header):
    """What `babyslm.json` says of an LSTM."""

    family: Literal["lstm"] = "lstm"
    sizes: LstmSizes


class LstmNetwork(nn.Module):
    """The network: embedding, LSTM layers, output embedding, vocabulary.

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

        :param inputs: shape (N,): symbols laid out step by step, see `babyslm.scoring.packed`.
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
        """Run one symbol of each of n sequences; None is the zero state."""
        outputs, after = self.lstm(self.embedding(inputs)[:, None], state)
        return outputs[:, 0], after

    def select(self, state: State, rows: Tensor) -> State:
        """Return the states of some rows."""
        return state[0][:, rows], state[1][:, rows]

    def head(self, outputs: Tensor) -> Tensor:
        """Turn (n, hidden) outputs into (n, symbols) logits."""
        logits: Tensor = self.vocabulary(self.dropout(self.narrow(self.dropout(outputs))))
        return logits


class LstmLanguageModel(SequenceLearner):
    """A trained LSTM with its vocabulary.

    :param network: its weights; put into evaluation mode.
    :param vocabulary: its symbols.
    :param sizes: its sizes.
    :param name: name shown in results.
    :param device: where it runs; default auto.
    :param dtype: number type of the network; None is float32. Log-softmax is float32 in any case.
    :param batch_tokens: symbols a batch holds. Scores do not depend on it beyond rounding.
    """

    family = "lstm"

    def __init__(
        self,
        network: LstmNetwork,
        vocabulary: Vocabulary,
        sizes: LstmSizes,
        *,
        name: str = "lstm",
        device: str = "auto",
        dtype: str | None = None,
        batch_tokens: int = BUDGET,
    ) -> None:
        super().__init__(vocabulary, name)
        self.device = resolve_device(device)
        self.network = network.to(self.device, resolve_dtype(dtype)).eval()
        self.sizes = sizes
        self.dtype = dtype or "float32"
        self.batch_tokens = batch_tokens

    @property
    def settings(self) -> dict[str, Any]:
        """What changes the scores."""
        return super().settings | {"sizes": self.sizes.model_dump(), "dtype": self.dtype}

    def score_distinct(self, sequences: Sequence[tuple[int, ...]]) -> NDArray[np.float64]:
        """Return the summed log-probability in nats of each sequence, `</s>` included."""
        return score_recurrent(self.network, sequences, bos=BOS, eos=EOS, budget=self.batch_tokens, device=self.device)

    def save(self, folder: Path) -> None:
        """Write the model folder."""
        save_lstm(folder, self.network.state_dict(), self.vocabulary, self.sizes, self.name)


def save_lstm(folder: Path, weights: dict[str, Tensor], vocabulary: Vocabulary, sizes: LstmSizes, name: str) -> None:
    """Write an LSTM as a model folder, the header last.

    :param folder: model folder.
    :param weights: state of an `LstmNetwork`.
    :param vocabulary: its symbols.
    :param sizes: its sizes.
    :param name: name shown in results.
    """
    write_tensors(folder / WEIGHTS_NAME, weights)
    vocabulary.save(folder)
    write_header(folder, LstmHeader(name=name, sizes=sizes))


def load(
    folder: Path, *, device: str = "auto", dtype: str | None = None, batch_tokens: int = BUDGET
) -> LstmLanguageModel:
    """Load an LSTM from its model folder.

    :param folder: model folder.
    :param device: where it runs; default auto.
    :param dtype: number type; None is float32.
    :param batch_tokens: symbols a scoring batch holds.
    """
    header = read_header(folder, LstmHeader)
    vocabulary = Vocabulary.load(folder)
    network = LstmNetwork(len(vocabulary), header.sizes)
    load_weights(network, folder / WEIGHTS_NAME)
    return LstmLanguageModel(
        network,
        vocabulary,
        header.sizes,
        name=header.name or folder.resolve().name,
        device=device,
        dtype=dtype,
        batch_tokens=batch_tokens,
    )
