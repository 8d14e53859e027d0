"""wav2vec 2.0 of fairseq2, from the asset cards of its model hub."""

from typing import Any

import torch
from torch import Tensor, nn

from babyslm.models.encoders.network import NetworkEncoder
from babyslm.models.encoders.settings import Fairseq2Settings
from babyslm.verify.learners.encoders import EncoderWeightsError, Fairseq2MissingError

__all__ = ["Fairseq2Encoder", "build_fairseq2"]


class Fairseq2Encoder(NetworkEncoder):
    """A wav2vec 2.0 model of fairseq2, without the layers above the requested one.

    The front end is run separately: the model's own `extract_features` masks spans even in evaluation mode.

    :param model: a `Wav2Vec2Model`.
    :param settings: card, layer, windows, normalisation.
    """

    def __init__(self, model: Any, settings: Fairseq2Settings) -> None:
        layers = model.encoder.layers
        width = int(layers[0].self_attn.q_proj.input_dim)
        super().__init__(settings, layers=len(layers), dimensions=width, normalise=settings.normalise)
        self.front = model.encoder_frontend
        self.encoder = model.encoder
        if settings.layer < len(layers):
            self.encoder.register_module("layer_norm", None)  # it applies only after the last layer
        self.encoder.layers = nn.ModuleList(layers[: settings.layer])

    def forward(self, waveforms: Tensor) -> Tensor:
        """Return the output of the layer."""
        from fairseq2.nn import BatchLayout

        frames, layout = self.front(waveforms, BatchLayout.of(waveforms))
        outputs: Tensor = self.encoder(frames, layout)
        return outputs


def build_fairseq2(settings: Fairseq2Settings, device: torch.device) -> Fairseq2Encoder:
    """Load a wav2vec 2.0 model by its asset card.

    :param settings: card, layer, windows, normalisation.
    :param device: device of the encoder.
    """
    try:
        import soundfile  # noqa: F401  # loads the libsndfile that fairseq2 needs
        from fairseq2.assets import AssetCardError
        from fairseq2.error import OperationalError
        from fairseq2.models.hub import ModelNotKnownError
        from fairseq2.models.wav2vec2 import get_wav2vec2_model_hub
    except (ImportError, OSError) as error:
        raise Fairseq2MissingError(_first(error)) from error
    try:
        model = get_wav2vec2_model_hub().load_model(settings.card, device=torch.device("cpu"), dtype=torch.float32)
    except ModelNotKnownError as error:
        raise EncoderWeightsError(settings.card, "are unknown: fairseq2 has no asset card of this name") from error
    except (AssetCardError, OperationalError, OSError, RuntimeError, ValueError) as error:
        raise EncoderWeightsError(settings.card, f"cannot be loaded ({_first(error)})") from error
    encoder = Fairseq2Encoder(model, settings)
    encoder.ready(device)
    return encoder


def _first(error: BaseException) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__
