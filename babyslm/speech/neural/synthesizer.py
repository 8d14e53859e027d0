"""A neural synthesiser behind the door of all synthesisers: phones and a voice in, 16 kHz sound out."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import numpy as np

from babyslm.files import sha256_file, sha256_text
from babyslm.seeds import derive
from babyslm.speech.neural.flite import FliteModel, flite_version
from babyslm.speech.neural.hibari import HibariModel
from babyslm.speech.neural.kokoro import KokoroModel
from babyslm.speech.neural.model import Family, Model
from babyslm.speech.neural.piper import PiperModel
from babyslm.speech.neural.session import runtime_version
from babyslm.speech.neural.shift import SAME, shift_pitch, world_version
from babyslm.speech.neural.symbols import load_symbols
from babyslm.speech.neural.voices import NeuralVoice
from babyslm.speech.signal.level import normalize_speech
from babyslm.speech.synthesis.speaker import Speaker
from babyslm.speech.synthesis.synthesizer import Speech, Utterance
from babyslm.verify.speech.neural import RandomModelError, SilentModelError, WrongVoiceError

__all__ = ["NeuralSynthesizer", "open_model"]

RECIPE = 1
"""Raised whenever the same phones and voice would give other samples."""


@lru_cache
def open_model(family: Family, place: str) -> Model:
    """Open a model, once a process.

    :param family: hibari, kokoro, piper or flite.
    :param place: folder of a Kokoro model or file of a Piper voice; empty for Hibari and Flite.
    """
    match family:
        case "hibari":
            return HibariModel()
        case "kokoro":
            return KokoroModel(Path(place))
        case "piper":
            return PiperModel(Path(place))
        case "flite":
            return FliteModel()


@dataclass(frozen=True)
class NeuralSynthesizer:
    """A neural synthesiser; workers open the model themselves, once each.

    :param family: hibari, kokoro, piper or flite.
    :param place: folder of a Kokoro model or file of a Piper voice; empty for Hibari and Flite.
    :param name: name of the model.
    :param digest: SHA-256 over the hashes of the files that decide the sound.
    """

    slow: ClassVar[bool] = False

    family: Family
    place: str
    name: str
    digest: str

    @classmethod
    def find(cls, family: Family, place: Path | None = None) -> "NeuralSynthesizer":
        """Open a model, hash its files, and refuse one that draws random numbers.

        :param family: hibari, kokoro, piper or flite.
        :param place: folder of a Kokoro model or file of a Piper voice.
        """
        where = "" if place is None else str(place.absolute())
        model = open_model(family, where)
        probe = "ax " if family == "flite" else next(iter(sorted(model.symbols & set("aɑaə")))) * 3
        first, second = (model.speak(probe, model.timbres[0].name, 1.0, 0).samples for _ in range(2))
        if not np.array_equal(first, second):
            raise RandomModelError(model.files[0])
        return cls(family, where, model.name, sha256_text("\n".join(sha256_file(path) for path in model.files)))

    @property
    def model(self) -> Model:
        """The open model of this process."""
        return open_model(self.family, self.place)

    @property
    def versions(self) -> dict[str, str]:
        """Versions of the packages that decide the sound."""
        runtime = {"flite": flite_version()} if self.family == "flite" else {"onnxruntime": runtime_version()}
        return runtime | {"pyworld-prebuilt": world_version()}

    def key(self, utterance: Utterance) -> str:
        """Return the hash of symbols, voice, model, packages and what is done around them."""
        voice = self._voice(utterance.voice)
        written = load_symbols(self.model.alphabet, voice.language).encode(utterance.phones)
        parts = (self.family, self.digest, str(RECIPE), *map("=".join, self.versions.items()), written, voice.digest)
        return sha256_text("\x1f".join(("neural", *parts)))

    def speak(self, utterance: Utterance) -> Speech:
        """Speak one utterance; a symbol that the model does not know is a `SymbolError`."""
        voice, model = self._voice(utterance.voice), self.model
        table = load_symbols(model.alphabet, voice.language)
        written = table.verified(utterance.phones, model.symbols, model.name)
        seed = derive(0, written, voice.digest)
        raw = model.speak(written, voice.timbre, voice.speed / voice.tract, seed)
        if not raw.samples.any() or not np.isfinite(raw.samples).all():
            raise SilentModelError(" ".join(utterance.phones), model.name)
        factor = voice.pitch / voice.tract
        same = abs(factor - 1) <= SAME
        samples = raw.samples if same else shift_pitch(raw.samples, raw.rate, factor, pitch=raw.pitch)
        return Speech(normalize_speech(samples, round(raw.rate * voice.tract))[0])

    def _voice(self, voice: Speaker) -> NeuralVoice:
        if not isinstance(voice, NeuralVoice) or voice.model != self.name:
            raise WrongVoiceError(voice.name, voice.kind, self.name)
        return voice
