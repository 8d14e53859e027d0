"""Named voices and their assignment to dev, test and training."""

from collections.abc import Sequence
from functools import cache
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from babyslm.resources import resource
from babyslm.speech.synthesis.speaker import VOICE_SPLITS, Speaker, VoiceKind, VoiceSplit, by_turns
from babyslm.verify.documents import parse_document, read_yaml
from babyslm.verify.speech.voices import UnknownVoiceError

__all__ = ["VOICE_SPLITS", "Sex", "Voice", "VoiceSplit", "choose_voices", "load_voices"]

Sex = Literal["female", "male"]

FORMANTS = 9
"""espeak-ng's formant peaks 0 (voicing bar) to 8."""


class Voice(Speaker):
    """One embedded voice: the parameters of a speaker for espeak-ng's formant synthesis.

    :param name: unique within the language; last part of file names.
    :param language: two-letter code.
    :param sex: female or male.
    :param split: the split in which the voice is used; each voice has one split.
    :param pitch: lower and upper end of the intonation range, in Hz.
    :param tract: factor on all formant frequencies; above 1 corresponds to a shorter vocal tract.
    :param formants: additional factor on the frequency of each of the peaks 0 to 8.
    :param heights: factor on the height of each peak; determines the timbre.
    :param width: factor on the width of the peaks.
    :param rate: words per minute.
    :param consonants: factors on the strength of unvoiced and of voiced consonant noise.
    """

    kind: ClassVar[VoiceKind] = "formant"

    sex: Sex
    pitch: tuple[int, int]
    tract: float = Field(gt=0.7, lt=1.4)
    formants: tuple[float, ...] = Field(default=(1.0,) * FORMANTS, min_length=FORMANTS, max_length=FORMANTS)
    heights: tuple[float, ...] = Field(default=(1.0,) * FORMANTS, min_length=FORMANTS, max_length=FORMANTS)
    width: float = Field(default=1.0, gt=0.3, lt=3)
    rate: int = Field(default=160, ge=80, le=260)
    consonants: tuple[float, float] = (1.0, 1.0)

    @property
    def variant(self) -> str:
        """The voice as an espeak-ng variant file.

        Flutter, roughness, breath and echo are off: espeak-ng carries their state over between utterances, so equal
        utterances would not give equal samples.
        """
        lines = ["language variant", f"name {self.name}", f"gender {self.sex}", "flutter 0", "roughness 0"]
        lines.append(f"pitch {self.pitch[0]} {self.pitch[1]}")
        for peak, (frequency, height) in enumerate(zip(self.formants, self.heights, strict=True)):
            percent = [100 * self.tract * frequency, 100 * height, 100 * self.width]
            lines.append(f"formant {peak} {' '.join(str(round(value)) for value in percent)}")
        lines.append(f"consonants {round(100 * self.consonants[0])} {round(100 * self.consonants[1])}")
        return "\n".join(lines) + "\n"

    @property
    def group(self) -> str:
        """The sex."""
        return self.sex


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    language: str
    voices: dict[str, dict[str, object]]


@cache
def load_voices(language: str) -> tuple[Voice, ...]:
    """Return the shipped voices of a language, `datasets/voices/LANG.yaml`, sorted by name.

    :param language: two-letter code.
    """
    path = resource("datasets", f"voices/{language}.yaml")
    document = parse_document(_Document, read_yaml(path), path)
    return tuple(
        parse_document(Voice, {"name": name, "language": document.language, **document.voices[name]}, path)
        for name in sorted(document.voices)
    )


def choose_voices(
    language: str, *, split: VoiceSplit | None = None, names: Sequence[str] | None = None, count: int | None = None
) -> tuple[Voice, ...]:
    """Return voices of a language, sorted by name.

    :param language: two-letter code.
    :param split: restrict to the voices of one split: 2 in dev, 8 in test, the rest in train.
    :param names: restrict to these voices.
    :param count: largest number of voices, alternately female and male.
    :raises UnknownVoiceError: if a name is unknown.
    """
    voices = [voice for voice in load_voices(language) if split is None or voice.split == split]
    if names is not None:
        by_name = {voice.name: voice for voice in voices}
        for name in names:
            if name not in by_name:
                raise UnknownVoiceError(name, by_name)
        voices = [by_name[name] for name in sorted(set(names))]
    if count is not None:
        voices = sorted(by_turns(voices)[:count], key=lambda voice: voice.name)
    return tuple(voices)
