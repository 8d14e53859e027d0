"""Recipe of a recogniser of phones."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from babyslm.models.encoders.denoising.settings import FrameSizes, HearingSettings, NetworkSizes
from babyslm.training.recipe import Recipe
from babyslm.training.settings import LoopSettings
from babyslm.training.speech.augmentation.settings import AugmentationSettings

__all__ = ["MadeSpeech", "RecogniserRecipe"]


class MadeSpeech(BaseModel):
    """Speech that is made for a recogniser: pseudo-words, alone and in a row.

    :param utterances: number of utterances, those held out included.
    :param alone: proportion of the utterances that are one pseudo-word.
    :param most: largest number of pseudo-words in the others.
    :param synthesizers: the synthesisers, which are used equally often; see `babyslm.speech.origins.FORMS`.
    :param drawn: number of formant voices, drawn at random.
    :param shifted: number of voices drawn for each neural synthesiser.
    :param pitched: proportion of the utterances of neural voices whose pitch is moved apart from the vocal tract by
        WORLD, which takes about ten times as long.
    :param workers: processes on this machine, 0 for one per core; the speech does not depend on it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    utterances: int = Field(default=16_000, ge=2)
    alone: float = Field(default=0.5, ge=0, le=1)
    most: int = Field(default=6, ge=2)
    synthesizers: tuple[str, ...] = Field(default=("formant", "neural"), min_length=1)
    drawn: int = Field(default=300, ge=1)
    shifted: int = Field(default=200, ge=1)
    pitched: float = Field(default=0.25, ge=0, le=1)
    workers: int = Field(default=1, ge=0)


class RecogniserRecipe(Recipe):
    """Recipe of a recogniser of phones."""

    family: Literal["recogniser"] = "recogniser"
    corpus: Path | None = Field(  # type: ignore[assignment]  # the only family that needs none
        default=None, description="word list or corpus whose phone sequences are learned; default the shipped lexicon"
    )
    language: str = Field(default="en", description="language of the phone set and of the voices")
    speech: MadeSpeech = MadeSpeech()
    hearing: HearingSettings = HearingSettings()
    network: NetworkSizes = FrameSizes()
    augmentation: AugmentationSettings = AugmentationSettings(clean=0.5)
    validation: float = Field(default=0.02, ge=0, lt=1, description="proportion of the utterances held out")
    loop: LoopSettings
