"""What all voices have in common, whichever synthesiser speaks with them."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Protocol, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field

from babyslm.files import sha256_text

__all__ = ["VOICE_KINDS", "VOICE_SPLITS", "OutsideVoice", "Speaker", "VoiceKind", "VoiceSplit", "by_turns"]

VoiceSplit = Literal["dev", "test", "train"]
VOICE_SPLITS: tuple[VoiceSplit, ...] = get_args(VoiceSplit)

VoiceKind = Literal["formant", "neural", "outside"]
VOICE_KINDS: tuple[VoiceKind, ...] = get_args(VoiceKind)
"""How the sound of a voice is made: by formant synthesis, by a neural network, or by a program of the user."""


class Speaker(BaseModel):
    """A voice of any synthesiser.

    :param name: unique within its language; the last part of a file's name.
    :param language: two-letter code.
    :param split: the split in which it is heard; no voice is in two.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: ClassVar[VoiceKind] = "outside"

    name: str = Field(pattern=r"^[a-z][a-z0-9]*$")
    language: str
    split: VoiceSplit

    @property
    def group(self) -> str:
        """Speakers of different groups are chosen in turn: women and men, and children where there are any."""
        return ""

    @property
    def digest(self) -> str:
        """Hexadecimal SHA-256 of all that decides the sound of the voice; its split and name do not."""
        return sha256_text(self.model_dump_json(exclude={"name", "split"}))


class OutsideVoice(Speaker):
    """A voice of the user's own program, which knows it by its name."""

    @property
    def digest(self) -> str:
        """Hash of the name: nothing else is known of the voice."""
        return sha256_text(f"{self.language} {self.name}")


class _Grouped(Protocol):
    @property
    def group(self) -> str: ...


AnySpeaker = TypeVar("AnySpeaker", bound=_Grouped)


def by_turns(speakers: Sequence[AnySpeaker]) -> list[AnySpeaker]:
    """Order speakers so that their groups alternate, each group in the order given.

    :param speakers: women, men, children.
    """
    ranked: dict[str, int] = {}
    order = []
    for speaker in speakers:
        ranked[speaker.group] = ranked.get(speaker.group, -1) + 1
        order.append((ranked[speaker.group], speaker.group, speaker))
    return [speaker for _, _, speaker in sorted(order, key=lambda entry: entry[:2])]
