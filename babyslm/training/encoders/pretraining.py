"""Training of encoders from raw sound, before units are learned: HuBERT, CPC, denoising masked prediction."""

from typing import Annotated, Any, Literal, Self

import torch
from pydantic import BaseModel, ConfigDict, Field, model_validator

from babyslm.models.encoders.settings import CpcSettings, EncoderSettings
from babyslm.seeds import derive
from babyslm.training.encoders.cpc import Contrast, CpcPretraining, CpcProblem, CpcSizes
from babyslm.training.encoders.denoising.rounds import train_denoising
from babyslm.training.encoders.denoising.settings import DenoisingRecipe
from babyslm.training.encoders.hubert_iterations import HubertRecipe, train_hubert
from babyslm.training.encoders.run import EncoderRun
from babyslm.training.settings import LoopSettings
from babyslm.training.speech.waveforms import Waveforms

__all__ = ["CpcRecipe", "Pretraining", "pretrain"]


class CpcRecipe(BaseModel):
    """Recipe of a contrastive predictive coding encoder trained from scratch.

    :param sizes: sizes of the encoder.
    :param layer: level of the recurrent network whose outputs are the features of the learner.
    :param contrast: settings of the contrastive loss.
    :param loop: settings of the optimisation; `batch_tokens` counts frames.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["cpc"] = "cpc"
    sizes: CpcSizes = CpcSizes()
    layer: int = Field(default=2, ge=1)
    contrast: Contrast = Contrast()
    loop: LoopSettings

    @model_validator(mode="after")
    def _level_is_there(self) -> Self:
        if self.layer > self.sizes.levels:
            raise ValueError(f"layer {self.layer} must not exceed sizes.levels, which is {self.sizes.levels}")
        return self


Pretraining = Annotated[HubertRecipe | CpcRecipe | DenoisingRecipe, Field(discriminator="kind")]


def pretrain(
    recipe: HubertRecipe | CpcRecipe | DenoisingRecipe, run: EncoderRun
) -> tuple[EncoderSettings, dict[str, Any]]:
    """Train an encoder into the subfolder `encoder` of a model folder; finished stages are kept.

    :param recipe: the recipe.
    :param run: corpus, folders and settings of the run.
    :returns: settings of the encoder with weights named relative to the model folder, and the training record.
    """
    match recipe:
        case HubertRecipe():
            return train_hubert(recipe, run)
        case CpcRecipe():
            return _train_cpc(recipe, run)
        case DenoisingRecipe():
            return train_denoising(recipe, run)


def _train_cpc(recipe: CpcRecipe, run: EncoderRun) -> tuple[EncoderSettings, dict[str, Any]]:
    if run.done("cpc") is None:
        problem = CpcProblem(
            Waveforms(run.corpus),
            run.training,
            run.held_out,
            contrast=recipe.contrast,
            batch_frames=recipe.loop.batch_tokens,
            seed=run.seed,
        )
        torch.manual_seed(derive(run.seed, "weights"))
        network = CpcPretraining(recipe.sizes, recipe.contrast)
        told = recipe.model_dump_json(exclude={"layer", "loop"})
        run.fit("cpc", network, "encoder", problem, recipe.loop, told)
    record = run.done("cpc") or {}
    return CpcSettings(weights=run.bring_home("cpc"), layer=recipe.layer), record
