"""HuBERT, wav2vec 2.0 and WavLM of torchaudio."""

from typing import Any

import torch
from torch import nn

from babyslm.models.encoders.published.fairseq_names import from_fairseq, is_fairseq
from babyslm.models.encoders.settings import TorchaudioSettings
from babyslm.models.encoders.states import read_state
from babyslm.models.encoders.torchaudio_layers import TorchaudioLayers
from babyslm.verify.learners.encoders import EncoderWeightsError, UnknownBundleError

__all__ = ["TorchaudioEncoder", "build_torchaudio"]


class TorchaudioEncoder(TorchaudioLayers):
    """A model of a bundle, without the layers above the requested one.

    :param model: a `Wav2Vec2Model` or its WavLM variant.
    :param settings: bundle, layer, windows.
    :param normalise: whether waveforms are normalised first, as the large models require.
    """


def build_torchaudio(settings: TorchaudioSettings, device: torch.device) -> TorchaudioEncoder:
    """Build a bundle's model with its weights.

    :param settings: bundle, layer, windows; without a file of weights, torch downloads and caches them.
    :param device: device of the encoder.
    """
    from torchaudio import models, pipelines

    known = sorted(name for name in dir(pipelines) if type(getattr(pipelines, name)).__name__ == "Wav2Vec2Bundle")
    if settings.bundle not in known:
        raise UnknownBundleError(settings.bundle, known)
    bundle = getattr(pipelines, settings.bundle)
    make = models.wavlm_model if bundle._model_type == "WavLM" else models.wav2vec2_model  # noqa: SLF001  # no public way to the architecture alone
    model = make(**bundle._params)  # noqa: SLF001
    _load_weights(model, settings, bundle)
    encoder = TorchaudioEncoder(model, settings, normalise=bool(bundle._normalize_waveform))  # noqa: SLF001
    encoder.ready(device)
    return encoder


def _load_weights(model: nn.Module, settings: TorchaudioSettings, bundle: Any) -> None:
    if settings.weights is None:
        try:
            state = bundle._get_state_dict({"weights_only": True, "map_location": "cpu"})  # noqa: SLF001
        except (OSError, RuntimeError) as error:
            raise EncoderWeightsError(settings.bundle, f"cannot be downloaded ({_first(error)})") from error
    else:
        state = read_state(settings.weights, inside=("model",))
        state = from_fairseq(state) if is_fairseq(state) else state
    try:
        model.load_state_dict(state, strict=True)
    except RuntimeError as error:
        raise EncoderWeightsError(settings.weights or settings.bundle, f"do not match ({_first(error)})") from error


def _first(error: BaseException) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__
