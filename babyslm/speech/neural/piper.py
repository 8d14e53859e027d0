"""Piper: VITS voices in ONNX files, whose JSON beside them gives rate, symbols and speakers.

The network's own noise is set to zero, so that the same phones always give the same samples: with it, a sound would
depend on what was spoken before.
"""

from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from babyslm.speech.neural.model import RawSound, plausible_rate
from babyslm.speech.neural.session import open_session, verify_signature
from babyslm.speech.neural.symbols import Alphabet
from babyslm.speech.neural.voices import Timbre
from babyslm.verify.documents import parse_document, read_json
from babyslm.verify.speech.neural import ModelFileError

__all__ = ["PiperModel"]

INPUTS = frozenset({"input", "input_lengths", "scales"})

START, PAD, END = "^", "_", "$"


class _Audio(BaseModel):
    sample_rate: int


class _Inference(BaseModel):
    length_scale: float = Field(default=1.0, gt=0)


class _Config(BaseModel):
    model_config = ConfigDict(extra="ignore")

    audio: _Audio
    phoneme_id_map: dict[str, list[int]]
    phoneme_type: str = "espeak"
    inference: _Inference = _Inference()
    num_speakers: int = 1
    speaker_id_map: dict[str, int] = {}


class PiperModel:
    """A Piper voice.

    :param path: `VOICE.onnx`; `VOICE.onnx.json` must lie beside it.
    """

    alphabet: Alphabet = "piper"

    def __init__(self, path: Path) -> None:
        self.name = f"piper-{path.stem}"
        self._network = path
        self._settings = path.with_name(f"{path.name}.json")
        self._session = open_session(path)
        self._config = parse_document(_Config, read_json(self._settings), self._settings)
        self._verify()
        several = self._config.num_speakers > 1
        names = sorted(self._config.speaker_id_map) if several else []
        self.timbres = tuple(Timbre(name=name) for name in names) or (Timbre(name=path.stem),)
        verify_signature(path, self._session, INPUTS | ({"sid"} if several else frozenset()), "voice of Piper")

    def _verify(self) -> None:
        rate, kind = self._config.audio.sample_rate, self._config.phoneme_type
        if not plausible_rate(rate):
            raise ModelFileError(self._settings, f"audio.sample_rate is {rate} Hz, which no voice has")
        if kind != "espeak":
            reason = f"phoneme_type is {kind!r}; only a voice with espeak-ng's phones can be asked for phones"
            raise ModelFileError(self._settings, reason)
        for symbol in (START, PAD, END):
            if not self._config.phoneme_id_map.get(symbol):
                raise ModelFileError(self._settings, f"phoneme_id_map lacks {symbol!r}")
        if self._config.num_speakers > 1 and not self._config.speaker_id_map:
            raise ModelFileError(self._settings, "has several speakers, but no speaker_id_map that names them")

    @property
    def files(self) -> tuple[Path, ...]:
        """Network and settings."""
        return self._network, self._settings

    @property
    def symbols(self) -> frozenset[str]:
        """The symbols that have a number."""
        return frozenset(self._config.phoneme_id_map)

    def speak(self, symbols: str, timbre: str, speed: float, seed: int) -> RawSound:  # noqa: ARG002  # no noise
        """Speak symbols: each between two pads, as in training."""
        known = self._config.phoneme_id_map
        numbers = [*known[START], *known[PAD]]
        for symbol in symbols:
            numbers += [*known[symbol], *known[PAD]]
        numbers += known[END]
        given: dict[str, Any] = {
            "input": np.array([numbers], dtype=np.int64),
            "input_lengths": np.array([len(numbers)], dtype=np.int64),
            "scales": np.array([0.0, self._config.inference.length_scale / speed, 0.0], dtype=np.float32),
        }
        if self._config.num_speakers > 1:
            given["sid"] = np.array([self._config.speaker_id_map[timbre]], dtype=np.int64)
        samples = np.asarray(self._session.run(None, given)[0], dtype=np.float32).ravel()
        return RawSound(samples, self._config.audio.sample_rate)
