"""Recipe of denoising masked prediction."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from babyslm.models.encoders.denoising.settings import FrameSizes, HearingSettings, NetworkSizes
from babyslm.training.settings import LoopSettings
from babyslm.training.speech.augmentation.settings import AugmentationSettings
from babyslm.training.speech.produced import ProductionSettings
from babyslm.training.units.learn import PcaSettings, UnitSettings

__all__ = ["Cepstra", "DenoisingRecipe", "Prediction", "Round", "UnitStage"]


class Cepstra(BaseModel):
    """Cepstra of the clean spectra, whose clusters the first round predicts.

    :param coefficients: number of coefficients per log-mel frame, the zeroth (level) included.
    :param deltas: order of derivatives appended.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    coefficients: int = Field(default=13, ge=2, le=64)
    deltas: int = Field(default=1, ge=0, le=2)


class Prediction(BaseModel):
    """Masks and loss of a round.

    :param share: proportion of the frames that are masked, before overlaps.
    :param length: frames of a masked span.
    :param unmasked: weight of the mean loss over unmasked frames; that over masked frames has weight 1.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    share: float = Field(default=0.5, gt=0, le=1)
    length: int = Field(default=10, ge=1)
    unmasked: float = Field(default=0.4, ge=0)


class Round(BaseModel):
    """One round of training.

    :param layer: layer of the previous round's network whose clusters are predicted; None for cepstra.
    :param cepstra: the cepstra of a round without `layer`.
    :param units: how the frames are clustered.
    :param prediction: masks and loss.
    :param loop: settings of the optimisation; `batch_tokens` counts frames of the network.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    layer: int | None = Field(default=None, ge=1)
    cepstra: Cepstra = Cepstra()
    units: UnitSettings = UnitSettings(
        size=256, context=(-1, 0, 1), projection=PcaSettings(dimensions=24, whiten=0.5), frames=200_000
    )
    prediction: Prediction = Prediction()
    loop: LoopSettings


class UnitStage(BaseModel):
    """Last stage: the units of clean speech are predicted, in every frame, from augmented speech.

    :param targets: `units`, the encoder's own segmented units of clean speech; or `phones`, the true phones of
        synthetic speech, which makes the learner a supervised reference and no competitor.
    :param layer: layer whose clusters are the units.
    :param units: how its frames are clustered and segmented; `penalty` decides how many units there are per second.
    :param prediction: masks and loss.
    :param penalty: cost of a change of unit in decoding, in nats.
    :param loop: settings of the optimisation.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    targets: Literal["units", "phones"] = "units"
    layer: int | None = Field(default=None, ge=1)
    units: UnitSettings = UnitSettings(size=200, penalty=3.0, frames=200_000)
    prediction: Prediction = Prediction(share=0.25, unmasked=1.0)
    penalty: float = Field(default=3.0, ge=0)
    loop: LoopSettings

    @model_validator(mode="after")
    def _names_its_layer(self) -> Self:
        if (self.targets == "units") != (self.layer is not None):
            raise ValueError("targets: units needs layer, and targets: phones has none")
        return self


class DenoisingRecipe(BaseModel):
    """Recipe of an encoder trained by denoising masked prediction.

    :param hearing: the door for sound, stored with the encoder.
    :param network: sizes of the network.
    :param layer: layer whose states are the features of the learner; not used after a unit stage.
    :param augmentation: ranges of the augmentation.
    :param longest: longer utterances are cut into pieces of at most this many seconds.
    :param produced: speech that is produced for the encoder beside that of the corpus, and of which no sound is kept.
    :param rounds: the rounds; each starts from the weights of the last. None are needed before phones.
    :param unit_stage: the unit stage; None for clusters of `layer` as units.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["denoising"] = "denoising"
    hearing: HearingSettings = HearingSettings()
    network: NetworkSizes = FrameSizes()
    layer: int = Field(default=6, ge=1)
    augmentation: AugmentationSettings = AugmentationSettings()
    longest: float = Field(default=8.0, gt=0.1)
    produced: ProductionSettings | None = None
    rounds: tuple[Round, ...] = ()
    unit_stage: UnitStage | None = None

    @model_validator(mode="after")
    def _layers_are_there(self) -> Self:
        supervised = self.unit_stage is not None and self.unit_stage.targets == "phones"
        if not self.rounds and not supervised:
            raise ValueError("rounds: give at least one round")
        if supervised and self.produced is not None:
            raise ValueError("produced: the phones of produced speech are not kept; targets: phones needs a corpus")
        if self.rounds and self.rounds[0].layer is not None:
            raise ValueError("the first round has no previous network to take a layer from; leave layer out")
        wanted = [self.layer, *(each.layer or 1 for each in self.rounds)]
        if self.unit_stage is not None:
            wanted.append(self.unit_stage.layer or 1)
        if max(wanted) > self.network.depth:
            raise ValueError(f"layer must not exceed the network's {self.network.depth} layers")
        return self
