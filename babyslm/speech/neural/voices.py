"""Voices of neural synthesisers: a timbre of a model, with another vocal tract, pitch and rate."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from babyslm.resources import resource
from babyslm.seeds import generator
from babyslm.speech.synthesis.speaker import Speaker, VoiceKind, VoiceSplit, by_turns
from babyslm.verify.documents import parse_document, read_yaml

__all__ = [
    "NeuralVoice",
    "Person",
    "Timbre",
    "declared_voices",
    "drawn_voices",
    "load_ranges",
    "pitched_voices",
    "shifted_voices",
]

Person = Literal["woman", "man", "child", "unknown"]

Range = tuple[float, float]

SPEED: Range = (0.88, 1.08)
"""Rates of the voices drawn for training, as factors of the timbre's own."""

PITCHES: Range = (0.6, 1.3)
"""Pitch of voices that WORLD moves, as a factor of the pitch that goes with the vocal tract."""

MANY = 12
"""Timbres from which each split has timbres of its own: 2 for dev, 8 for test, and the others."""

OWN: dict[VoiceSplit, slice] = {"dev": slice(0, 2), "test": slice(2, 10), "train": slice(10, None)}


class NeuralVoice(Speaker):
    """A speaker of a neural synthesiser.

    :param model: name of the synthesiser's model, such as hibari.
    :param timbre: which of the model's voices.
    :param speaker: woman, man or child; unknown for the voices of the user's models that do not say.
    :param tract: all formant frequencies, as a factor of the timbre's: above 1 a shorter vocal tract.
    :param pitch: the pitch, as a factor of the timbre's.
    :param speed: the rate, as a factor of the timbre's.
    """

    kind: ClassVar[VoiceKind] = "neural"

    model: str
    timbre: str
    speaker: Person = "unknown"
    tract: float = Field(default=1.0, ge=0.6, le=1.6)
    pitch: float = Field(default=1.0, ge=0.4, le=2.0)
    speed: float = Field(default=1.0, ge=0.5, le=2.0)

    @property
    def group(self) -> str:
        """Woman, man or child."""
        return self.speaker


class Timbre(BaseModel):
    """A voice that a model has by itself.

    :param name: as the model calls it.
    :param speaker: woman, man or unknown.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    speaker: Person = "unknown"

    @property
    def group(self) -> str:
        """Woman, man or unknown."""
        return self.speaker


class _Shift(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    tract: float
    pitch: float
    speed: float


class _Document(BaseModel):
    """Ranges of the vocal tract by split, and the voices or shifts of dev and test, which must lie in them."""

    model_config = ConfigDict(extra="forbid")

    language: str | None = None
    ranges: dict[VoiceSplit, list[Range]]
    voices: dict[str, dict[str, object]] = {}
    shifts: dict[VoiceSplit, list[_Shift]] = {}

    @model_validator(mode="after")
    def _apart(self) -> "_Document":
        spans = sorted((low, high, split) for split, each in self.ranges.items() for low, high in each)
        for (_, high, first), (low, _, second) in pairwise(spans):
            if high >= low and first != second:
                raise ValueError(f"ranges of {first} and {second} meet at {low:g}")
        told = [(name, str(each.get("split")), each.get("tract")) for name, each in self.voices.items()]
        told += [(f"shift {n}", split, each.tract) for split, own in self.shifts.items() for n, each in enumerate(own)]
        ranges = {str(split): own for split, own in self.ranges.items()}
        for name, split, tract in told:
            if not any(isinstance(tract, float) and low <= tract <= high for low, high in ranges.get(split, [])):
                raise ValueError(f"{name}: tract {tract} lies in no range of {split}")
        return self


def _document(name: str) -> _Document:
    path = resource("datasets", f"voices/neural/{name}.yaml")
    return parse_document(_Document, read_yaml(path), path)


@cache
def load_ranges(name: str) -> dict[VoiceSplit, list[Range]]:
    """Load the ranges of the vocal tract by split.

    :param name: `MODEL-LANG` of a model with voices of its own, or `any`.
    """
    return _document(name).ranges


@cache
def declared_voices(model: str, language: str) -> tuple[NeuralVoice, ...]:
    """Load the voices of a model that are declared, `datasets/voices/neural/MODEL-LANG.yaml`, sorted by name.

    :param model: such as hibari.
    :param language: two-letter code.
    """
    path = resource("datasets", f"voices/neural/{model}-{language}.yaml")
    told = _document(f"{model}-{language}").voices
    return tuple(
        parse_document(NeuralVoice, {"name": name, "language": language, "model": model, **told[name]}, path)
        for name in sorted(told)
    )


def drawn_voices(
    model: str, language: str, timbres: Sequence[Timbre], ranges: Sequence[Range], count: int, seed: int
) -> tuple[NeuralVoice, ...]:
    """Draw voices for training; voice i is the same whatever the count.

    Pitch follows the vocal tract, as one resampling moves both: what is drawn costs nothing.

    :param model: whose voices.
    :param language: two-letter code.
    :param timbres: used in turn.
    :param ranges: of the vocal tract; drawn from as if they were one.
    :param count: number of voices.
    :param seed: seed of the draws.
    """
    return tuple(_drawn(model, language, timbres[at % len(timbres)], ranges, at, seed) for at in range(count))


def _drawn(model: str, language: str, timbre: Timbre, ranges: Sequence[Range], number: int, seed: int) -> NeuralVoice:
    rng = generator(seed, "neural voice", model, language, number)
    place = rng.uniform(0, sum(high - low for low, high in ranges))
    for low, high in ranges:
        if place <= high - low:
            break
        place -= high - low
    tract = round(min(low + place, high), 3)
    return NeuralVoice(
        name=f"{_plain(model)}{seed}x{number}",
        language=language,
        split="train",
        model=model,
        timbre=timbre.name,
        speaker=timbre.speaker,
        tract=tract,
        pitch=tract,
        speed=round(rng.uniform(*SPEED), 3),
    )


def pitched_voices(voices: Sequence[NeuralVoice], seed: int) -> tuple[NeuralVoice, ...]:
    """Return drawn voices with another pitch each; WORLD moves it, which costs more than resampling does.

    The vocal tracts, by which the speakers of the splits differ, are left as they are.

    :param voices: voices of `drawn_voices`.
    :param seed: seed of the draws.
    """
    found = []
    for voice in voices:
        rng = generator(seed, "pitch of a neural voice", voice.name)
        ratio = float(np.exp(rng.uniform(*np.log(PITCHES))))
        changes = {"name": f"{voice.name}p", "pitch": round(voice.tract * ratio, 3), "speaker": "unknown"}
        found.append(voice.model_copy(update=changes))
    return tuple(found)


def shifted_voices(
    model: str, language: str, timbres: Sequence[Timbre], split: VoiceSplit, count: int | None, seed: int
) -> tuple[NeuralVoice, ...]:
    """Return voices of a model that declares none: its timbres, shifted by the ranges of the split.

    Where a model has at least `MANY` timbres, each split has timbres of its own, women and men by turns; with fewer,
    all splits share them, and only the shifts differ.

    :param model: whose voices.
    :param language: two-letter code.
    :param timbres: of the model; at least one.
    :param split: dev, test or train.
    :param count: number of voices; default as many as there are shifts (dev, test), or four for each timbre (train).
    :param seed: seed of the voices that are drawn.
    """
    ordered = by_turns(timbres)
    own = ordered[OWN[split]] if len(ordered) >= MANY else ordered
    document = _document("any")
    if split == "train":
        return drawn_voices(model, language, own, document.ranges[split], count or 4 * len(own), seed)
    shifts = document.shifts[split]
    most = len(own) * len(shifts)
    number = min(len(shifts) if count is None else count, most)
    voices = []
    for place in range(number):
        timbre, shift = own[place % len(own)], shifts[place // len(own)]
        voices.append(
            NeuralVoice(
                name=f"{_plain(timbre.name)}{split}{place // len(own)}",
                language=language,
                split=split,
                model=model,
                timbre=timbre.name,
                speaker=timbre.speaker,
                **shift.model_dump(),
            )
        )
    return tuple(sorted(voices, key=lambda voice: voice.name))


def _plain(name: str) -> str:
    """Return a name as file names of stimuli hold it: lower-case letters and digits, a letter first."""
    kept = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())
    return kept if kept[:1].isalpha() else f"v{kept}"
