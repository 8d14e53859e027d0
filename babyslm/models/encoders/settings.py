"""What a recipe and a model folder say of an encoder."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "CpcSettings",
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
"""Where the statistics come from that features are normalised by. Those of the utterance itself keep a score a
function of its stimulus alone; those of a voice would make it depend on the other stimuli of that voice."""


class SpectralSettings(BaseModel):
    """What MFCC and log-mel features share.

    :param mels: mel bands.
    :param window: seconds a frame looks at.
    :param hop: seconds between frames.
    :param low: lowest frequency of the mel bands, Hz.
    :param high: highest, Hz.
    :param normalise: `utterance` subtracts the mean and divides by the standard deviation of each dimension over the
        utterance, `utterance-mean` only subtracts, `none` does neither.
    :param warp: the mel bands' frequencies as a factor, as if the vocal tract were shorter (above 1) or longer.
    :param top_db: dB below the loudest band energy of the sound at which all others are cut off: what is weaker is
        noise in any real room, and silence there never is the silence of synthetic speech. None for no such floor.
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

    :param coefficients: how many, the zeroth (level) included.
    :param deltas: derivatives after them: 0 none, 1 the first, 2 the second as well.
    """

    kind: Literal["mfcc"] = "mfcc"
    coefficients: int = Field(default=13, ge=2, le=64)
    deltas: int = Field(default=2, ge=0, le=2)


class LogMelSettings(SpectralSettings):
    """Logarithms of mel band energies."""

    kind: Literal["log-mel"] = "log-mel"


class NetworkSettings(BaseModel):
    """What encoders that are networks share.

    :param layer: transformer layer whose output is taken, from 1; nothing above it is run.
    :param window: seconds that are encoded at once; a longer sound is cut.
    :param context: seconds that such a cut hears more on either side and whose features are dropped.
    :param digest: SHA-256 of the weights; where given, other weights are refused.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    layer: int = Field(ge=1)
    window: float = Field(default=60.0, ge=1)
    context: float = Field(default=2.0, ge=0)
    digest: str | None = None


class TorchaudioSettings(NetworkSettings):
    """HuBERT, wav2vec 2.0 or WavLM as torchaudio has them.

    :param bundle: its name there, such as HUBERT_BASE; gives the architecture and where the weights are fetched.
    :param weights: a file of weights (safetensors, or a state dict saved by torch) to be used instead; fairseq's names
        are understood.
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

    :param card: name of the asset card, which tells the architecture and where the weights are.
    :param normalise: whether waveforms are brought to mean 0 and variance 1 first; the large models want it.
    """

    kind: Literal["fairseq2"] = "fairseq2"
    card: str
    normalise: bool = False


class CpcSettings(NetworkSettings):
    """Contrastive predictive coding as the reference trained it: `layer` is the level of its recurrent network.

    :param weights: a checkpoint of it (safetensors, or as saved by torch); a relative path that is not there starts in
        the model folder.
    """

    kind: Literal["cpc"] = "cpc"
    weights: Path


class HubertSizes(BaseModel):
    """The architecture of a HuBERT that is trained here.

    :param front: `waveform`, a stack of convolutions as in the published models, or `log-mel`, which costs far less.
    :param convolutions: channels, width and stride of each convolution of a waveform front; default the published one.
    :param normalisation: `group_norm` behind the first convolution over time, as in HuBERT-base, or `layer_norm`.
    :param bands: mel bands of a log-mel front.
    :param top_db: dB below its loudest band energy at which a log-mel front cuts off all others; None for no floor.
    :param dimensions: of the transformer.
    :param layers: how many.
    :param heads: of attention.
    :param inner: dimensions inside the feed-forward parts.
    :param position: width of the convolution that tells positions.
    :param position_groups: its groups.
    :param dropout: everywhere but inside the feed-forward parts.
    :param layer_drop: share of layers left out in an update.
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
    """HuBERT as `babyslm train` makes it.

    :param weights: its weights (safetensors); a relative path starts in the model folder.
    :param sizes: its architecture.
    :param warp: the frequencies of a log-mel front as a factor, as if the vocal tract were shorter (above 1) or not.
    """

    kind: Literal["hubert"] = "hubert"
    weights: Path
    sizes: HubertSizes
    warp: float = Field(default=1.0, ge=0.7, le=1.4)


EncoderSettings = Annotated[
    MfccSettings
    | LogMelSettings
    | TorchaudioSettings
    | HuggingFaceSettings
    | Fairseq2Settings
    | CpcSettings
    | HubertSettings,
    Field(discriminator="kind"),
]
