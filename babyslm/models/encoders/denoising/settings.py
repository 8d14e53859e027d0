"""Settings of the door for sound and of the networks behind it."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = ["AttentionSizes", "FrameSizes", "HearingSettings", "NetworkSizes"]


class HearingSettings(BaseModel):
    """How sound is heard, in training as in scoring. The settings are stored in the model folder.

    Silence at both ends of a sound is cut off, and the same silence is put around every sound. The level of a sound is
    the 95th percentile, over its frames, of the power of the loudest band.

    :param bands: number of mel bands.
    :param window: length of a log-mel frame in seconds.
    :param hop: seconds between log-mel frames.
    :param low: lowest frequency of the bands, Hz.
    :param high: highest frequency of the bands, Hz.
    :param stack: number of log-mel frames that form one frame of the network.
    :param before: silence before the sound, in seconds.
    :param after: silence after the sound, in seconds.
    :param floor: power below which everything is silence, in dB below the level.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    bands: int = Field(default=40, ge=4, le=128)
    window: float = Field(default=0.025, gt=0, le=0.1)
    hop: float = Field(default=0.010, gt=0, le=0.1)
    low: float = Field(default=60.0, ge=0)
    high: float = Field(default=7600.0, gt=0, le=8000)
    stack: int = Field(default=2, ge=1, le=8)
    before: float = Field(default=0.1, ge=0, le=2)
    after: float = Field(default=0.2, ge=0, le=2)
    floor: float = Field(default=50.0, gt=0)

    def frames(self, seconds: float) -> int:
        """Return the number of log-mel frames of a silence, rounded up to whole frames of the network."""
        return -(-round(seconds / self.hop) // self.stack) * self.stack


class FrameSizes(BaseModel):
    """Residual layers that see the frames t - d, t and t + d side by side, so that all work is matrix products.

    :param width: dimensions of a frame between the layers.
    :param inner: dimensions inside a layer.
    :param distances: distance d of each layer, in frames of the network.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["frames"] = "frames"
    width: int = Field(default=256, ge=4)
    inner: int = Field(default=128, ge=1)
    distances: tuple[int, ...] = Field(default=(1, 1, 2, 2, 3, 3, 4, 4), min_length=1)

    @property
    def depth(self) -> int:
        """Number of layers."""
        return len(self.distances)


class AttentionSizes(BaseModel):
    """Transformer layers after a convolution that encodes positions.

    :param width: dimensions of a frame between the layers.
    :param inner: dimensions of the feed-forward parts.
    :param depth: number of layers.
    :param heads: number of attention heads.
    :param position: frames seen by the convolution, an odd number.
    :param groups: number of groups of the convolution.
    :param dropout: dropout rate in training.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["attention"] = "attention"
    width: int = Field(default=512, ge=4)
    inner: int = Field(default=2048, ge=4)
    depth: int = Field(default=8, ge=1)
    heads: int = Field(default=8, ge=1)
    position: int = Field(default=65, ge=1)
    groups: int = Field(default=16, ge=1)
    dropout: float = Field(default=0.05, ge=0, lt=1)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.width % self.heads or self.width % self.groups:
            raise ValueError("width must be a multiple of heads and of groups")
        if self.position % 2 == 0:
            raise ValueError("position must be odd, so that the convolution is centred on its frame")
        return self


NetworkSizes = Annotated[FrameSizes | AttentionSizes, Field(discriminator="kind")]
