"""N-gram language models of orders 1 to 8 over phones, words, characters or units."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from babyslm.models.folder import WEIGHTS_NAME, Header, read_arrays, read_header, write_arrays, write_header
from babyslm.models.ngram.counts import Order, count_orders, find_nodes, lay_out
from babyslm.models.ngram.smoothing import Smoothing, interpolate
from babyslm.models.symbols.sequences import SequenceLearner
from babyslm.models.symbols.vocabulary import BOS, EOS, Vocabulary
from babyslm.verify.learners.folders import CorruptModelError

__all__ = ["MAX_ORDER", "NgramHeader", "NgramLanguageModel", "Weighting", "load"]

MAX_ORDER = 8

DECIMALS = 9
"""Sums are rounded to this precision, so that sequences of equal probability tie in any order of summation: a unigram
model does not distinguish anagrams."""

Weighting = Literal["tokens", "types"]


class NgramHeader(Header):
    """Content of `babyslm.json` for an n-gram model."""

    family: Literal["ngram"] = "ngram"
    order: int = Field(ge=1, le=MAX_ORDER)
    smoothing: Smoothing
    weighting: Weighting


class NgramLanguageModel(SequenceLearner):
    """Interpolated n-gram model.

    A sequence is preceded by one `<s>`, which is never predicted, and followed by `</s>`, which is. Histories begin at
    `<s>`. The lowest order is a uniform distribution over all symbols but `<s>`, so that an unknown symbol has a
    probability as well.

    :param orders: counts of orders 1 to n.
    :param vocabulary: the symbols.
    :param smoothing: witten-bell or kneser-ney.
    :param weighting: whether training counted each sequence as often as it occurred (`tokens`) or once (`types`).
    :param name: name shown in results.
    """

    family = "ngram"

    def __init__(
        self,
        orders: list[Order],
        vocabulary: Vocabulary,
        *,
        smoothing: Smoothing = "witten-bell",
        weighting: Weighting = "tokens",
        name: str = "ngram",
    ) -> None:
        super().__init__(vocabulary, name)
        self.orders, self.smoothing, self.weighting = orders, smoothing, weighting
        self.parts = interpolate(orders, smoothing, len(vocabulary))

    @classmethod
    def train(
        cls,
        sequences: Sequence[Sequence[int]],
        vocabulary: Vocabulary,
        *,
        order: int,
        smoothing: Smoothing = "witten-bell",
        weighting: Weighting = "tokens",
        name: str = "ngram",
    ) -> "NgramLanguageModel":
        """Count the n-grams of sequences.

        :param sequences: symbol numbers without `<s>` and `</s>`.
        :param vocabulary: the symbols.
        :param order: highest order.
        :param smoothing: witten-bell or kneser-ney.
        :param weighting: count a sequence as often as it occurs (`tokens`) or once (`types`).
        :param name: name shown in results.
        """
        distinct = Counter(map(tuple, sequences))
        weights = np.array([1 if weighting == "types" else count for count in distinct.values()], dtype=np.int64)
        orders = count_orders(lay_out(list(distinct), BOS, EOS), weights, len(vocabulary), order)
        return cls(orders, vocabulary, smoothing=smoothing, weighting=weighting, name=name)

    @property
    def settings(self) -> dict[str, Any]:
        """Settings that affect the scores."""
        own = {"order": len(self.orders), "smoothing": self.smoothing, "weighting": self.weighting}
        return super().settings | own

    def score_distinct(self, sequences: Sequence[tuple[int, ...]]) -> NDArray[np.float64]:
        """Return the summed log-probability in nats of each sequence, `</s>` included."""
        rows, logs = self._logs(sequences)
        sums = np.bincount(rows, logs, len(sequences))
        return np.round(sums, DECIMALS).astype(np.float64)

    def symbol_logs(self, sequences: Sequence[Sequence[int]]) -> list[NDArray[np.float64]]:
        """Return log-probabilities in nats, `</s>` included: shape (len(sequence) + 1,) for each sequence."""
        if not sequences:
            return []
        _, logs = self._logs(sequences)
        return np.split(logs, np.cumsum([len(sequence) + 1 for sequence in sequences])[:-1])

    def _logs(self, sequences: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return sequence and log-probability of each predicted symbol, sequence by sequence."""
        run = lay_out(sequences, BOS, EOS)
        size = len(self.vocabulary)
        predicted = np.flatnonzero(run.places > 0)
        symbols = run.symbols[predicted]
        probability = self.parts[0].seen[symbols] + self.parts[0].rest[0] / (size - 1)
        node = run.symbols
        for order, part in zip(self.orders[1:], self.parts[1:], strict=True):
            history = node[predicted - 1]
            found = find_nodes(symbols, history, order.keys, size)
            probability = part.seen[found] + part.rest[history] * probability
            node = np.full(len(run.symbols), -1, dtype=np.int64)
            node[predicted] = found
        return run.rows[predicted], np.log(probability)

    def distribution(self, history: Sequence[int]) -> NDArray[np.float64]:
        """Return p(w | history) of every symbol, shape (V,); that of `<s>` is 0.

        :param history: symbol numbers after `<s>`.
        """
        size = len(self.vocabulary)
        symbols = np.arange(size)
        probability: NDArray[np.float64] = self.parts[0].seen[symbols] + self.parts[0].rest[0] / (size - 1)
        context = [BOS, *history]
        for k, (order, part) in enumerate(zip(self.orders[1:], self.parts[1:], strict=True), start=2):
            if len(context) < k - 1:
                break
            node = np.array([context[1 - k]])
            for deeper, symbol in zip(self.orders[1:], context[len(context) + 2 - k :], strict=False):
                node = find_nodes(np.array([symbol]), node, deeper.keys, size)
            if node[0] < 0:
                break
            found = find_nodes(symbols, np.repeat(node, size), order.keys, size)
            probability = part.seen[found] + part.rest[node[0]] * probability
        probability[BOS] = 0.0
        return probability

    def save(self, folder: Path) -> None:
        """Write the model folder, the header last."""
        arrays = {}
        for k, order in enumerate(self.orders, start=1):
            arrays[f"{k}.keys"] = order.keys
            arrays[f"{k}.counts"] = order.counts
            arrays[f"{k}.continuations"] = order.continuations
        write_arrays(folder / WEIGHTS_NAME, arrays)
        self.vocabulary.save(folder)
        header = NgramHeader(
            name=self.name, order=len(self.orders), smoothing=self.smoothing, weighting=self.weighting
        )
        write_header(folder, header)


def load(folder: Path, *, device: str = "auto", dtype: str | None = None) -> NgramLanguageModel:
    """Load an n-gram model from its folder.

    :param folder: model folder.
    :param device: not used: an n-gram model runs on the CPU.
    :param dtype: not used: probabilities are float64.
    """
    del device, dtype
    header = read_header(folder, NgramHeader)
    vocabulary = Vocabulary.load(folder)
    arrays = read_arrays(folder / WEIGHTS_NAME)
    orders = [_order(arrays, k, folder / WEIGHTS_NAME) for k in range(1, header.order + 1)]
    _verify_orders(orders, len(vocabulary), folder / WEIGHTS_NAME)
    return NgramLanguageModel(
        orders,
        vocabulary,
        smoothing=header.smoothing,
        weighting=header.weighting,
        name=header.name or folder.resolve().name,
    )


def _order(arrays: dict[str, NDArray[Any]], k: int, path: Path) -> Order:
    parts = [arrays.get(f"{k}.{part}") for part in ("keys", "counts", "continuations")]
    for part in parts:
        if part is None or part.dtype != np.int64 or part.ndim != 1 or part.shape != parts[0].shape:  # type: ignore[union-attr]
            raise CorruptModelError(path, f"has no valid counts of order {k}")
    return Order(*parts)  # type: ignore[arg-type]


def _verify_orders(orders: list[Order], vocabulary: int, path: Path) -> None:
    """Reject counts that would give an index out of range or an invalid probability."""
    histories = 1
    for k, order in enumerate(orders, start=1):
        limit = histories * vocabulary
        sorted_keys = bool((np.diff(order.keys) > 0).all()) and (len(order.keys) == vocabulary or k > 1)
        inside = not len(order.keys) or (order.keys[0] >= 0 and order.keys[-1] < limit)
        if not sorted_keys or not inside or (order.counts < 0).any() or (order.continuations < 0).any():
            raise CorruptModelError(path, f"the counts of order {k} do not match the vocabulary")
        histories = len(order.keys)
