"""What a neural synthesiser is asked for and gives, whichever family it is of."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from babyslm.speech.neural.symbols import Alphabet
from babyslm.speech.neural.voices import Timbre

__all__ = ["Family", "Model", "RawSound", "plausible_rate"]

Family = Literal["hibari", "kokoro", "piper", "flite"]

SLOWEST, FASTEST = 8_000, 48_000


@dataclass(frozen=True)
class RawSound:
    """What a network gave.

    :param samples: shape (frames,), float32.
    :param rate: Hz.
    :param pitch: Hz, evenly spaced over the samples, 0 where unvoiced; None where the network does not tell.
    """

    samples: NDArray[np.float32]
    rate: int
    pitch: NDArray[np.float32] | None = None


class Model(Protocol):
    """An open model."""

    name: str
    alphabet: Alphabet
    timbres: tuple[Timbre, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that decide the sound."""

    @property
    def symbols(self) -> frozenset[str]:
        """The symbols it knows."""

    def speak(self, symbols: str, timbre: str, speed: float, seed: int) -> RawSound:
        """Speak symbols, of which the model knows every one.

        :param symbols: what `SymbolTable.encode` returns.
        :param timbre: one of `timbres`.
        :param speed: factor of the model's own rate.
        :param seed: seed of its noise, if the family has any.
        """


def plausible_rate(rate: object) -> bool:
    """Return whether a sampling rate, in Hz, may be that of a voice."""
    return isinstance(rate, int) and SLOWEST <= rate <= FASTEST
