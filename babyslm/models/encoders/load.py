"""From the settings of an encoder to the encoder."""

from pathlib import Path

from babyslm.models.encoders.protocol import Encoder
from babyslm.models.encoders.settings import EncoderSettings, LogMelSettings, MfccSettings

__all__ = ["make_encoder"]


def make_encoder(settings: EncoderSettings, *, folder: Path | None = None, device: str = "auto") -> Encoder:
    """Make an encoder from its settings.

    :param settings: of a recipe or a model folder.
    :param folder: the model folder, where the weights of a trained encoder lie; None outside of one.
    :param device: where an encoder with weights runs.
    """
    from babyslm.models.encoders import spectral

    del folder, device  # spectral features have no weights
    match settings:
        case MfccSettings():
            return spectral.MfccEncoder(settings)
        case LogMelSettings():
            return spectral.LogMelEncoder(settings)
