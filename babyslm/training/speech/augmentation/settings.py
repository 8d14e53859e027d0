"""Settings of the augmentation. None of them is that of a condition in which stimuli are tested."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = ["AugmentationSettings"]

Range = tuple[float, float]


class AugmentationSettings(BaseModel):
    """Ranges from which the augmentation of each utterance is drawn.

    :param clean: proportion of the utterances to which only silence is added.
    :param room: proportion with a room.
    :param reverberation: time in seconds in which the energy of a room falls by 60 dB, drawn on a logarithmic scale.
    :param reverberant: energy of the reverberation relative to the direct sound, dB.
    :param babble: proportion with babble: other utterances of the corpus.
    :param talkers: largest number of utterances in babble.
    :param talker_levels: level of each talker relative to the others, dB.
    :param noise: proportion with coloured noise.
    :param noise_slope: slope of its spectrum, dB per octave.
    :param snr: power of the utterance relative to babble and noise together, dB.
    :param low_pass: proportion with a low-pass filter.
    :param cutoff: frequency in Hz at which the filter is 3 dB down, drawn on a logarithmic scale.
    :param tilt: slope of the channel, dB per octave.
    :param equaliser: largest gain and loss of a smooth equaliser, dB.
    :param clipping: proportion in which loud frames are compressed and distorted.
    :param warp: proportion with warped frequencies.
    :param warps: range of the warp factor.
    :param before: silence before the utterance, seconds.
    :param after: silence after the utterance, seconds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    clean: float = Field(default=0.1, ge=0, le=1)
    room: float = Field(default=0.6, ge=0, le=1)
    reverberation: Range = (0.12, 1.1)
    reverberant: Range = (-15.0, 4.0)
    babble: float = Field(default=0.5, ge=0, le=1)
    talkers: int = Field(default=8, ge=1, le=8)
    talker_levels: Range = (-7.0, 7.0)
    noise: float = Field(default=0.4, ge=0, le=1)
    noise_slope: Range = (-9.0, 2.0)
    snr: Range = (-3.0, 23.0)
    low_pass: float = Field(default=0.5, ge=0, le=1)
    cutoff: Range = (2300.0, 7600.0)
    tilt: Range = (-3.0, 3.0)
    equaliser: float = Field(default=4.0, ge=0)
    clipping: float = Field(default=0.3, ge=0, le=1)
    warp: float = Field(default=0.6, ge=0, le=1)
    warps: Range = (0.85, 1.18)
    before: Range = (0.0, 0.25)
    after: Range = (0.05, 0.4)

    @model_validator(mode="after")
    def _ranges_rise(self) -> Self:
        ranges = {name: value for name, value in self if isinstance(value, tuple)}
        falling = [name for name, (low, high) in ranges.items() if low > high]
        if falling:
            raise ValueError(f"{falling[0]} must be a lower and an upper limit")
        positive = [name for name in ("reverberation", "cutoff", "warps") if ranges[name][0] <= 0]
        if positive:
            raise ValueError(f"{positive[0]} must be above 0")
        return self
