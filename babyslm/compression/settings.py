"""Settings of a compression: everything that affects the result, in one record."""

from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from babyslm.verify.learners.compression import CompressionSettingError, verify_keep

__all__ = ["INITIALISATIONS", "RANKS", "CompressionSettings", "Initialisation", "Ranks", "make_settings"]

Ranks = Literal["bottom-first", "uniform", "error"]
Initialisation = Literal["weight", "outputs", "whitened"]
RANKS: tuple[Ranks, ...] = get_args(Ranks)
INITIALISATIONS: tuple[Initialisation, ...] = get_args(Initialisation)


class CompressionSettings(BaseModel):
    """Target, ranks, initialisation and distillation.

    The loss, its two terms, AdamW's betas and weight decay, one pass and batches of 8 rows are the published ones; the
    published learning rate is 8.6e-5, constant.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    keep: float = Field(gt=0, lt=1, description="proportion of all parameters to keep, embeddings included")
    ranks: Ranks = Field(default="error", description="allocation of the ranks")
    floor: float = Field(
        default=0.25, gt=0, lt=1, description="bottom-first: lowest rank, relative to a layer's smaller dimension"
    )
    initialise: Initialisation = Field(default="outputs", description="initialisation of the factors")
    distil: bool = Field(default=True, description="train the factors; otherwise they keep their initial values")
    terms: Literal["teacher", "student", "both"] = Field(
        default="both", description="inputs of a block in distillation: the teacher's activations, the student's"
    )
    epochs: int = Field(default=1, ge=1, description="passes over the calibration data, for each block separately")
    lr: float = Field(default=5e-4, gt=0)
    schedule: Literal["cosine", "constant"] = "cosine"
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = Field(default=0.01, ge=0)
    rows: int = Field(default=8, ge=1, description="rows a batch")
    length: int = Field(default=512, ge=2, description="upper limit on the tokens of a row")
    tokens: int = Field(default=13_000_000, ge=1, description="upper limit on the calibration tokens")
    layout: Literal["auto", "packed", "lines"] = Field(
        default="auto", description="rows packed with texts, or one text per row; auto: lines for masked models"
    )
    held_out: float = Field(default=0.05, gt=0, lt=1, description="proportion of the rows held out for perplexity")
    statistics_tokens: int = Field(
        default=131_072, ge=1, description="upper limit on the tokens used for initialisation and ranks"
    )
    precision: Literal["no", "bf16"] = Field(default="no", description="mixed precision of both passes")
    spill_bytes: int = Field(default=8 << 30, ge=0, description="bytes of activations beyond which they go to disk")
    seed: int = 0


def make_settings(**values: Any) -> CompressionSettings:
    """Check settings from a command or a call.

    :param values: fields of `CompressionSettings`.
    :raises KeepError, CompressionSettingError: naming the value.
    """
    verify_keep(values["keep"])
    try:
        return CompressionSettings(**values)
    except ValidationError as error:
        fault = error.errors()[0]
        raise CompressionSettingError(".".join(map(str, fault["loc"])), fault["input"], fault["msg"]) from error
