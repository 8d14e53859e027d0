"""Construction of an encoder from its settings."""

from pathlib import Path

from babyslm.models.devices import resolve_device
from babyslm.models.encoders.protocol import Encoder
from babyslm.models.encoders.settings import (
    CpcSettings,
    DenoisingSettings,
    EncoderSettings,
    Fairseq2Settings,
    HubertSettings,
    HuggingFaceSettings,
    LogMelSettings,
    MfccSettings,
    NetworkSettings,
    TorchaudioSettings,
)

__all__ = ["located_settings", "make_encoder", "sealed_settings"]


def make_encoder(settings: EncoderSettings, *, device: str = "auto") -> Encoder:
    """Make an encoder from its settings.

    :param settings: settings from a recipe or a model folder.
    :param device: device of an encoder that is a network.
    """
    match settings:
        case MfccSettings():
            from babyslm.models.encoders.spectral import MfccEncoder

            return MfccEncoder(settings)
        case LogMelSettings():
            from babyslm.models.encoders.spectral import LogMelEncoder

            return LogMelEncoder(settings)
        case TorchaudioSettings():
            from babyslm.models.encoders.published.torchaudio_bundles import build_torchaudio

            return build_torchaudio(settings, resolve_device(device))
        case HuggingFaceSettings():
            from babyslm.models.encoders.published.huggingface import build_hugging_face

            return build_hugging_face(settings, resolve_device(device))
        case Fairseq2Settings():
            from babyslm.models.encoders.published.fairseq2_hub import build_fairseq2

            return build_fairseq2(settings, resolve_device(device))
        case CpcSettings():
            from babyslm.models.encoders.cpc import build_cpc

            return build_cpc(settings, resolve_device(device))
        case HubertSettings():
            from babyslm.models.encoders.hubert import build_hubert

            return build_hubert(settings, resolve_device(device))
        case DenoisingSettings():
            from babyslm.models.encoders.denoising.encoder import build_denoising

            return build_denoising(settings, resolve_device(device))


def sealed_settings(settings: EncoderSettings, encoder: Encoder) -> EncoderSettings:
    """Return settings with the digest of the network's weights, so that other weights are refused later.

    :param settings: settings from which the encoder was made.
    :param encoder: the encoder.
    """
    if not isinstance(settings, NetworkSettings):
        return settings
    return settings.model_copy(update={"digest": encoder.settings["digest"]})


def located_settings(settings: EncoderSettings, folder: Path) -> EncoderSettings:
    """Return settings with resolved paths of weights, which a model folder may name relative to itself.

    :param settings: settings in the header of a model folder.
    :param folder: the model folder.
    """
    weights = getattr(settings, "weights", None)
    if weights is None or weights.is_absolute() or not (folder / weights).is_file():
        return settings
    return settings.model_copy(update={"weights": folder / weights})
