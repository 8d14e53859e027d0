"""HuBERT, wav2vec 2.0, WavLM and related encoders of transformers."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from babyslm.models.encoders.network import NetworkEncoder
from babyslm.models.encoders.settings import HuggingFaceSettings
from babyslm.models.folder import HEADER_NAME
from babyslm.models.low_rank.classes import register_classes
from babyslm.verify.documents import read_json
from babyslm.verify.learners.encoders import EncoderWeightsError, NoSpeechEncoderError

__all__ = ["HuggingFaceEncoder", "build_hugging_face"]

PREPROCESSING = "preprocessor_config.json"

SPLITTING = ("hubert", "wav2vec2")
"""Model types whose layers mask padding exactly, with a mask that torch accepts without a warning (not WavLM)."""


class HuggingFaceEncoder(NetworkEncoder):
    """A model of transformers, without the layers above the requested one.

    Its frames equal `hidden_states[layer]` of the whole model; those of the last layer equal `last_hidden_state`.
    In models with stable layer norm that includes the normalisation after the last layer, under transformers 4 and 5
    (`hidden_states[-1]` includes it under transformers 4 alone).

    :param model: a model with `feature_extractor`, `feature_projection` and a transformer `encoder`.
    :param settings: source, layer, windows.
    :param normalise: whether waveforms are normalised first.
    """

    def __init__(self, model: Any, settings: HuggingFaceSettings, *, normalise: bool) -> None:
        layers = model.encoder.layers
        super().__init__(settings, layers=len(layers), dimensions=model.config.hidden_size, normalise=normalise)
        if getattr(model.config, "do_stable_layer_norm", False) and settings.layer < len(layers):
            model.encoder.layer_norm = nn.Identity()  # it applies only after the last layer
        model.encoder.layers = nn.ModuleList(layers[: settings.layer])
        self.splits = model.config.model_type in SPLITTING and getattr(model, "adapter", None) is None
        self.model = model

    def forward(self, waveforms: Tensor) -> Tensor:
        """Return the output of the layer."""
        last: Tensor = self.model(waveforms).last_hidden_state
        return last

    def convolve(self, waveforms: Tensor) -> Tensor:
        """Return the output of the convolutions."""
        frames: Tensor = self.model.feature_extractor(waveforms).transpose(1, 2)
        return frames

    def attend(self, frames: Tensor, lengths: Tensor | None) -> Tensor:
        """Return the output of the layer."""
        projected = self.model.feature_projection(frames)
        hidden = projected[0] if isinstance(projected, tuple) else projected
        mask = None
        if lengths is not None:
            mask = torch.arange(hidden.shape[1], device=hidden.device)[None] < lengths[:, None]
        last: Tensor = self.model.encoder(hidden, attention_mask=mask).last_hidden_state
        return last


def build_hugging_face(settings: HuggingFaceSettings, device: torch.device) -> HuggingFaceEncoder:
    """Load a speech encoder of transformers from safetensors.

    :param settings: folder or hub name, layer, windows.
    :param device: device of the encoder.
    """
    from transformers import AutoModel

    if (Path(settings.source) / HEADER_NAME).is_file():  # compressed by babyslm, whose own classes load it
        register_classes()
    try:
        model, report = AutoModel.from_pretrained(
            settings.source,
            revision=settings.revision or "main",
            dtype=torch.float32,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    except (OSError, ValueError, RuntimeError, KeyError, ImportError) as error:
        raise EncoderWeightsError(settings.source, f"cannot be loaded ({_first(error)})") from error
    if not hasattr(model, "feature_extractor") or not hasattr(getattr(model, "encoder", None), "layers"):
        raise NoSpeechEncoderError(settings.source, type(model).__name__)
    lacking = sorted(name for name in report["missing_keys"] if not name.startswith("masked_spec_embed"))
    if lacking:
        raise EncoderWeightsError(settings.source, f"lack {lacking[0]}, which would be initialised at random")
    encoder = HuggingFaceEncoder(model, settings, normalise=_wants_normalised(settings))
    encoder.ready(device)
    return encoder


def _wants_normalised(settings: HuggingFaceSettings) -> bool:
    """Return the setting of the model's preprocessing file; without such a file, waveforms are not normalised."""
    folder = Path(settings.source)
    if folder.is_dir():
        path: Path | None = folder / PREPROCESSING
    else:
        from huggingface_hub import try_to_load_from_cache

        found = try_to_load_from_cache(settings.source, PREPROCESSING, revision=settings.revision or "main")
        path = Path(found) if isinstance(found, str) else _fetch(settings)
    if path is None or not path.is_file():
        return False
    return bool(read_json(path).get("do_normalize", False))


def _fetch(settings: HuggingFaceSettings) -> Path | None:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    try:
        return Path(hf_hub_download(settings.source, PREPROCESSING, revision=settings.revision or "main"))
    except EntryNotFoundError:
        return None
    except OSError as error:
        raise EncoderWeightsError(settings.source, f"cannot be loaded ({_first(error)})") from error


def _first(error: BaseException) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__
