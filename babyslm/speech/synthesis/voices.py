"""The named voices: who speaks in dev, who in test, and who is only heard in training."""

from collections.abc import Sequence
from functools import cache
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from babyslm.files import sha256_text
from babyslm.resources import resource
from babyslm.verify.documents import parse_document, read_yaml
from babyslm.verify.speech.voices import UnknownVoiceError

__all__ = ["VOICE_SPLITS", "Sex", "Voice", "VoiceSplit", "choose_voices", "load_voices"]

Sex = Literal["female", "male"]
VoiceSplit = Literal["dev", "test", "train"]
VOICE_SPLITS: tuple[VoiceSplit, ...] = get_args(VoiceSplit)

FORMANTS = 9
"""espeak-ng's formant peaks 0 (voicing bar) to 8."""


class Voice(BaseModel):
    """One embedded voice: a speaker of espeak-ng's formant synthesis.

    :param name: unique within its language; the last part of a file's name.
    :param language: two-letter code.
    :param sex: female or male.
    :param split: the split in which it is heard; no voice is in two.
    :param pitch: Hz, lower and upper end of the intonation.
    :param tract: all formant frequencies, as a factor: above 1 a shorter vocal tract.
    :param formants: frequency of each of the peaks 0 to 8 as a factor, beside `tract`.
    :param heights: height of each peak as a factor: the speaker's timbre.
    :param width: width of the peaks as a factor.
    :param rate: words a minute.
    :param consonants: strength of unvoiced and of voiced consonant noise as factors.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9]*$")
    language: str
    sex: Sex
    split: VoiceSplit
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

        Flutter, roughness, breath and echo are off: espeak-ng keeps their state from one utterance to the next, so
        that the same words would not give the same samples twice.
        """
        lines = ["language variant", f"name {self.name}", f"gender {self.sex}", "flutter 0", "roughness 0"]
        lines.append(f"pitch {self.pitch[0]} {self.pitch[1]}")
        for peak, (frequency, height) in enumerate(zip(self.formants, self.heights, strict=True)):
            percent = [100 * self.tract * frequency, 100 * height, 100 * self.width]
            lines.append(f"formant {peak} {' '.join(str(round(value)) for value in percent)}")
        lines.append(f"consonants {round(100 * self.consonants[0])} {round(100 * self.consonants[1])}")
        return "\n".join(lines) + "\n"

    @property
    def digest(self) -> str:
        """What decides the sound of the voice, as a hexadecimal SHA-256; its split and name do not."""
        return sha256_text(self.model_dump_json(exclude={"name", "split"}))


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    language: str
    voices: dict[str, dict[str, object]]


@cache
def load_voices(language: str) -> tuple[Voice, ...]:
    """Load the shipped voices of a language, `datasets/voices/LANG.yaml`, sorted by name.

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
    :param split: only those of one split: 2 in dev, 8 in test, the rest in train.
    :param names: only these; an unknown name is an `UnknownVoiceError`.
    :param count: at most so many, women and men by turns.
    """
    voices = [voice for voice in load_voices(language) if split is None or voice.split == split]
    if names is not None:
        by_name = {voice.name: voice for voice in voices}
        for name in names:
            if name not in by_name:
                raise UnknownVoiceError(name, by_name)
        voices = [by_name[name] for name in sorted(set(names))]
    if count is not None:
        voices = sorted(_by_turns(voices)[:count], key=lambda voice: voice.name)
    return tuple(voices)


def _by_turns(voices: Sequence[Voice]) -> list[Voice]:
    """Put women and men by turns, each in order of name."""
    ranked: dict[str, int] = {}
    order = []
    for voice in voices:
        ranked[voice.sex] = ranked.get(voice.sex, -1) + 1
        order.append((ranked[voice.sex], voice.sex, voice))
    return [voice for _, _, voice in sorted(order, key=lambda entry: entry[:2])]
