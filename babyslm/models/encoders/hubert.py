"""HuBERT of any size, trained by `babyslm train`: torchaudio's network with one of two front ends.

`waveform` is the front end of the published models (Hsu et al. 2021), a stack of convolutions. `log-mel` takes 25 ms
log-mel frames, two stacked every 20 ms, as MelHuBERT does (Lin et al. 2022), at a fraction of the cost, which makes
training on a CPU feasible.
"""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn

from babyslm.models.encoders.network import HOP
from babyslm.models.encoders.settings import HubertSettings, HubertSizes, LogMelSettings
from babyslm.models.encoders.spectral import EMPHASIS, FLOOR, NATS_A_DECIBEL, mel_bank
from babyslm.models.encoders.states import read_state
from babyslm.models.encoders.torchaudio_layers import TorchaudioLayers
from babyslm.speech.audio import RATE
from babyslm.verify.learners.encoders import EncoderWeightsError
from babyslm.verify.learners.units import WarpError

__all__ = ["HubertEncoder", "LogMelFront", "build_hubert", "front_span", "hubert_network"]

FRAME, STEP = 400, 160
"""Length and hop of a log-mel frame in samples: 25 and 10 ms."""

STACKED = HOP // STEP
"""Number of log-mel frames stacked into one."""


class LogMelFront(nn.Module):
    """Log-mel front end in place of a stack of convolutions, without trained weights.

    Each band is normalised by its mean and standard deviation over the sound, which removes the channel.

    :param bands: number of mel bands.
    :param warps: factors of the bands' frequencies, as for a shorter (above 1) or longer vocal tract. In training mode
        torch's generator draws one of them for each batch, otherwise the first is used.
    """

    window: Tensor
    banks: Tensor

    def __init__(self, bands: int, warps: Sequence[float] = (1.0,), *, top_db: float | None = None) -> None:
        super().__init__()
        self.top_db = top_db
        self.points = 1 << (FRAME - 1).bit_length()
        banks = [mel_bank(LogMelSettings(mels=bands, warp=warp), self.points) for warp in warps]
        self.register_buffer("window", torch.hann_window(FRAME), persistent=False)
        self.register_buffer("banks", torch.stack(banks), persistent=False)

    def forward(self, waveforms: Tensor, lengths: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Map (sounds, samples) of equal length to (sounds, frames, bands x 2)."""
        with torch.no_grad(), torch.autocast(waveforms.device.type, enabled=False):
            sound = waveforms.float()
            sound = torch.cat([sound[:, :1], sound[:, 1:] - EMPHASIS * sound[:, :-1]], dim=1)
            pieces = sound.unfold(1, FRAME, STEP) * self.window
            power = torch.view_as_real(torch.fft.rfft(pieces, self.points)).square().sum(dim=-1)
            drawn = int(torch.randint(len(self.banks), ())) if self.training and len(self.banks) > 1 else 0
            frames = (power @ self.banks[drawn]).clamp_min(FLOOR).log()
            if self.top_db is not None:
                loudest = frames.amax(dim=(1, 2), keepdim=True)
                frames = torch.maximum(frames, loudest - self.top_db * NATS_A_DECIBEL)
            frames = frames - frames.mean(dim=1, keepdim=True)
            frames = frames / frames.square().mean(dim=1, keepdim=True).sqrt().clamp_min(1e-2)
            count = frames.shape[1] // STACKED
            return frames[:, : count * STACKED].reshape(len(frames), count, -1), lengths


def front_span(sizes: HubertSizes) -> tuple[int, int]:
    """Return the number of samples between two frames, and the number of samples of a frame's receptive field.

    :param sizes: sizes of the network.
    """
    if sizes.front == "log-mel":
        return HOP, FRAME + (STACKED - 1) * STEP
    hop, receptive = 1, 1
    for _, width, stride in sizes.convolutions:
        receptive += (width - 1) * hop
        hop *= stride
    return hop, receptive


def hubert_network(sizes: HubertSizes, warps: Sequence[float] = (1.0,), **pretraining: Any) -> Any:
    """Return torchaudio's HuBERT for pre-training, with weights initialised by torch's generator.

    Its `wav2vec2` is the encoder; the rest is only needed in training.

    :param sizes: sizes of the network.
    :param warps: warp factors of a log-mel front end in training.
    :param pretraining: further arguments of torchaudio's `hubert_pretrain_model`; default no masking and one class.
    """
    from torchaudio.models import hubert_pretrain_model

    convolutions = [tuple(layer) for layer in sizes.convolutions]
    if sizes.front == "log-mel":
        convolutions = [(STACKED * sizes.bands, 1, 1)]  # replaced below; it sets the width of the projection
    options: dict[str, Any] = {
        "mask_prob": 0.8,
        "mask_selection": "static",
        "mask_other": 0.0,
        "mask_length": 10,
        "no_mask_overlap": False,
        "mask_min_space": 1,
        "mask_channel_prob": 0.0,
        "mask_channel_selection": "static",
        "mask_channel_other": 0.0,
        "mask_channel_length": 10,
        "no_mask_channel_overlap": False,
        "mask_channel_min_space": 1,
        "skip_masked": False,
        "skip_nomask": True,
        "num_classes": 1,
        "final_dim": 1,
        "feature_grad_mult": None,
    }
    model = hubert_pretrain_model(
        extractor_mode=sizes.normalisation,
        extractor_conv_layer_config=convolutions,
        extractor_conv_bias=False,
        encoder_embed_dim=sizes.dimensions,
        encoder_projection_dropout=sizes.dropout,
        encoder_pos_conv_kernel=sizes.position,
        encoder_pos_conv_groups=sizes.position_groups,
        encoder_num_layers=sizes.layers,
        encoder_num_heads=sizes.heads,
        encoder_attention_dropout=sizes.dropout,
        encoder_ff_interm_features=sizes.inner,
        encoder_ff_interm_dropout=0.0,
        encoder_dropout=sizes.dropout,
        encoder_layer_norm_first=False,
        encoder_layer_drop=sizes.layer_drop,
        **(options | pretraining),
    )
    if sizes.front == "log-mel":
        model.wav2vec2.feature_extractor = LogMelFront(sizes.bands, warps, top_db=sizes.top_db)
    return model


class HubertEncoder(TorchaudioLayers):
    """HuBERT trained by babyslm, without the layers above the requested one.

    :param model: torchaudio's `Wav2Vec2Model`.
    :param settings: sizes, layer, windows, warp.
    """

    def __init__(self, model: Any, settings: HubertSettings) -> None:
        super().__init__(model, settings, normalise=False)
        self.hop, self.receptive = front_span(settings.sizes)
        self.frame_rate = RATE / self.hop

    def warped(self, factor: float) -> "HubertEncoder":
        """Return this encoder with the frequencies of its log-mel front end warped by a further factor."""
        settings = self._settings
        assert isinstance(settings, HubertSettings)
        if settings.sizes.front != "log-mel":
            raise WarpError("waveform-hubert", factor)
        device = next(self.parameters()).device
        warp = settings.warp * factor
        model = deepcopy(self.model)
        model.feature_extractor = LogMelFront(settings.sizes.bands, (warp,), top_db=settings.sizes.top_db)
        encoder = HubertEncoder(model, settings.model_copy(update={"warp": warp, "digest": None}))
        encoder.ready(device)
        return encoder


def build_hubert(settings: HubertSettings, device: torch.device) -> HubertEncoder:
    """Load a HuBERT trained by babyslm.

    :param settings: weights, sizes, layer, windows, warp.
    :param device: device of the encoder.
    """
    model = hubert_network(settings.sizes).wav2vec2
    if settings.sizes.front == "log-mel":
        model.feature_extractor = LogMelFront(settings.sizes.bands, (settings.warp,), top_db=settings.sizes.top_db)
    try:
        model.load_state_dict(read_state(settings.weights), strict=True)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:160]
        raise EncoderWeightsError(settings.weights, f"do not match ({reason})") from error
    encoder = HubertEncoder(model, settings)
    encoder.ready(device)
    return encoder
