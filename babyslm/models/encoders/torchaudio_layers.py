"""Execution of torchaudio's wav2vec 2.0 models up to a layer."""

from typing import Any

from torch import Tensor, nn
from torchaudio.models.wav2vec2.wavlm_attention import WavLMSelfAttention

from babyslm.models.encoders.network import NetworkEncoder
from babyslm.models.encoders.settings import NetworkSettings

__all__ = ["TorchaudioLayers"]


class TorchaudioLayers(NetworkEncoder):
    """A `Wav2Vec2Model` of torchaudio, or its WavLM variant, without the layers above the requested one.

    :param model: the whole model; layers above the requested one are removed.
    :param settings: layer, windows.
    :param normalise: whether waveforms are normalised first.
    """

    def __init__(self, model: Any, settings: NetworkSettings, *, normalise: bool) -> None:
        layers = model.encoder.transformer.layers
        width = int(model.encoder.feature_projection.projection.out_features)
        super().__init__(settings, layers=len(layers), dimensions=width, normalise=normalise)
        self.splits = not isinstance(layers[0].attention, WavLMSelfAttention)  # WavLM's attention ignores a mask there
        model.encoder.transformer.layers = nn.ModuleList(layers[: settings.layer])
        self.model = model

    def convolve(self, waveforms: Tensor) -> Tensor:
        """Return the output of the front end."""
        frames: Tensor = self.model.feature_extractor(waveforms, None)[0]
        return frames

    def attend(self, frames: Tensor, lengths: Tensor | None) -> Tensor:
        """Return the output of the layer."""
        outputs = self.model.encoder.extract_features(frames, lengths, self._settings.layer)
        last: Tensor = outputs[-1]
        return last
