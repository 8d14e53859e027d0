"""The embedded neural voice: `heart` of the package hibari-tts, distilled from Kokoro-82M."""

import json
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np

from babyslm.speech.neural.model import RawSound
from babyslm.speech.neural.session import open_session, verify_signature
from babyslm.speech.neural.symbols import Alphabet
from babyslm.speech.neural.voices import Timbre
from babyslm.verify.speech.neural import NeuralPackageError

__all__ = ["HibariModel"]

INPUTS = frozenset({"ids", "speed"})

VOICED = 40.0
"""Hz: pitch below this means unvoiced, as in the vocoder of the package."""


class HibariModel:
    """Hibari's network and vocoder, with the one voice inside the package; nothing is downloaded."""

    name = "hibari"
    alphabet: Alphabet = "kokoro"
    timbres: tuple[Timbre, ...] = (Timbre(name="heart", speaker="woman"),)

    def __init__(self) -> None:
        try:
            folder = Path(str(distribution("hibari-tts").locate_file("hibari"))) / "assets"
            from hibari import dsp
        except (PackageNotFoundError, ImportError) as error:
            raise NeuralPackageError("hibari-tts", "--synthesizer neural") from error
        self._vocoder = dsp
        self._network = folder / "hibari.onnx"
        self._vocabulary = folder / "vocab.json"
        self._numbers: dict[str, int] = json.loads(self._vocabulary.read_text(encoding="utf-8"))
        self._session = open_session(self._network)
        verify_signature(self._network, self._session, INPUTS, "network of Hibari")

    @property
    def files(self) -> tuple[Path, ...]:
        """Network and vocabulary."""
        return self._network, self._vocabulary

    @property
    def symbols(self) -> frozenset[str]:
        """The symbols of Kokoro."""
        return frozenset(self._numbers)

    def speak(self, symbols: str, timbre: str, speed: float, seed: int) -> RawSound:  # noqa: ARG002  # it has one
        """Speak symbols; the pitch is the one that the network set."""
        given = {
            "ids": np.array([[0, *(self._numbers[symbol] for symbol in symbols), 0]], dtype=np.int64),
            "speed": np.array([speed], dtype=np.float32),
        }
        *spectra, pitch = (output[0] for output in self._session.run(None, given))
        samples = self._vocoder.synth(*spectra, pitch, np.random.default_rng(seed))
        return RawSound(samples, self._vocoder.SR, np.where(pitch < VOICED, 0, pitch).astype(np.float32))
