"""Kokoro-82M, whose files the user has fetched: an ONNX network and the style vectors of its voices.

A folder in the layout of kokoro-onnx: one `.onnx` file, and one `.npz` or `.bin` file (a NumPy archive) with an array
of shape (lengths, 1, 256) a voice: row n - 1 is the style of n symbols. Names begin with language and sex: `af_heart`.
"""

import json
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from babyslm.resources import resource
from babyslm.speech.neural.model import RawSound
from babyslm.speech.neural.session import input_types, open_session, verify_signature
from babyslm.speech.neural.symbols import Alphabet
from babyslm.speech.neural.voices import Person, Timbre
from babyslm.verify.documents import read_yaml
from babyslm.verify.speech.neural import ModelFileError, ModelFolderError

__all__ = ["KOKORO_RATE", "KokoroModel"]

KOKORO_RATE = 24_000
"""Hz."""

STYLE = 256
"""Length of a style vector."""

LONGEST = 510
"""Symbols that the network takes at once."""

TOKENS = ("tokens", "input_ids")
"""Names of the first input, by age of the export."""

SEXES: dict[str, Person] = {"f": "woman", "m": "man"}


class KokoroModel:
    """A Kokoro network with the voices that lie beside it.

    :param folder: where network and styles lie.
    """

    alphabet: Alphabet = "kokoro"

    def __init__(self, folder: Path) -> None:
        self.name = f"kokoro-{folder.resolve().name}"
        self._network = _only(folder, "network (.onnx)", (".onnx",))
        self._styles = _only(folder, "file of voices (.npz or .bin)", (".npz", ".bin"))
        self._session = open_session(self._network)
        self._types = input_types(self._network, self._session)
        self._tokens = next((name for name in TOKENS if name in self._types), TOKENS[0])
        verify_signature(
            self._network, self._session, frozenset({self._tokens, "style", "speed"}), "network of Kokoro"
        )
        self._voices = _read_styles(self._styles)
        self._numbers, self._table = _vocabulary(folder)
        self.timbres = tuple(
            Timbre(name=name, speaker=SEXES.get(name[1:2], "unknown") if "_" in name[2:3] else "unknown")
            for name in sorted(self._voices)
        )

    @property
    def files(self) -> tuple[Path, ...]:
        """Network, styles and vocabulary."""
        return self._network, self._styles, self._table

    @property
    def symbols(self) -> frozenset[str]:
        """The symbols that have a number."""
        return frozenset(self._numbers)

    def speak(self, symbols: str, timbre: str, speed: float, seed: int) -> RawSound:  # noqa: ARG002  # no noise
        """Speak symbols."""
        if len(symbols) > LONGEST:
            raise ModelFileError(self._network, f"takes at most {LONGEST} symbols at once, not {len(symbols)}")
        numbers = [0, *(self._numbers[symbol] for symbol in symbols), 0]
        style = self._voices[timbre]
        given = {
            self._tokens: np.array([numbers], dtype=self._types[self._tokens]),
            "style": style[min(len(symbols), len(style)) - 1].reshape(1, STYLE).astype(self._types["style"]),
            "speed": np.array([speed], dtype=self._types["speed"]),
        }
        return RawSound(np.asarray(self._session.run(None, given)[0], dtype=np.float32).ravel(), KOKORO_RATE)


def _only(folder: Path, wanted: str, suffixes: tuple[str, ...]) -> Path:
    there = sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
    found = [path for path in there if path.suffix in suffixes]
    if len(found) != 1:
        raise ModelFolderError(folder, wanted, [path.name for path in found or there])
    return found[0]


def _read_styles(path: Path) -> dict[str, NDArray[np.float32]]:
    """Read the style vectors of all voices."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            styles = {name: archive[name] for name in archive.files}
    except (ValueError, OSError, BadZipFile, EOFError, AttributeError, TypeError) as error:
        raise ModelFileError(path, "is no NumPy archive of style vectors (voices-v1.0.bin, *.npz)") from error
    for name, style in styles.items():
        if style.ndim not in {2, 3} or style.shape[-1] != STYLE or not style.size or style.dtype.kind != "f":
            raise ModelFileError(path, f"voice {name} has shape {style.shape}, not (lengths, 1, {STYLE})")
    if not styles:
        raise ModelFileError(path, "holds no voice")
    return styles


def _vocabulary(folder: Path) -> tuple[dict[str, int], Path]:
    """Read the numbers of the symbols: `config.json` beside the network, or those of Kokoro v1.0."""
    own = folder / "config.json"
    if not own.is_file():
        table = resource("datasets", "phones/vocabulary-kokoro.yaml")
        return read_yaml(table)["numbers"], table
    try:
        told = json.loads(own.read_text(encoding="utf-8"))["vocab"]
        numbers = {str(symbol): int(number) for symbol, number in told.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelFileError(own, "has no 'vocab' of symbols and their numbers") from error
    return numbers, own
