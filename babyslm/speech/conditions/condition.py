"""Acoustic conditions: documented presets from clean to a daycare centre, and their application to speech."""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, RootModel

from babyslm.files import sha256_file, sha256_text
from babyslm.resources import resource
from babyslm.seeds import generator
from babyslm.speech.audio import Samples, to_pcm16
from babyslm.speech.conditions.noise import (
    NoiseKind,
    Reel,
    babble,
    babble_key,
    choose_file,
    find_recordings,
    noise_gain,
    recorded_noise,
    speech_shaped_noise,
)
from babyslm.speech.conditions.recorder import Recorder, record
from babyslm.speech.conditions.rooms import ROOMS, Room, measured_response, reverberate, simulated_response
from babyslm.speech.signal.level import LEVEL, PEAK
from babyslm.verify.documents import parse_document, read_yaml
from babyslm.verify.speech.conditions import NoSourceError, UnknownConditionError

__all__ = ["Condition", "Noise", "Surroundings", "load_condition", "load_conditions"]

RECIPE = 1
"""Version of the procedure: increased whenever the same settings and recordings would give other samples."""

TAIL = 0.25
"""Seconds of reverberation appended to an utterance."""


class Noise(BaseModel):
    """Background noise.

    :param sources: kinds of noise; the first available one is used.
    :param voices: number of simultaneous talkers, for babble.
    :param snr: range of the signal-to-noise ratio in dB, with the active speech level as signal level.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sources: tuple[NoiseKind, ...] = Field(min_length=1)
    voices: int = Field(default=4, ge=1)
    snr: tuple[float, float]


class Condition(BaseModel):
    """An acoustic condition, documented in `datasets/conditions.yaml`.

    :param name: name of the preset.
    :param description: description in words.
    :param room: None for no reverberation.
    :param noise: None for no noise.
    :param recorder: None for an ideal recorder.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    description: str
    room: Room | None = None
    noise: Noise | None = None
    recorder: Recorder | None = None

    @property
    def changes(self) -> bool:
        """Whether the condition alters the sound."""
        return any(part is not None for part in (self.room, self.noise, self.recorder))


class _Document(RootModel[dict[str, dict[str, Any]]]):
    """Presets by name."""


@cache
def load_conditions() -> dict[str, Condition]:
    """Load all presets of `datasets/conditions.yaml`, in its order."""
    path = resource("datasets", "conditions.yaml")
    document = parse_document(_Document, read_yaml(path), path)
    return {name: parse_document(Condition, {"name": name, **body}, path) for name, body in document.root.items()}


def load_condition(name: str) -> Condition:
    """Load one preset; an unknown name raises an `UnknownConditionError`."""
    presets = load_conditions()
    if name not in presets:
        raise UnknownConditionError(name, presets)
    return presets[name]


@dataclass(frozen=True)
class Surroundings:
    """A prepared condition: with its recordings, the language of its babble, and a seed.

    The effect on an utterance depends only on the utterance, its scene and the fields of this class.

    :param condition: the preset.
    :param language: language of the babble.
    :param seed: seed of the set.
    :param noises: noise recordings; if empty, sources other than `recorded` are used.
    :param responses: measured impulse responses; if empty, rooms are simulated.
    """

    condition: Condition
    language: str
    seed: int = 0
    noises: tuple[Path, ...] = ()
    responses: tuple[Path, ...] = ()

    @classmethod
    def find(
        cls,
        condition: str,
        language: str,
        *,
        seed: int = 0,
        noises: Path | None = None,
        responses: Path | None = None,
    ) -> "Surroundings":
        """Prepare a preset, with the recordings in the user's folders.

        :param condition: name of a preset.
        :param language: two-letter code.
        :param seed: seed of the set.
        :param noises: folder of noise recordings; None for none.
        :param responses: folder of impulse responses; None to simulate rooms.
        """
        return cls(
            load_condition(condition),
            language,
            seed,
            find_recordings(noises, "noises") if noises else (),
            find_recordings(responses, "impulse responses") if responses else (),
        )

    @property
    def source(self) -> NoiseKind | None:
        """The kind of noise used; None without noise."""
        if self.condition.noise is None:
            return None
        for kind in self.condition.noise.sources:
            if kind != "recorded" or self.noises:
                return kind
        raise NoSourceError(self.condition.name, self.condition.noise.sources)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that determines the sound: settings, seed, recordings, material of the babble."""
        parts = [str(RECIPE), self.condition.model_dump_json(exclude={"name", "description"}), str(self.seed)]
        if self.source == "recorded":
            parts += map(sha256_file, self.noises)
        elif self.source is not None:
            parts.append(babble_key(self.language))
        if self.condition.room is not None:
            parts += map(sha256_file, self.responses)
        return sha256_text("\x1f".join(parts))

    def describe(self) -> dict[str, Any]:
        """Return the entry of the condition for a card."""
        return {
            **self.condition.model_dump(mode="json", exclude_none=True),
            "source": self.source,
            "recordings": len(self.noises) if self.source == "recorded" else 0,
            "impulse_responses": len(self.responses) if self.condition.room else 0,
            "seed": self.seed,
            "sha256": self.digest,
        }

    def prepare(self) -> None:
        """Compute the noise shared by all scenes, so that worker processes find it in the cache."""
        if self.source == "babble" and self.condition.noise is not None:
            babble(self.language, self.condition.noise.voices, self.seed)
        elif self.source == "speech-shaped":
            speech_shaped_noise(self.language, self.seed)

    def apply(self, samples: Samples, scene: str) -> NDArray[np.int16]:
        """Return an utterance in this condition.

        :param samples: shape (frames,), full scale at -1 and 1.
        :param scene: determines room, noise and the start of the noise; the same for both members of a pair.
        :returns: int16 at 16 kHz, at the common speech level; longer by `TAIL` if there is a room.
        """
        if not self.condition.changes:
            return to_pcm16(samples)
        speech, noise = self.parts(samples, scene)
        heard = speech + noise
        if self.condition.recorder is not None:
            heard = record(heard, self.condition.recorder)
        power = float(np.sqrt(np.mean(heard**2)))
        if power > 0:
            heard = heard * min(10 ** (LEVEL / 20) / power, PEAK / float(np.abs(heard).max()))
        return to_pcm16(heard)

    def parts(self, samples: Samples, scene: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return speech and noise at the recorder separately; their sum is the recorded signal.

        :param samples: shape (frames,), full scale at -1 and 1.
        :param scene: see `apply`.
        """
        speech = samples.astype(np.float64)
        if self.condition.room is not None:
            speech = reverberate(speech, self._response(self.condition.room, scene), TAIL)
        if self.condition.noise is None:
            return speech, np.zeros_like(speech)
        low, high = self.condition.noise.snr
        snr = float(self._rng("snr", scene).uniform(low, high))
        reel = self._reel(self.condition.noise, scene)
        noise = reel.excerpt(len(speech), self._rng("excerpt", scene))
        return speech, noise * noise_gain(speech, noise, snr, reel.source)

    def _response(self, room: Room, scene: str) -> NDArray[np.float64]:
        rng = self._rng("room", scene)
        if self.responses:
            return measured_response(choose_file(self.responses, rng))
        return simulated_response(room, self.condition.name, self.seed, int(rng.integers(ROOMS)))

    def _reel(self, noise: Noise, scene: str) -> Reel:
        match self.source:
            case "recorded":
                return recorded_noise(choose_file(self.noises, self._rng("noise", scene)))
            case "babble":
                return babble(self.language, noise.voices, self.seed)
            case _:
                return speech_shaped_noise(self.language, self.seed)

    def _rng(self, purpose: str, scene: str) -> np.random.Generator:
        """Random generator of one purpose; presets share it, so that a graded series varies one factor only."""
        return generator(self.seed, "condition", purpose, scene)
