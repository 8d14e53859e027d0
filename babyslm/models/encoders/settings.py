"""Settings of encoders in recipes and model folders."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from babyslm.models.encoders.denoising.settings import HearingSettings, NetworkSizes

__all__ = [
    "CpcSettings",
    "DenoisingSettings",
    "EncoderSettings",
    "Fairseq2Settings",
    "HubertSettings",
    "HubertSizes",
    "HuggingFaceSettings",
    "LogMelSettings",
    "MfccSettings",
    "NetworkSettings",
    "Normalisation",
    "SpectralSettings",
    "TorchaudioSettings",
]

Normalisation = Literal["utterance", "utterance-mean", "none"]
"""Scope of the statistics by which features are normalised. With those of the utterance, a score depends on its
stimulus alone; statistics of a voice would make it depend on the other stimuli of that voice."""


class SpectralSettings(BaseModel):
    """Settings shared by MFCC and log-mel features.

    :param mels: number of mel bands.
    :param window: length of a frame in seconds.
    :param hop: seconds between frames.
    :param low: lowest frequency of the mel bands, Hz.
    :param high: highest frequency of the mel bands, Hz.
    :param normalise: `utterance` subtracts the mean and divides by the standard deviation of each dimension over the
        utterance, `utterance-mean` only subtracts, `none` does neither.
    :param warp: factor of the mel bands' frequencies, as for a shorter (above 1) or longer vocal tract.
    :param top_db: floor of the band energies in dB below the loudest one of the sound. Weaker energies are noise in
        any real recording, where silence is never the digital silence of synthetic speech. None for no floor.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    mels: int = Field(default=40, ge=4, le=128)
    window: float = Field(default=0.025, gt=0, le=0.1)
    hop: float = Field(default=0.010, gt=0, le=0.1)
    low: float = Field(default=20.0, ge=0)
    high: float = Field(default=7600.0, gt=0, le=8000)
    normalise: Normalisation = "utterance"
    warp: float = Field(default=1.0, ge=0.7, le=1.4)
    top_db: float | None = Field(default=None, gt=0)


class MfccSettings(SpectralSettings):
    """Mel-frequency cepstral coefficients.

    :param coefficients: number of coefficients, the zeroth (level) included.
    :param deltas: order of derivatives appended: 0 none, 1 first, 2 first and second.
    """

    kind: Literal["mfcc"] = "mfcc"
    coefficients: int = Field(default=13, ge=2, le=64)
    deltas: int = Field(default=2, ge=0, le=2)


class LogMelSettings(SpectralSettings):
    """Logarithms of mel band energies."""

    kind: Literal["log-mel"] = "log-mel"


class NetworkSettings(BaseModel):
    """Settings shared by encoders that are networks.

    :param layer: transformer layer whose output is used, from 1; layers above it are not run.
    :param window: seconds encoded at once; a longer sound is cut into windows.
    :param context: seconds of additional sound on either side of a window, whose features are discarded.
    :param digest: SHA-256 of the weights; if given, other weights are refused.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    layer: int = Field(ge=1)
    window: float = Field(default=60.0, ge=1)
    context: float = Field(default=2.0, ge=0)
    digest: str | None = None


class TorchaudioSettings(NetworkSettings):
    """HuBERT, wav2vec 2.0 or WavLM of torchaudio.

    :param bundle: name of the torchaudio bundle, such as HUBERT_BASE; determines the architecture and the download.
    :param weights: a file of weights to use instead (safetensors, or a state dict saved by torch); fairseq's names are
        accepted.
    """

    kind: Literal["torchaudio"] = "torchaudio"
    bundle: str
    weights: Path | None = None


class HuggingFaceSettings(NetworkSettings):
    """HuBERT, wav2vec 2.0, WavLM or another speech encoder of transformers.

    :param source: a folder or a name on the Hugging Face hub.
    :param revision: branch, tag or commit on the hub.
    """

    kind: Literal["hugging-face"] = "hugging-face"
    source: str
    revision: str | None = None


class Fairseq2Settings(NetworkSettings):
    """wav2vec 2.0 of fairseq2's model hub.

    :param card: name of the asset card, which gives the architecture and the location of the weights.
    :param normalise: whether waveforms are first normalised to mean 0 and variance 1; the large models require it.
    """

    kind: Literal["fairseq2"] = "fairseq2"
    card: str
    normalise: bool = False


class CpcSettings(NetworkSettings):
    """Contrastive predictive coding as the reference trained it; `layer` is the level of its recurrent network.

    :param weights: a checkpoint (safetensors, or as saved by torch); a relative path that does not exist is resolved
        in the model folder.
    """

    kind: Literal["cpc"] = "cpc"
    weights: Path


class HubertSizes(BaseModel):
    """Architecture of a HuBERT trained by babyslm.

    :param front: `waveform`, a stack of convolutions as in the published models, or `log-mel`, which costs far less.
    :param convolutions: channels, width and stride of each convolution of a waveform front end; default as published.
    :param normalisation: `group_norm` over time after the first convolution, as in HuBERT-base, or `layer_norm`.
    :param bands: mel bands of a log-mel front end.
    :param top_db: floor of a log-mel front end in dB below the loudest band energy of the sound; None for no floor.
    :param dimensions: width of the transformer.
    :param layers: number of transformer layers.
    :param heads: number of attention heads.
    :param inner: width of the feed-forward parts.
    :param position: width of the convolution that encodes positions.
    :param position_groups: number of groups of that convolution.
    :param dropout: dropout rate outside the feed-forward parts.
    :param layer_drop: proportion of layers left out in an update.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    front: Literal["waveform", "log-mel"] = "waveform"
    convolutions: tuple[tuple[int, int, int], ...] = Field(
        default=((512, 10, 5), *(((512, 3, 2),) * 4), *(((512, 2, 2),) * 2)), min_length=1
    )
    normalisation: Literal["group_norm", "layer_norm"] = "group_norm"
    bands: int = Field(default=40, ge=4, le=128)
    top_db: float | None = Field(default=None, gt=0)
    dimensions: int = Field(default=768, ge=4)
    layers: int = Field(default=12, ge=1)
    heads: int = Field(default=12, ge=1)
    inner: int = Field(default=3072, ge=4)
    position: int = Field(default=128, ge=1)
    position_groups: int = Field(default=16, ge=1)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    layer_drop: float = Field(default=0.0, ge=0, lt=1)


class HubertSettings(NetworkSettings):
    """HuBERT trained by `babyslm train`.

    :param weights: its weights (safetensors); a relative path is resolved in the model folder.
    :param sizes: its architecture.
    :param warp: factor of the frequencies of a log-mel front end, as for a shorter (above 1) or longer vocal tract.
    """

    kind: Literal["hubert"] = "hubert"
    weights: Path
    sizes: HubertSizes
    warp: float = Field(default=1.0, ge=0.7, le=1.4)


class DenoisingSettings(NetworkSettings):
    """Encoder trained by denoising masked prediction.

    :param weights: its weights (safetensors); a relative path is resolved in the model folder.
    :param hearing: the door for sound.
    :param sizes: its layers.
    :param classes: classes of its head.
    :param output: `states` of the layer, or the log-`posteriors` of the head.
    :param warp: factor of the frequencies, as for a shorter (above 1) or longer vocal tract.
    """

    kind: Literal["denoising"] = "denoising"
    weights: Path
    hearing: HearingSettings = HearingSettings()
    sizes: NetworkSizes
    classes: int = Field(ge=2)
    output: Literal["states", "posteriors"] = "states"
    warp: float = Field(default=1.0, ge=0.7, le=1.4)


EncoderSettings = Annotated[
    MfccSettings
    | LogMelSettings
    | TorchaudioSettings
    | HuggingFaceSettings
    | Fairseq2Settings
    | CpcSettings
    | HubertSettings
    | DenoisingSettings,
    Field(discriminator="kind"),
]
