"""Base class of learners that are networks over symbols: device, storage and loading."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel
from torch import Tensor, nn

from babyslm.models.devices import resolve_device, resolve_dtype
from babyslm.models.folder import WEIGHTS_NAME, Header, load_weights, read_header, write_header, write_tensors
from babyslm.models.symbols.sequences import SequenceLearner
from babyslm.models.symbols.vocabulary import Vocabulary

__all__ = ["BUDGET", "NeuralHeader", "NeuralLearner", "save_neural"]

BUDGET = 16384
"""Default number of symbols of a scoring batch."""

Network = TypeVar("Network", bound=nn.Module)


class NeuralHeader(Header):
    """Content of `babyslm.json` for a network; each family narrows the type of its sizes."""

    family: str = "neural"
    sizes: Any


class NeuralLearner(SequenceLearner, Generic[Network]):
    """Trained network with its vocabulary.

    A family defines `family`, its `header`, `build` for its network, and `score_distinct`.

    :param network: the network; set to evaluation mode.
    :param vocabulary: its symbols.
    :param sizes: its sizes.
    :param name: name shown in results; default the family's.
    :param device: device; default `auto`.
    :param dtype: number type of the network; None is float32. Log-softmax is float32 in any case.
    :param batch_tokens: symbols of a batch; it does not affect scores beyond rounding.
    """

    header: ClassVar[type[NeuralHeader]]

    def __init__(
        self,
        network: Network,
        vocabulary: Vocabulary,
        sizes: BaseModel,
        *,
        name: str = "",
        device: str = "auto",
        dtype: str | None = None,
        batch_tokens: int = BUDGET,
    ) -> None:
        super().__init__(vocabulary, name or self.family)
        self.device = resolve_device(device)
        self.network = network.to(self.device, resolve_dtype(dtype)).eval()
        self.sizes = sizes
        self.dtype = dtype or "float32"
        self.batch_tokens = batch_tokens

    @classmethod
    def build(cls, symbols: int, sizes: Any) -> Network:
        """Return a network of these sizes over this many symbols."""
        raise NotImplementedError

    @property
    def settings(self) -> dict[str, Any]:
        """Settings that affect the scores."""
        return super().settings | {"sizes": self.sizes.model_dump(), "dtype": self.dtype}

    def save(self, folder: Path) -> None:
        """Write the model folder."""
        save_neural(folder, self.network.state_dict(), self.vocabulary, self.header(name=self.name, sizes=self.sizes))

    @classmethod
    def load(cls, folder: Path, **options: Any) -> Self:
        """Read a model folder.

        :param folder: model folder.
        :param options: arguments of the constructor: `device`, `dtype`, `batch_tokens` and the family's own.
        """
        header = read_header(folder, cls.header)
        vocabulary = Vocabulary.load(folder)
        network = cls.build(len(vocabulary), header.sizes)
        load_weights(network, folder / WEIGHTS_NAME)
        return cls(network, vocabulary, header.sizes, name=header.name or folder.resolve().name, **options)


def save_neural(folder: Path, weights: Mapping[str, Tensor], vocabulary: Vocabulary, header: NeuralHeader) -> None:
    """Write a network as a model folder, the header last.

    :param folder: model folder.
    :param weights: state of the network.
    :param vocabulary: its symbols.
    :param header: family, name and sizes.
    """
    write_tensors(folder / WEIGHTS_NAME, dict(weights))
    vocabulary.save(folder)
    write_header(folder, header)
