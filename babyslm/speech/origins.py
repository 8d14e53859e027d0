"""Where voices come from: the synthesisers that `--synthesizer` names, the voices of each, and several at once."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babyslm.files import sha256_file
from babyslm.resources import resource_names
from babyslm.speech.neural.model import Family
from babyslm.speech.neural.synthesizer import NeuralSynthesizer
from babyslm.speech.neural.voices import declared_voices, drawn_voices, load_ranges, shifted_voices
from babyslm.speech.synthesis.espeak_engine import espeak_version
from babyslm.speech.synthesis.speaker import OutsideVoice, Speaker, VoiceKind, VoiceSplit, by_turns
from babyslm.speech.synthesis.synthesizer import CommandSynthesizer, EspeakSynthesizer, Speech, Synthesizer, Utterance
from babyslm.speech.synthesis.voices import choose_voices
from babyslm.verify.speech.neural import AlphabetLanguageError, SameVoiceError, SynthesizerSpecError, TeachersOnlyError

__all__ = ["FORMS", "MixedSynthesizer", "Origin", "find_origin", "mixed"]

FORMS = (
    "formant",
    "neural",
    "kokoro:FOLDER",
    "piper:VOICE.onnx",
    "flite",
    "'command:PROGRAM --phones {ipa} --voice {voice} --to {out}'",
)
"""What `--synthesizer` may be."""

DRAWN = 32
"""Voices drawn for training where no number is asked for."""


@dataclass(frozen=True)
class Origin:
    """A synthesiser and its voices.

    :param spec: how it was asked for.
    :param kind: of its voices.
    :param synthesizer: what speaks.
    """

    spec: str
    kind: VoiceKind
    synthesizer: EspeakSynthesizer | NeuralSynthesizer | CommandSynthesizer

    @property
    def name(self) -> str:
        """Name of the synthesiser, without any path."""
        match self.synthesizer:
            case NeuralSynthesizer(name=name):
                return name
            case CommandSynthesizer(command=command):
                return f"command {Path(command[0]).name}"
            case _:
                return "espeak-ng"

    def voices(
        self, language: str, split: VoiceSplit, *, count: int | None = None, seed: int = 0
    ) -> tuple[Speaker, ...]:
        """Return voices of a split, sorted by name; women, men and children are chosen in turn.

        :param language: two-letter code.
        :param split: dev, test or train; no voice is in two.
        :param count: most voices; default all, or for a neural synthesiser in training as many as suit it.
        :param seed: seed of the voices that are drawn for training.
        """
        match self.synthesizer:
            case EspeakSynthesizer():
                return choose_voices(language, split=split, count=count)
            case CommandSynthesizer():
                known = choose_voices(language, split=split, count=count)
                return tuple(OutsideVoice(name=each.name, language=language, split=split) for each in known)
            case NeuralSynthesizer(family="hibari", model=model, name=name):
                declared = _declared(name)
                if language not in declared:
                    raise AlphabetLanguageError(self.spec, language, declared)
                if split == "train":
                    ranges = load_ranges(f"{name}-{language}")["train"]
                    return drawn_voices(name, language, model.timbres, ranges, count or DRAWN, seed)
                own = [voice for voice in declared_voices(name, language) if voice.split == split]
                return tuple(sorted(by_turns(own)[:count], key=lambda voice: voice.name))
            case NeuralSynthesizer(family="flite") if split != "train":
                raise TeachersOnlyError(self.spec, split)
            case NeuralSynthesizer(model=model, name=name):
                return shifted_voices(name, language, model.timbres, split, count, seed)

    def describe(self) -> dict[str, Any]:
        """Return what a card says of it: name, kind, versions, and the SHA-256 of the files of a model."""
        told: dict[str, Any] = {"synthesizer": self.name, "kind": self.kind}
        match self.synthesizer:
            case EspeakSynthesizer():
                return told | {"version": espeak_version()}
            case CommandSynthesizer(version=version):
                return told | {"version": version}
            case NeuralSynthesizer(model=model, versions=versions):
                files = {path.name: sha256_file(path) for path in model.files}
                return told | {"packages": versions, "sha256": files}


def _declared(model: str) -> list[str]:
    """Return the languages in which a model has declared voices."""
    names = resource_names("datasets", f"voices/neural/{model}-*.yaml")
    return [Path(name).stem.rsplit("-", 1)[-1] for name in names]


def find_origin(spec: str) -> Origin:
    """Return the synthesiser that is asked for.

    :param spec: one of `FORMS`.
    """
    form, _, rest = spec.partition(":")
    if form == "command" and rest.strip():
        return Origin(spec, "outside", CommandSynthesizer(tuple(shlex.split(rest))))
    if form in {"kokoro", "piper"} and rest:
        family: Family = "kokoro" if form == "kokoro" else "piper"
        return Origin(spec, "neural", NeuralSynthesizer.find(family, Path(rest)))
    if spec == "neural":
        return Origin(spec, "neural", NeuralSynthesizer.find("hibari"))
    if spec == "flite":
        return Origin(spec, "outside", NeuralSynthesizer.find("flite"))
    if spec == "formant":
        return Origin(spec, "formant", EspeakSynthesizer())
    raise SynthesizerSpecError(spec, FORMS)


@dataclass(frozen=True)
class MixedSynthesizer:
    """Several synthesisers as one: each voice is spoken by its own.

    :param synthesizers: what speaks.
    :param places: voice name -> place in `synthesizers`.
    """

    synthesizers: tuple[Synthesizer, ...]
    places: Mapping[str, int]

    @property
    def slow(self) -> bool:
        """Whether one of them is."""
        return any(each.slow for each in self.synthesizers)

    def key(self, utterance: Utterance) -> str:
        """Return the hash of the voice's own synthesiser."""
        return self._own(utterance).key(utterance)

    def speak(self, utterance: Utterance) -> Speech:
        """Speak one utterance."""
        return self._own(utterance).speak(utterance)

    def _own(self, utterance: Utterance) -> Synthesizer:
        return self.synthesizers[self.places[utterance.voice.name]]


def mixed(cast: Sequence[tuple[Origin, Sequence[Speaker]]]) -> Synthesizer:
    """Return one synthesiser for the voices of several; a name that two of them share is a `SameVoiceError`.

    :param cast: synthesisers, each with its voices.
    """
    places: dict[str, int] = {}
    for place, (origin, voices) in enumerate(cast):
        for voice in voices:
            if places.setdefault(voice.name, place) != place:
                raise SameVoiceError(voice.name, cast[places[voice.name]][0].spec, origin.spec)
    if len(cast) == 1:
        return cast[0][0].synthesizer
    return MixedSynthesizer(tuple(origin.synthesizer for origin, _ in cast), places)
