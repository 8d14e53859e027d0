"""Network encoders: any layer, exactly as the whole network gives it, whatever stands beside a file."""

import argparse
import dataclasses
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
import torchaudio
from safetensors.torch import save_file
from torch import nn
from transformers import (
    HubertConfig,
    HubertModel,
    LlamaConfig,
    LlamaModel,
    Wav2Vec2Config,
    Wav2Vec2Model,
    WavLMConfig,
    WavLMModel,
)

from babyslm.models.encoders.cpc import CpcNetwork
from babyslm.models.encoders.hubert import hubert_network
from babyslm.models.encoders.load import make_encoder, sealed_settings
from babyslm.models.encoders.network import HOP, RECEPTIVE, NetworkEncoder
from babyslm.models.encoders.protocol import Encoder
from babyslm.models.encoders.published.fairseq_names import from_fairseq, is_fairseq
from babyslm.models.encoders.published.huggingface import HuggingFaceEncoder
from babyslm.models.encoders.published.torchaudio_bundles import TorchaudioEncoder
from babyslm.models.encoders.settings import (
    CpcSettings,
    Fairseq2Settings,
    HubertSettings,
    HubertSizes,
    HuggingFaceSettings,
    NetworkSettings,
    TorchaudioSettings,
)
from babyslm.models.encoders.windows import cut_windows
from babyslm.verify.learners.encoders import (
    EncoderWeightsError,
    LayerError,
    NoSpeechEncoderError,
    UnknownBundleError,
    WeightsDigestError,
)

CONVOLUTIONS = [(8, 10, 5), *[(8, 3, 2)] * 4, *[(8, 2, 2)] * 2]
SMALL = {
    "hidden_size": 16,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "conv_dim": [8] * 7,
    "num_conv_pos_embeddings": 8,
    "num_conv_pos_embedding_groups": 2,
}
MODELS = {"hubert": (HubertConfig, HubertModel), "wav2vec2": (Wav2Vec2Config, Wav2Vec2Model)}
MODELS["wavlm"] = (WavLMConfig, WavLMModel)


def hugging_face(kind: str, *, stable: bool) -> nn.Module:
    torch.manual_seed(0)
    config, model = MODELS[kind]
    norm = "layer" if stable else "group"
    return model(config(**SMALL, do_stable_layer_norm=stable, feat_extract_norm=norm)).eval()


SIZES = {
    "extractor_conv_layer_config": CONVOLUTIONS,
    "extractor_conv_bias": False,
    "encoder_embed_dim": 16,
    "encoder_projection_dropout": 0.1,
    "encoder_pos_conv_kernel": 8,
    "encoder_pos_conv_groups": 2,
    "encoder_num_layers": 3,
    "encoder_num_heads": 2,
    "encoder_attention_dropout": 0.1,
    "encoder_ff_interm_features": 24,
    "encoder_ff_interm_dropout": 0.1,
    "encoder_dropout": 0.1,
    "encoder_layer_drop": 0.1,
    "aux_num_out": None,
}


def torchaudio_model(kind: str, mode: str) -> nn.Module:
    torch.manual_seed(0)
    sizes = SIZES | {"extractor_mode": mode, "encoder_layer_norm_first": mode == "layer_norm"}
    if kind == "wavlm":
        return torchaudio.models.wavlm_model(**sizes, encoder_num_buckets=8, encoder_max_distance=16)
    return torchaudio.models.wav2vec2_model(**sizes)


def sounds() -> list[np.ndarray]:
    draws = np.random.default_rng(0)
    return [0.1 * draws.standard_normal(size).astype(np.float32) for size in (4000, 2500, 4000, 300, 6121, 2500)]


def verify_alone(encoder: NetworkEncoder) -> None:
    """Each sound's features beside others are those it has alone."""
    assert isinstance(encoder, Encoder)
    for sound, features in zip(sounds(), encoder.encode(sounds()), strict=True):
        alone = encoder.encode([sound])[0]
        assert features.shape == (1 + max(0, len(sound) - RECEPTIVE) // HOP, encoder.dimensions)
        np.testing.assert_allclose(features, alone, atol=1e-4)


@pytest.mark.parametrize("stable", [False, True])
@pytest.mark.parametrize("kind", sorted(MODELS))
@pytest.mark.parametrize("layer", [1, 3])
def test_a_layer_of_transformers_is_the_hidden_state_of_the_whole_model(
    kind: str, stable: bool, layer: int, tmp_path: Path
) -> None:
    whole = hugging_face(kind, stable=stable)
    whole.save_pretrained(tmp_path)
    encoder = make_encoder(HuggingFaceSettings(source=str(tmp_path), layer=layer), device="cpu")
    assert len(encoder.model.encoder.layers) == layer
    for sound, features in zip(sounds(), encoder.encode(sounds()), strict=True):
        padded = np.pad(sound, (0, max(0, RECEPTIVE - len(sound))))
        with torch.no_grad():
            outputs = whole(torch.from_numpy(padded)[None], output_hidden_states=True)
        # `hidden_states[-1]` is the output of the model in transformers 4 alone, `last_hidden_state` also in 5.
        state = outputs.last_hidden_state if layer == SMALL["num_hidden_layers"] else outputs.hidden_states[layer]
        np.testing.assert_allclose(features, state[0].numpy(), atol=1e-4)
    verify_alone(encoder)


def numbered(model: nn.Module) -> nn.Module:
    """Give every weight a value that depends on its name and place alone, not on the libraries' initialisation."""
    state = model.state_dict()
    for name, tensor in state.items():
        seed = int.from_bytes(sha256(name.encode()).digest()[:4], "big")
        drawn = torch.from_numpy(np.random.default_rng(seed).standard_normal(tuple(tensor.shape)).astype(np.float32))
        state[name] = (
            1 + 0.1 * drawn if tensor.dim() == 1 and "norm" in name and name.endswith("weight") else 0.2 * drawn
        )
    model.load_state_dict(state)
    return model


PINNED = {
    ("hubert", False, 2): [0.15924, 0.79306, -1.30428, -2.04109],
    ("hubert", False, 3): [0.98799, -0.06181, -0.57557, -1.04269],
    ("hubert", True, 2): [-1.78513, 1.50524, -1.1729, -0.55416],
    ("hubert", True, 3): [-0.56423, 1.54337, -0.09289, 0.02098],
    ("wav2vec2", False, 2): [0.15924, 0.79306, -1.30428, -2.04109],
    ("wav2vec2", False, 3): [0.98799, -0.06181, -0.57557, -1.04269],
    ("wav2vec2", True, 2): [-1.78513, 1.50524, -1.1729, -0.55416],
    ("wav2vec2", True, 3): [-0.56423, 1.54337, -0.09289, 0.02098],
    ("wavlm", False, 2): [0.17086, 0.85684, -1.32324, -1.96566],
    ("wavlm", False, 3): [1.04482, 0.01134, -0.62642, -1.00607],
    ("wavlm", True, 2): [-1.79384, 1.51657, -1.16553, -0.53399],
    ("wavlm", True, 3): [-0.57165, 1.54755, -0.08623, 0.03087],
}
"""First four dimensions of the fourth frame, by kind, stable layer norm, layer: the same with transformers 4 and 5."""


@pytest.mark.parametrize(("kind", "stable", "layer"), sorted(PINNED))
def test_features_do_not_depend_on_the_version_of_a_library(
    kind: str, stable: bool, layer: int, tmp_path: Path
) -> None:
    numbered(hugging_face(kind, stable=stable)).save_pretrained(tmp_path)
    encoder = make_encoder(HuggingFaceSettings(source=str(tmp_path), layer=layer), device="cpu")
    features = encoder.encode(sounds()[:1])[0]
    np.testing.assert_allclose(features[3, :4], PINNED[kind, stable, layer], atol=1e-4)


@pytest.mark.parametrize("mode", ["group_norm", "layer_norm"])
@pytest.mark.parametrize("kind", ["wav2vec2", "wavlm"])
@pytest.mark.parametrize("normalise", [False, True])
def test_a_layer_of_torchaudio_is_that_of_the_whole_model(kind: str, mode: str, normalise: bool) -> None:
    whole, cut = torchaudio_model(kind, mode), torchaudio_model(kind, mode)
    settings = TorchaudioSettings(bundle="HUBERT_BASE", layer=2)
    encoder = TorchaudioEncoder(cut, settings, normalise=normalise).ready(torch.device("cpu"))
    for sound, features in zip(sounds(), encoder.encode(sounds()), strict=True):
        heard = torch.from_numpy(sound)
        if normalise:
            heard = torch.nn.functional.layer_norm(heard, heard.shape)
        padded = torch.nn.functional.pad(heard, (0, max(0, RECEPTIVE - len(sound))))
        with torch.no_grad():
            outputs, _ = whole.eval().extract_features(padded[None])
        np.testing.assert_allclose(features, outputs[1][0].numpy(), atol=1e-4)
    verify_alone(encoder)


@pytest.mark.parametrize("masked", [False, True])
def test_padded_waveforms_would_change_the_features(masked: bool) -> None:
    """What this project does not do: group normalisation over time sees zeros, an attention mask notwithstanding."""
    whole = hugging_face("hubert", stable=False)
    long, short = sounds()[4], sounds()[0]
    padded = torch.from_numpy(np.stack([long, np.pad(short, (0, len(long) - len(short)))]))
    mask = (torch.arange(len(long))[None] < torch.tensor([[len(long)], [len(short)]])).long() if masked else None
    with torch.no_grad():
        together = whole(padded, attention_mask=mask).last_hidden_state[1]
        alone = whole(torch.from_numpy(short)[None]).last_hidden_state[0]
    assert (together[: len(alone)] - alone).abs().max() > 0.1


def test_sounds_of_other_lengths_run_through_the_layers_together(tmp_path: Path) -> None:
    hugging_face("hubert", stable=False).save_pretrained(tmp_path)
    encoder = make_encoder(HuggingFaceSettings(source=str(tmp_path), layer=2), device="cpu")
    assert isinstance(encoder, NetworkEncoder)
    runs: list[tuple[int, ...]] = []
    attend = encoder.attend
    encoder.attend = lambda frames, lengths: runs.append(tuple(frames.shape[:2])) or attend(frames, lengths)  # type: ignore[method-assign]
    encoder.encode(sounds())
    assert runs == [(6, 18)]


def test_windows_keep_each_frame_once_and_bound_what_is_encoded() -> None:
    for frames, size, context in ((10, 3, 2), (9, 3, 0), (1, 5, 4), (100, 7, 10)):
        windows = cut_windows(frames, size, context)
        assert [frame for w in windows for frame in range(w.keep, w.end)] == list(range(frames))
        assert all(w.start <= w.keep < w.end <= w.stop <= w.start + size + 2 * context for w in windows)


class Convolution(NetworkEncoder):
    """A network whose frames see 400 samples and no more."""

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__(settings, layers=1, dimensions=3, normalise=False)
        torch.manual_seed(1)
        self.convolution = nn.Conv1d(1, 3, RECEPTIVE, HOP)
        self.longest = 0

    def forward(self, waveforms: torch.Tensor) -> torch.Tensor:
        self.longest = max(self.longest, waveforms.numel())
        return self.convolution(waveforms[:, None]).transpose(1, 2)


def test_a_long_file_is_encoded_in_windows_without_a_seam() -> None:
    sound = np.random.default_rng(0).standard_normal(40 * 16_000).astype(np.float32)
    whole = Convolution(NetworkSettings(layer=1, window=100.0)).ready(torch.device("cpu"))
    cut = Convolution(NetworkSettings(layer=1, window=1.0, context=0.5)).ready(torch.device("cpu"))
    np.testing.assert_allclose(cut.encode([sound])[0], whole.encode([sound])[0], atol=1e-4)
    assert whole.longest > 39 * 16_000
    few = Convolution(NetworkSettings(layer=1, window=1.0, context=0.5)).ready(torch.device("cpu"))
    few.encode([np.zeros(10 * 60 * 16_000, dtype=np.float32)])
    assert few.longest <= 60 * 16_000


def test_other_weights_than_the_sealed_ones_are_refused(tmp_path: Path) -> None:
    hugging_face("hubert", stable=False).save_pretrained(tmp_path)
    settings = HuggingFaceSettings(source=str(tmp_path), layer=2)
    sealed = sealed_settings(settings, make_encoder(settings, device="cpu"))
    assert make_encoder(sealed, device="cpu").settings["digest"] == sealed.digest
    other = hugging_face("hubert", stable=False)
    with torch.no_grad():
        other.encoder.layers[0].feed_forward.output_dense.bias += 0.5
    other.save_pretrained(tmp_path)
    with pytest.raises(WeightsDigestError, match="other|checksum"):
        make_encoder(sealed, device="cpu")


def test_faulty_sources_are_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderWeightsError, match=r"nowhere/at-all: the weights cannot be loaded"):
        make_encoder(HuggingFaceSettings(source="nowhere/at-all", layer=1), device="cpu")
    text = tmp_path / "text"
    LlamaModel(
        LlamaConfig(hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1, vocab_size=9)
    ).save_pretrained(text)
    with pytest.raises(NoSpeechEncoderError, match="is a LlamaModel"):
        make_encoder(HuggingFaceSettings(source=str(text), layer=1), device="cpu")
    hugging_face("hubert", stable=False).save_pretrained(tmp_path / "speech")
    with pytest.raises(LayerError, match=r"encoder\.layer=4: the network has the layers 1 to 3"):
        make_encoder(HuggingFaceSettings(source=str(tmp_path / "speech"), layer=4), device="cpu")
    with pytest.raises(UnknownBundleError, match="HUBERT_BASE"):
        make_encoder(TorchaudioSettings(bundle="HUBERT_TINY", layer=1), device="cpu")


def test_a_file_that_would_be_unpickled_is_refused(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (Path(tmp_path / "sprung"),))  # type: ignore[return-value]

    torch.save({"trap": Trap()}, tmp_path / "weights.pt")
    settings = TorchaudioSettings(bundle="HUBERT_BASE", layer=1, weights=tmp_path / "weights.pt")
    with pytest.raises(EncoderWeightsError, match="do not contain a plain state dict"):
        make_encoder(settings, device="cpu")
    assert not (tmp_path / "sprung").exists()


def test_hugging_face_normalises_where_the_model_says_so(tmp_path: Path) -> None:
    hugging_face("wav2vec2", stable=True).save_pretrained(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text('{"do_normalize": true}')
    encoder = make_encoder(HuggingFaceSettings(source=str(tmp_path), layer=2), device="cpu")
    assert isinstance(encoder, HuggingFaceEncoder)
    quiet, loud = encoder.encode([sounds()[0], 5 * sounds()[0]])
    np.testing.assert_allclose(quiet, loud, atol=1e-3)


def fairseq2_model(*, stable: bool) -> nn.Module:
    wav2vec2 = pytest.importorskip("fairseq2.models.wav2vec2")
    from fairseq2.models.transformer import TransformerNormOrder

    torch.manual_seed(0)
    encoder = wav2vec2.Wav2Vec2EncoderConfig(
        model_dim=16,
        feature_dim=8,
        feature_extractor_layer_descs=CONVOLUTIONS,
        num_encoder_layers=3,
        num_encoder_attn_heads=2,
        ffn_inner_dim=24,
        pos_conv_kernel_size=8,
        num_pos_conv_groups=2,
        layer_norm_features=not stable,
        feature_extractor_layer_norm_convs=stable,
        norm_order=TransformerNormOrder.PRE if stable else TransformerNormOrder.POST,
    )
    config = wav2vec2.Wav2Vec2Config(encoder_config=encoder, final_dim=8, quantized_dim=8)
    return wav2vec2.create_wav2vec2_model(config).eval()


@pytest.mark.parametrize("stable", [False, True])
@pytest.mark.parametrize("layer", [2, 3])
def test_a_layer_of_fairseq2_is_that_of_the_whole_model(stable: bool, layer: int) -> None:
    whole, cut = fairseq2_model(stable=stable), fairseq2_model(stable=stable)
    from fairseq2.nn import BatchLayout

    from babyslm.models.encoders.published.fairseq2_hub import Fairseq2Encoder

    encoder = Fairseq2Encoder(cut, Fairseq2Settings(card="tiny", layer=layer)).ready(torch.device("cpu"))
    outputs: list[torch.Tensor] = []
    whole.encoder.register_layer_hook(lambda index, output, layout, count: outputs.append(output) or True)
    for sound, features in zip(sounds(), encoder.encode(sounds()), strict=True):
        padded = torch.from_numpy(np.pad(sound, (0, max(0, RECEPTIVE - len(sound)))))[None]
        outputs.clear()
        with torch.no_grad():
            frames, layout = whole.encoder_frontend(padded, BatchLayout.of(padded))
            last = whole.encoder(frames, layout)
        expected = last if layer == 3 else outputs[layer - 1]
        np.testing.assert_allclose(features, expected[0].numpy(), atol=1e-4)
    verify_alone(encoder)


def test_an_unknown_card_of_fairseq2_is_named() -> None:
    pytest.importorskip("fairseq2")
    with pytest.raises(EncoderWeightsError, match="no_such_card: the weights are unknown"):
        make_encoder(Fairseq2Settings(card="no_such_card", layer=1), device="cpu")


def naive_cpc(state: dict[str, torch.Tensor], sound: np.ndarray, level: int) -> np.ndarray:
    """Convolutions by torch, everything else written out: normalisation a frame, recurrence a step at a time."""
    frames = torch.from_numpy(sound)[None, None]
    for number, (stride, padding) in enumerate([(5, 3), (4, 2), (2, 1), (2, 1), (2, 1)]):
        name = f"gEncoder.conv{number}"
        frames = torch.conv1d(frames, state[f"{name}.weight"], state[f"{name}.bias"], stride=stride, padding=padding)
        deviation = (frames.var(dim=1, keepdim=True) + 1e-5).sqrt()
        normed = (frames - frames.mean(dim=1, keepdim=True)) / deviation
        norm = f"gEncoder.batchNorm{number}"
        frames = torch.relu(normed * state[f"{norm}.weight"] + state[f"{norm}.bias"])
    steps = frames[0].T
    for layer in range(level):
        weights = [state[f"gAR.baseNet.{kind}_l{layer}"] for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        size = weights[1].shape[1]
        hidden, cell, outputs = torch.zeros(size), torch.zeros(size), []
        for step in steps:
            gates = weights[0] @ step + weights[2] + weights[1] @ hidden + weights[3]
            enter, forget, value, out = gates.split(size)
            cell = torch.sigmoid(forget) * cell + torch.sigmoid(enter) * torch.tanh(value)
            hidden = torch.sigmoid(out) * torch.tanh(cell)
            outputs.append(hidden)
        steps = torch.stack(outputs)
    return steps.numpy()


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("form", ["safetensors", "plain", "checkpoint"])
def test_cpc_equals_a_naive_reference_whatever_form_its_weights_have(level: int, form: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = CpcNetwork(6, 5, 2)
    state = {name: tensor + 0.1 * torch.randn_like(tensor) for name, tensor in network.state_dict().items()}
    path = tmp_path / ("cpc.safetensors" if form == "safetensors" else "cpc.pt")
    if form == "safetensors":
        save_file(state, path)
    else:
        torch.save(state if form == "plain" else {"epoch": 3, "gEncoder": state}, path)
    encoder = make_encoder(CpcSettings(weights=path, layer=level), device="cpu")
    assert isinstance(encoder, NetworkEncoder)
    assert encoder.frame_rate == 100
    draws = np.random.default_rng(0)
    heard = [0.3 * draws.standard_normal(size).astype(np.float32) for size in (1600, 100, 2000, 1600)]
    for sound, features in zip(heard, encoder.encode(heard), strict=True):
        padded = np.pad(sound, (0, max(0, 160 - len(sound))))
        np.testing.assert_allclose(features, naive_cpc(state, padded, level), atol=1e-4)
        np.testing.assert_allclose(features, encoder.encode([sound])[0], atol=1e-4)


def test_faulty_cpc_weights_are_named(tmp_path: Path) -> None:
    state = CpcNetwork(6, 5, 2).state_dict()
    save_file(state, tmp_path / "cpc.safetensors")
    with pytest.raises(LayerError, match=r"encoder\.layer=3: the network has the layers 1 to 2"):
        make_encoder(CpcSettings(weights=tmp_path / "cpc.safetensors", layer=3), device="cpu")
    save_file({"something": torch.zeros(2)}, tmp_path / "other.safetensors")
    with pytest.raises(EncoderWeightsError, match="not those of a CPC network"):
        make_encoder(CpcSettings(weights=tmp_path / "other.safetensors", layer=1), device="cpu")
    del state["gEncoder.conv3.bias"]
    save_file(state, tmp_path / "lacking.safetensors")
    with pytest.raises(EncoderWeightsError, match=r"gEncoder\.conv3\.bias"):
        make_encoder(CpcSettings(weights=tmp_path / "lacking.safetensors", layer=1), device="cpu")


def fairseq_name(name: str, *, layer_norm: bool) -> str:
    """Return what fairseq calls a weight of torchaudio's, piece by piece."""
    parts = name.split(".")
    if parts[0] == "feature_extractor":
        inner = {"conv": ["0"], "layer_norm": ["2", "1"] if layer_norm else ["2"]}[parts[3]]
        return ".".join([*parts[:3], *inner, parts[4]])
    if parts[1] == "feature_projection":
        return ".".join([{"projection": "post_extract_proj", "layer_norm": "layer_norm"}[parts[2]], parts[3]])
    if parts[2] == "pos_conv_embed":
        last = {"original0": "weight_g", "original1": "weight_v", "bias": "bias"}[parts[-1]]
        return f"encoder.pos_conv.0.{last}"
    if parts[2] == "layer_norm":
        return f"encoder.layer_norm.{parts[3]}"
    inside = {"attention": "self_attn", "layer_norm": "self_attn_layer_norm", "final_layer_norm": "final_layer_norm"}
    if parts[4] == "feed_forward":
        return ".".join(
            ["encoder.layers", parts[3], {"intermediate_dense": "fc1", "output_dense": "fc2"}[parts[5]], parts[6]]
        )
    return ".".join(["encoder.layers", parts[3], inside[parts[4]], *parts[5:]])


@pytest.mark.parametrize("mode", ["group_norm", "layer_norm"])
def test_weights_under_the_names_of_fairseq_are_the_same_weights(mode: str) -> None:
    model = torchaudio_model("wav2vec2", mode)
    own = model.state_dict()
    theirs = {fairseq_name(name, layer_norm=mode == "layer_norm"): tensor for name, tensor in own.items()}
    theirs |= {"mask_emb": torch.zeros(3), "final_proj.weight": torch.zeros(3), "label_embs_concat": torch.zeros(3)}
    assert is_fairseq(theirs)
    assert not is_fairseq(own)
    torch.manual_seed(5)
    other = torchaudio_model("wav2vec2", mode)
    with torch.no_grad():
        for weights in other.parameters():
            weights.add_(torch.randn_like(weights))
    other.load_state_dict(from_fairseq(theirs), strict=True)
    for name, tensor in other.state_dict().items():
        torch.testing.assert_close(tensor, own[name])


class Vocabulary:
    """Stands for the objects of its own that a training checkpoint of fairseq holds."""

    def __init__(self) -> None:
        self.symbols = ["0", "1"]


@pytest.mark.parametrize("mode", ["group_norm", "layer_norm"])
@pytest.mark.parametrize("zipped", [False, True])
def test_a_bundle_takes_the_weights_of_a_fairseq_checkpoint(
    mode: str, zipped: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the file of a training run, its settings and vocabulary included, to exact features."""
    whole = torchaudio_model("wav2vec2", mode).eval()
    name = "HUBERT_BASE" if mode == "group_norm" else "HUBERT_LARGE"
    bundle = getattr(torchaudio.pipelines, name)
    small = dataclasses.replace(
        bundle, _params=SIZES | {"extractor_mode": mode, "encoder_layer_norm_first": mode == "layer_norm"}
    )
    monkeypatch.setattr(torchaudio.pipelines, name, small)
    theirs = {fairseq_name(key, layer_norm=mode == "layer_norm"): value for key, value in whole.state_dict().items()}
    checkpoint = {"model": theirs | {"mask_emb": torch.zeros(16), "final_proj.weight": torch.zeros(4, 16)}}
    checkpoint |= {"args": argparse.Namespace(arch="hubert"), "task_state": {"dictionaries": [Vocabulary()]}}
    torch.save(checkpoint, tmp_path / "hubert.pt", _use_new_zipfile_serialization=zipped)
    settings = TorchaudioSettings(bundle=name, layer=2, weights=tmp_path / "hubert.pt")
    encoder = make_encoder(settings, device="cpu")
    assert isinstance(encoder, NetworkEncoder)
    assert encoder.normalise == (mode == "layer_norm")
    for sound, features in zip(sounds()[:3], encoder.encode(sounds()[:3]), strict=True):
        heard = torch.from_numpy(sound)
        heard = torch.nn.functional.layer_norm(heard, heard.shape) if encoder.normalise else heard
        with torch.no_grad():
            outputs, _ = whole.extract_features(heard[None])
        np.testing.assert_allclose(features, outputs[1][0].numpy(), atol=1e-4)
    verify_alone(encoder)


@pytest.mark.parametrize("front", ["log-mel", "waveform"])
def test_a_hubert_trained_here_is_exact_whatever_stands_beside_a_sound(front: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    sizes = HubertSizes(front=front, dimensions=16, layers=3, heads=2, inner=24, position=8, position_groups=2)
    model = hubert_network(sizes).wav2vec2.eval()
    save_file(model.state_dict(), tmp_path / "hubert.safetensors")
    settings = HubertSettings(weights=tmp_path / "hubert.safetensors", sizes=sizes, layer=2)
    encoder = make_encoder(settings, device="cpu")
    heard = sounds()
    for sound, features in zip(heard, encoder.encode(heard), strict=True):
        padded = np.pad(sound, (0, max(0, encoder.receptive - len(sound))))  # type: ignore[attr-defined]
        with torch.no_grad():
            outputs, _ = model.extract_features(torch.from_numpy(padded)[None])
        np.testing.assert_allclose(features, outputs[1][0].numpy(), atol=1e-4)
        np.testing.assert_allclose(features, encoder.encode([sound])[0], atol=1e-4)
